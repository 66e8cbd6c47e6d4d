"""The wheel, installed in an environment that knows nothing of this checkout."""

import subprocess
import sys
import sysconfig
import venv
import zipfile
from pathlib import Path

import pytest

from tests.support.run import Run, locked

ROOT = Path(__file__).parents[2]


@pytest.fixture(scope="session")
def installed(run: Run) -> Path:
    """An environment with the wheel in it; the libraries are those that the tests run on."""
    environment = run.folder / "installed"
    with locked(run.folder / "installed.lock"):
        if not environment.exists():
            install(build(run.new_folder("wheel")), environment)
    return environment


def build(folder: Path) -> Path:
    command = [sys.executable, "-m", "hatchling", "build", "--target", "wheel", "--directory", folder]
    subprocess.run(command, cwd=ROOT, check=True, capture_output=True)
    (wheel,) = folder.glob("*.whl")
    return wheel


def install(wheel: Path, environment: Path) -> None:
    venv.create(environment)
    command = ["-m", "uv", "pip", "install", "--quiet", "--offline", "--no-deps", "--python", environment]
    subprocess.run([sys.executable, *command, wheel], check=True)
    libraries = sysconfig.get_path("purelib")
    (packages,) = environment.glob("lib/python*/site-packages")
    (packages / "libraries.pth").write_text(f"{libraries}\n")


def shipped(folder: str) -> set[str]:
    """What of the checkout's `folder` git keeps."""
    listed = subprocess.run(["git", "ls-files", folder], cwd=ROOT, capture_output=True, text=True, check=True)
    return set(listed.stdout.splitlines())


def run_python(installed: Path, program: str) -> str:
    command = [installed / "bin/python", "-c", program]
    return subprocess.run(command, cwd=installed, capture_output=True, text=True, check=True).stdout


@pytest.mark.parametrize("folder", ["templates", "config"])
def test_the_wheel_brings_what_is_no_python(installed, folder):
    found = Path(run_python(installed, f"from idp.paths import shipped; print(shipped({folder!r}))").strip())
    assert found.is_relative_to(installed)
    files = {f"{folder}/{path.relative_to(found)}" for path in found.rglob("*") if path.is_file()}
    assert shipped(folder) <= files


@pytest.mark.parametrize("package", ["idp", "mfa_engine", "metadata"])
def test_the_wheel_brings_every_module(installed, package):
    found = Path(run_python(installed, f"import {package}; print({package}.__path__[0])").strip())
    assert found.is_relative_to(installed)
    modules = {f"{package}/{path.relative_to(found)}" for path in found.rglob("*") if path.is_file()}
    assert shipped(package) <= modules


def test_the_wheel_brings_nothing_else(tmp_path):
    with zipfile.ZipFile(build(tmp_path)) as wheel:
        top = {name.partition("/")[0] for name in wheel.namelist()}
    assert {name for name in top if not name.endswith(".dist-info")} == {"idp", "mfa_engine", "metadata"}


def test_the_command_tells_how_it_is_used(installed):
    command = [installed / "bin/doorward", "--help"]
    answer = subprocess.run(command, cwd=installed, capture_output=True, text=True)
    assert (answer.returncode, answer.stderr) == (0, "")
    assert "Usage: doorward" in answer.stdout
