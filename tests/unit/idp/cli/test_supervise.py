"""Two processes under one: whenever a signal comes, nobody is left behind (OPS-12)."""

from __future__ import annotations

import signal
import subprocess
from collections.abc import Callable, Iterator

import pytest

from idp.cli.supervise import supervise


class Child:
    """A process that ends when it is told to, or, ``stubborn``, only when it is killed."""

    def __init__(self, *, stubborn: bool = False, code: int | None = None) -> None:
        self.stubborn = stubborn
        self.code = code
        self.told: list[str] = []
        self.while_waited_for: Callable[[], None] = lambda: None

    def terminate(self) -> None:
        self.told.append("terminate")
        if not self.stubborn and self.code is None:
            self.code = -signal.SIGTERM

    def kill(self) -> None:
        self.told.append("kill")
        self.code = -signal.SIGKILL

    def poll(self) -> int | None:
        return self.code

    def wait(self, timeout: float | None = None) -> int:
        self.while_waited_for()
        if self.code is None:
            assert timeout is not None, "would wait for ever"
            raise subprocess.TimeoutExpired("child", timeout)
        return self.code


@pytest.fixture(autouse=True)
def _signals() -> Iterator[None]:
    before = {number: signal.getsignal(number) for number in (signal.SIGTERM, signal.SIGINT)}
    yield
    for number, handler in before.items():
        signal.signal(number, handler)


def run(server: Child, worker: Child, starting: Callable[[], None] = lambda: None) -> int:
    def start(child: Child) -> Callable[[], subprocess.Popen[bytes]]:
        def started() -> subprocess.Popen[bytes]:
            starting()
            return child  # type: ignore[return-value]

        return started

    return supervise(start(server), start(worker))


@pytest.mark.parametrize("number", [signal.SIGTERM, signal.SIGINT])
def test_OPS_12_a_signal_ends_both(number: int) -> None:
    server, worker = Child(), Child()
    server.while_waited_for = lambda: signal.raise_signal(number)
    assert run(server, worker) == 0
    assert "terminate" in server.told
    assert "terminate" in worker.told


def test_OPS_12_a_signal_while_they_are_started_ends_both() -> None:
    server, worker = Child(), Child()
    assert run(server, worker, starting=lambda: signal.raise_signal(signal.SIGTERM)) == 0
    assert "terminate" in server.told
    assert "terminate" in worker.told


def test_a_worker_that_does_not_end_is_killed() -> None:
    server, worker = Child(code=0), Child(stubborn=True)
    assert run(server, worker) == 0
    assert worker.told == ["terminate", "kill"]


def test_a_server_that_fails_ends_the_worker_and_says_so() -> None:
    server, worker = Child(code=3), Child()
    assert run(server, worker) == 3
    assert worker.told == ["terminate"]
