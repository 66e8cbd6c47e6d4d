"""The three places that name what Doorward is built on: project, requirements, locks."""

import re
import tomllib
from pathlib import Path

import pytest
from packaging.requirements import Requirement

ROOT = Path(__file__).parents[2]
LOCK_LINE = re.compile(r"[a-z0-9.-]+(\[\w+\])?==\S+ \\|    --hash=sha256:[0-9a-f]{64}( \\)?")


def pins(path: Path) -> dict[str, str]:
    lines = path.read_text().splitlines()
    return {Requirement(line).name: line.partition("==")[2] for line in lines if re.match(r"[a-z]", line)}


def test_what_is_installed_is_what_the_project_asks_for():
    asked = [
        Requirement(line)
        for line in tomllib.loads((ROOT / "pyproject.toml").read_text())["project"]["dependencies"]
    ]
    installed = pins(ROOT / "requirements.in")
    assert {requirement.name for requirement in asked} == set(installed)
    assert all(requirement.specifier.contains(installed[requirement.name]) for requirement in asked)


@pytest.mark.parametrize("name", ["requirements", "requirements-demo", "requirements-dev", "requirements-uv"])
def test_a_lock_holds_every_direct_requirement_with_its_hashes(name):
    locked = (ROOT / f"{name}.txt").read_text()
    for requirement, version in pins(ROOT / f"{name}.in").items():
        assert re.search(
            rf"^{requirement}(?:\[\w+\])?=={version} \\\n    --hash=sha256:", locked, re.MULTILINE
        )
    other = [line for line in locked.splitlines() if not LOCK_LINE.fullmatch(line)]
    assert other == []
