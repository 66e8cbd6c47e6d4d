"""How the demonstration starts, ends and starts again."""

import json
import os
import signal
import subprocess
import sys
from pathlib import Path
from urllib.request import urlopen

import pytest
from playwright.sync_api import expect

from tests.support.demo import as_make_does
from tests.support.ports import listening
from tests.support.processes import until
from tests.support.signing_in import give_password, set_up_app
from tests.world.demo.test_a_persons_way import sign_in_to

DOORWARD = str(Path(sys.executable).with_name("doorward"))
SETTINGS = str(Path(__file__).parents[3] / "config" / "demo.toml")
PROCESSES = 5  # Doorward and its process, the worker, the portal, the app


def all_pids(demo):
    """It says that it is ready as soon as its port is open, before the last process is forked.

    That one has its own signal handlers by the time it answers.
    """
    assert until(lambda: len(demo.pids) == PROCESSES, within=10)
    with urlopen(f"http://localhost:{demo.port}/health/live") as answer:
        assert answer.status == 200
    return demo.pids


def gone(pids):
    return until(lambda: not any(Path(f"/proc/{pid}").exists() for pid in pids), within=10)


def test_ctrl_c_ends_every_process_and_says_nothing(demo):
    pids = all_pids(demo)
    before = demo.process.log.read_text()
    demo.interrupt()
    assert gone(pids)
    assert demo.process.log.read_text().removeprefix(before).strip() == ""
    assert not any(listening(demo.port + more) for more in range(3))


@pytest.mark.parametrize("number", [signal.SIGTERM, signal.SIGHUP], ids=["told to end", "terminal closed"])
def test_every_process_ends_when_doorward_is(demo, number):
    pids = all_pids(demo)
    os.kill(demo.process.pid, number)
    assert gone(pids)


def test_a_process_of_the_server_ends_alone(demo):
    children = all_pids(demo)[1:]
    served = next(pid for pid in children if Path(f"/proc/{pid}/cmdline").read_bytes() == cmdline_of(demo))
    os.kill(served, signal.SIGTERM)
    assert gone([served])
    assert until(lambda: len(demo.pids) == PROCESSES, within=10)
    assert set(children) - {served} < set(demo.pids)
    assert all(listening(demo.port + more) for more in range(3))


def cmdline_of(demo):
    return Path(f"/proc/{demo.process.pid}/cmdline").read_bytes()


def test_a_second_start_keeps_everything(start, page):
    demo = start()
    sign_in_to(page, demo.portal)
    give_password(page, demo.login, demo.password)
    set_up_app(page)
    expect(page.locator("#name")).to_have_text("Alice Adams")
    demo.interrupt()

    again = start(again=demo)
    assert (again.login, again.password) == (demo.login, demo.password)
    sign_in_to(page, again.app)
    expect(page.locator("#name")).to_have_text("Alice Adams")


def test_KEY_05_what_the_first_start_makes_is_for_its_user_alone(lasting_demo):
    data = lasting_demo.data
    assert data.stat().st_mode & 0o777 == 0o700
    for name in ("doorward.key", "demo-password", "app-secret"):
        assert data.joinpath(name).stat().st_mode & 0o777 == 0o600


def test_a_port_that_is_taken_is_named_before_anything_starts(lasting_demo, tmp_path):
    command = [DOORWARD, "demo", "--data", str(tmp_path / "data")]
    refused = subprocess.run(
        [*command, "--port", str(lasting_demo.port - 1)], env=as_make_does(), capture_output=True, text=True
    )
    assert refused.returncode == 1
    assert refused.stdout == ""
    assert refused.stderr == (
        f"doorward: port {lasting_demo.port} is taken: end what runs there, or give --port\n"
    )
    assert not (tmp_path / "data").exists()


def test_a_start_costs_less_than_its_seconds(start):
    """6 s for the first, 3 s for the second, on a machine that does nothing else: so its CPU time is less."""
    first = start()
    assert cpu_seconds(first.process.pid) < 6
    first.interrupt()
    assert cpu_seconds(start(again=first).process.pid) < 3


def cpu_seconds(pid):
    fields = Path(f"/proc/{pid}/stat").read_text().rpartition(") ")[2].split()
    return sum(map(int, fields[11:15])) / os.sysconf("SC_CLK_TCK")


@pytest.mark.parametrize(("address", "answer"), [("127.0.0.1", "yes"), ("203.0.113.9", "no")])
def test_SELF_02_a_password_alone_enrols_on_this_machine_only(lasting_demo, address, answer):
    database = {"DOORWARD_DATABASE_URL": f"sqlite:///{lasting_demo.data / 'doorward.sqlite'}"}
    keys = {"DOORWARD_SECRETS_KEY_FILE": str(lasting_demo.data / "doorward.key")}
    question = ["policy", "explain", lasting_demo.login, "--address", address]
    explained = subprocess.run(
        [DOORWARD, "--config", SETTINGS, "--json", *question],
        env=as_make_does() | database | keys,
        capture_output=True,
        check=True,
    ).stdout
    answers = {block["action"]: block["answer"] for block in json.loads(explained)["blocks"]}
    assert answers["first_enrolment_by_password"] == answer
