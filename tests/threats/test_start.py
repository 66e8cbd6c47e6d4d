"""What stops the start: one plain line, and an exit code that is not 0."""

import base64
import os

import pytest

from tests.support.ports import listening
from tests.support.processes import until
from tests.support.served import new_installation
from tests.threats.line import Line


@pytest.fixture(scope="module")
def house(run):
    """An installation whose files each test puts right again."""
    return new_installation(run.new_folder("start"))


def refused(house, *noun):
    """What it says when it does not start. Fails when it is not one plain line."""
    answer = house.cli(*noun, timeout=30)
    assert answer.returncode == 1, answer.stdout + answer.stderr
    assert answer.stdout == ""
    lines = [line for line in answer.stderr.splitlines() if not line.startswith("doorward: warning: ")]
    assert len(lines) == 1, answer.stderr
    return lines[0].removeprefix("doorward: ")


def other_key():
    return base64.b64encode(os.urandom(32))


BROKEN = {  # what unit tests show of the other ways is read by the same function
    "missing": ("serve", None, 0o600, "No such file or directory; restore it from your backup"),
    "missing for the worker": (
        "worker",
        None,
        0o600,
        "No such file or directory; restore it from your backup",
    ),
    "readable by a group": ("serve", b"", 0o640, "others may read it; run chmod 600 on it"),
    "another one": ("serve", other_key(), 0o600, "it is not the one that this database was sealed with"),
}


@pytest.mark.parametrize(("noun", "content", "mode", "remedy"), BROKEN.values(), ids=BROKEN)
def test_KEY_05_no_start_with_a_key_file_that_is(house, noun, content, mode, remedy):
    path = house.folder / "doorward.key"
    right = path.read_bytes()
    path.unlink()
    try:
        if content is not None:
            path.write_bytes(content or right)
            path.chmod(mode)
        said = refused(house, noun)
    finally:
        path.unlink(missing_ok=True)
        path.write_bytes(right)
        path.chmod(0o600)
    assert said.endswith(remedy)
    assert right.decode().strip() not in said


def test_OPS_13_no_start_with_a_setting_that_is_wrong(house):
    house.environment["DOORWARD_SERVER_BASE_URL"] = "http://login.example.org"
    try:
        assert refused(house, "serve") == refused(house, "config", "check")
        assert refused(house, "config", "check").startswith(f"{house.settings}: server.base_url: ")
    finally:
        del house.environment["DOORWARD_SERVER_BASE_URL"]


def test_OPS_13_no_start_on_a_database_that_was_never_made(house, tmp_path):
    house.environment["DOORWARD_DATABASE_URL"] = f"sqlite:///{tmp_path / 'empty.sqlite'}"
    try:
        assert refused(house, "serve").endswith("run `doorward db upgrade`")
        house.environment["DOORWARD_DATABASE_URL"] = f"sqlite:///{tmp_path / 'none' / 'empty.sqlite'}"
        assert refused(house, "serve").endswith(f"there is no folder {tmp_path / 'none'}: make it")
    finally:
        del house.environment["DOORWARD_DATABASE_URL"]


def test_OPS_05_a_start_waits_for_the_database_and_says_why(run, postgresql_url):
    server, _, name = postgresql_url.rpartition("/")
    address, _, port = server.rpartition(":")
    with Line(int(port)) as line:
        served = new_installation(run.new_folder("late"), f"{address}:{line.port}/{name}")
        line.cut()
        served.begin()
        assert until(lambda: "next try in" in served.log.read_text(), within=30)
        assert served.running.alive()
        assert "Connection refused" in served.log.read_text()
        assert "Traceback" not in served.log.read_text()
        line.mend()
        served.running.wait_until(lambda: listening(served.port), within=60)
        assert served.visitor().open("/health/ready").status_code == 200
        served.stop()
