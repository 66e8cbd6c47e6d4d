"""SIGTERM while people sign in: what has begun is finished, and nobody is cut off (OPS-12)."""

import os
import signal
import threading
import time
from concurrent.futures import ThreadPoolExecutor

import pytest
import requests

from tests.support.ports import listening
from tests.support.processes import until
from tests.support.served import new_installation

PEOPLE = 3
CALLERS = 6


@pytest.fixture
def house(run):
    """A server whose passwords take most of a second, with its worker beside it."""
    slow = {"MEMORY_KIB": "65536", "ITERATIONS": "3", "SIMULTANEOUS": str(PEOPLE)}
    served = new_installation(
        run.new_folder("stop"),
        SERVER_RUN_WORKER="true",
        **{f"HASHING_{name}": value for name, value in slow.items()},
    )
    with served.inside() as idp:
        for number in range(PEOPLE):
            idp.person(f"person{number}")
    served.start()
    yield served
    served.stop()


def call(house, stop):
    """How many requests were answered, one after another, each by a new connection as from a balancer.

    A connection that is refused goes to another node; whatever else goes wrong is seen by somebody.
    """
    answered = 0
    while not stop.is_set():
        try:
            answer = requests.get(f"{house.base}/account/", headers={"Connection": "close"}, timeout=20)
        except requests.ConnectionError as error:
            if "refused" not in str(error):
                raise
            return answered
        assert answer.status_code == 200
        answered += 1
    return answered


def log_in(visitor, number):
    return visitor.post(username=f"person{number}", password=f"the password of person{number}")


def test_OPS_12_logins_in_flight_are_finished_and_the_door_is_closed_first(house):
    visitors = [house.visitor() for _ in range(PEOPLE)]
    for visitor in visitors:
        visitor.open("/account/")
    stop = threading.Event()
    with ThreadPoolExecutor(PEOPLE + CALLERS) as threads:
        callers = [threads.submit(call, house, stop) for _ in range(CALLERS)]
        logins = [threads.submit(log_in, visitor, number) for number, visitor in enumerate(visitors)]
        with house.inside() as idp:
            assert until(lambda: idp.sql("SELECT count(*) FROM throttle")[0][0] == PEOPLE, within=20)
        told = time.monotonic()
        os.kill(house.running.pid, signal.SIGTERM)
        assert until(lambda: not listening(house.port), within=5)
        still = [login for login in logins if not login.done()]
        answers = [login.result() for login in logins]
        assert time.monotonic() - told < 10
        stop.set()
        counts = [caller.result() for caller in callers]
    assert still
    assert [answer.status_code for answer in answers] == [303] * PEOPLE
    assert sum(counts) > 0
    assert until(lambda: not house.running.alive(), within=15)
    assert "Traceback" not in house.log.read_text()
