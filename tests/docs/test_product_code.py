"""Rules on product code that no linter has: read from its syntax trees."""

import ast
import os
import subprocess
import sys
from collections.abc import Iterator
from functools import cache
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[2]
PACKAGES = ("idp", "mfa_engine", "metadata")

# Names of clocks and of sources of randomness, as code calls them.
PREDICTABLE = {"uuid.uuid1", "uuid1", "os.getpid", "id"}
CLOCKS = {"datetime.now", "datetime.utcnow", "datetime.today", "date.today", "time.time", "time.time_ns"}
SECRETS = {"secret", "password", "pin", "digest", "mac", "hmac", "signature", "bearer"}


def nodes(packages: tuple[str, ...] = PACKAGES) -> Iterator[tuple[str, ast.AST]]:
    """Every node of the syntax trees, and where it is."""
    for package in packages:
        for path in sorted((ROOT / package).rglob("*.py")):
            for node in syntax_tree(path):
                yield f"{path.relative_to(ROOT)}:{getattr(node, 'lineno', 0)}", node


@cache
def syntax_tree(path: Path) -> tuple[ast.AST, ...]:
    return tuple(ast.walk(ast.parse(path.read_text())))


def called(node: ast.AST) -> str:
    """`datetime.now` of the call `datetime.datetime.now(...)`; empty when `node` is no call."""
    return ".".join(ast.unparse(node.func).split(".")[-2:]) if isinstance(node, ast.Call) else ""


def imported(node: ast.AST) -> set[str]:
    if isinstance(node, ast.Import):
        return {alias.name.partition(".")[0] for alias in node.names}
    if isinstance(node, ast.ImportFrom):
        return {(node.module or "").partition(".")[0]}
    return set()


def holds_a_secret(operand: ast.expr) -> bool:
    """Whether the last name in `operand` says that its value is secret. Literals are not."""
    name = operand.attr if isinstance(operand, ast.Attribute) else getattr(operand, "id", "")
    return bool(SECRETS & set(name.lower().split("_")))


def compares_a_secret(node: ast.AST) -> bool:
    if not isinstance(node, ast.Compare) or not isinstance(node.ops[0], ast.Eq | ast.NotEq):
        return False
    sides = [node.left, *node.comparators]
    if any(isinstance(side, ast.Constant) or called(side) == "bindparam" for side in sides):
        return False  # a literal is no secret, and a database is asked by hash
    return any(map(holds_a_secret, sides))


def test_JOSE_09_no_product_code_decides_by_assert():
    assert [place for place, node in nodes() if isinstance(node, ast.Assert)] == []


@pytest.mark.timeout(600)
def test_JOSE_09_defences_hold_when_python_removes_asserts():
    threats = ("SAML", "OIDC", "JOSE", "OTP", "FIDO", "AUTH", "SESS", "OOB", "NET", "SELF", "KEY", "AUD")
    names = " or ".join(f"test_{threat}_" for threat in threats)
    command = [
        sys.executable,
        "-O",
        "-m",
        "pytest",
        "tests/unit",
        "tests/threats/test_doors.py",
        "tests/threats/test_sessions.py",
        "-k",
        names,
        "-W",
        "ignore::pytest.PytestConfigWarning",
    ]
    environment = {name: value for name, value in os.environ.items() if not name.startswith("PYTEST_")}
    judged = subprocess.run(command, cwd=ROOT, env=environment, capture_output=True, text=True)
    assert judged.returncode == 0, judged.stdout[-3000:] + judged.stderr[-3000:]


def test_JOSE_10_no_product_code_takes_bearer_values_from_a_guessable_source():
    guessable = [
        place for place, node in nodes() if "random" in imported(node) or called(node) in PREDICTABLE
    ]
    assert guessable == []


def test_JOSE_10_secrets_are_compared_in_constant_time():
    assert [place for place, node in nodes() if compares_a_secret(node)] == []


def test_time_comes_in_from_the_one_clock():
    read = {place for place, node in nodes() if called(node) in CLOCKS}
    assert {place for place in read if not place.startswith("idp/wiring.py:")} == set()
