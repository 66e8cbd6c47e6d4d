"""`tests/packages.txt` against the programs that the tests start."""

import ast
import re
import subprocess
from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.support.programs import program

ROOT = Path(__file__).parents[2]
LINE = re.compile(r"(?P<package>[a-z0-9.+-]+) +# (?P<file>\S+): (?P<module>tests/support/\w+\.py)")
LINES = [
    LINE.fullmatch(line)
    for line in (ROOT / "tests/packages.txt").read_text().splitlines()
    if not line.startswith("#")
]
LISTED = {line["package"] for line in LINES if line}
WITH_THE_CHECKOUT = {"git", "make"}  # whoever runs the tests has them already
STARTERS = {"run", "Popen", "call", "check_call", "check_output", "start"}  # of subprocess and processes


def query(*arguments: str) -> str:
    return subprocess.run(
        [program("dpkg-query"), *arguments], capture_output=True, text=True, check=True
    ).stdout


def programs_started() -> Iterator[tuple[str, str]]:
    """Where a program is started, and its name; a name that is no literal is `?`."""
    for folder in ("tests", "benchmarks"):
        for path in set((ROOT / folder).rglob("*.py")) - {Path(__file__)}:
            for node in ast.walk(ast.parse(path.read_text())):
                name = program_named(node) if isinstance(node, ast.Call) else None
                if name is not None:
                    yield f"{path.relative_to(ROOT)}:{node.lineno}", Path(name).name


def program_named(call: ast.Call) -> str | None:
    """The program that `call` asks for, if it is a call that does."""
    first = call.args[0] if call.args else None
    if isinstance(call.func, ast.Name) and call.func.id == "program":
        return first.value if isinstance(first, ast.Constant) else "?"
    if isinstance(call.func, ast.Attribute) and call.func.attr in STARTERS and isinstance(first, ast.List):
        head = first.elts[0]
        return head.value if isinstance(head, ast.Constant) else None
    return None


def package_of(name: str) -> str:
    path = program(name)
    for place in (path, path.removeprefix("/usr")):  # the database has some by their old place
        found = subprocess.run([program("dpkg-query"), "-S", place], capture_output=True, text=True)
        if found.returncode == 0:
            return found.stdout.splitlines()[-1].partition(":")[0]  # before it, what is diverted
    return "no package"


def comes_with_debian(package: str) -> bool:
    return query("-W", "-f", "${Essential}", package) == "yes"


def test_every_line_names_a_package_a_program_and_who_starts_it():
    assert None not in LINES
    assert len(LISTED) == len(LINES)


@pytest.mark.parametrize("line", LINES, ids=lambda line: line["package"])
def test_a_listed_package_brings_the_program_that_its_line_names(line):
    files = query("-L", line["package"]).splitlines()
    assert line["file"] in {Path(file).name for file in files}
    assert re.search(rf"\b{re.escape(line['file'])}\b", (ROOT / line["module"]).read_text())


def test_every_program_that_a_test_starts_comes_with_a_listed_package():
    missing = set()
    for place, name in programs_started():
        package = package_of(name)
        if package not in LISTED | WITH_THE_CHECKOUT and not comes_with_debian(package):
            missing.add(f"{place} starts {name} of the package {package}: add it to tests/packages.txt")
    assert missing == set()
