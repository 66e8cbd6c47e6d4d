"""Each patch here takes one defence out of the product; the test that is named beside it must then fail.

git apply tests/mutants/NAME.patch      what the mutant is
"""

from __future__ import annotations

import os
import re
import shutil
import subprocess
import sys
from collections.abc import Sequence
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[2]
HERE = Path(__file__).parent
COPIED = ("idp", "mfa_engine", "metadata", "templates", "config", "tests")

RACES, AUDIT = "tests/engine/test_races.py", "tests/engine/test_audit.py"
SAML, OIDC = "tests/http/saml", "tests/http/oidc"

# Each mutant, and the test that must turn red.
MUTANTS = {
    "spend-without-its-where": (
        f"{RACES}::test_RACE_01_OTP_01_of_50_requests_with_one_right_answer_one_succeeds[sqlite-hotp-20]"
    ),
    "session-before-issue": (
        "tests/threats/test_doors.py::test_AUTH_02_a_password_alone_opens_no_door[internal-openid connect]"
    ),
    "request-signature-not-checked": (
        f"{SAML}/test_refused_requests.py::test_SAML_07_a_service_that_signs_gets_nothing_unsigned"
    ),
    "wrong-audience-asserted": (
        f"{SAML}/test_sign_on.py"
        "::test_SAML_15_an_assertion_is_of_use_to_one_service_for_one_request_for_five_minutes"
    ),
    "wrong-audience-accepted": (
        f"{OIDC}/test_assurance.py::test_a_hint_that_is_none_of_ours_or_of_another_client_is_refused"
    ),
    "acs-from-the-request": (
        f"{SAML}/test_refused_requests.py"
        "::test_SAML_11_an_answer_goes_to_no_address_that_the_metadata_does_not_name"
    ),
    "limit-not-enforced": (
        f"{RACES}"
        "::test_RACE_02_a_right_code_that_was_judged_before_the_limit_was_reached_comes_too_late[sqlite]"
    ),
    "audit-row-dropped": (
        f"{AUDIT}::test_AUD_05_an_act_writes_one_row_with_who_what_whom_where_from_and_outcome[right code]"
    ),
}


@pytest.fixture(scope="module")
def copy(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The checkout without what was made in it, to be changed."""
    folder = tmp_path_factory.mktemp("mutants")
    for name in COPIED:
        shutil.copytree(ROOT / name, folder / name, ignore=shutil.ignore_patterns("__pycache__"))
    shutil.copy(ROOT / "pyproject.toml", folder)
    return folder


def run(copy: Path, tests: Sequence[str]) -> subprocess.CompletedProcess[str]:
    """pytest on the copy, without what this run of pytest hands on to its own processes."""
    environment = {name: value for name, value in os.environ.items() if not name.startswith("PYTEST_")}
    command = [sys.executable, "-m", "pytest", "--exitfirst", *tests]
    return subprocess.run(
        command, cwd=copy, env=environment | {"PYTHONPATH": str(copy)}, capture_output=True, text=True
    )


def change(copy: Path, name: str, *options: str) -> None:
    """Apply a patch to the copy, or take it back. Bytecode goes: it may be as old as the new text."""
    patch = HERE / f"{name}.patch"
    subprocess.run(["git", "apply", *options, str(patch)], cwd=copy, check=True, capture_output=True)
    for changed in re.findall(r"^\+\+\+ b/(.+)$", patch.read_text(), re.MULTILINE):
        shutil.rmtree((copy / changed).parent / "__pycache__", ignore_errors=True)


def test_every_patch_has_its_test():
    assert {path.stem for path in HERE.glob("*.patch")} == set(MUTANTS)


def test_the_product_passes_the_tests_that_the_mutants_must_fail(copy):
    judged = run(copy, list(MUTANTS.values()))
    assert judged.returncode == 0, judged.stdout[-3000:] + judged.stderr[-3000:]


@pytest.mark.parametrize(("name", "test"), MUTANTS.items(), ids=MUTANTS)
def test_a_mutant_turns_its_test_red(copy, name, test):
    change(copy, name)
    try:
        judged = run(copy, [test])
    finally:
        change(copy, name, "--reverse")
    assert judged.returncode == 1, judged.stdout[-3000:] + judged.stderr[-3000:]
    assert re.search(r"^FAILED ", judged.stdout, re.MULTILINE), judged.stdout[-3000:]
