"""A process that is killed at a chosen statement, and what it had answered by then.

The ledger is a pipe: what the act gave is acknowledged there, so that a test can hold the database to it.
"""

from __future__ import annotations

import os
import signal
from collections.abc import Callable
from contextlib import suppress
from dataclasses import dataclass
from typing import Any

from sqlalchemy import event

from tests.support.engine import World, open_world

Acknowledge = Callable[[str], None]
Act = Callable[[World, Acknowledge], None]


@dataclass(frozen=True, slots=True)
class Ended:
    """How it went: what was acknowledged, line by line, and whether the process was killed."""

    acknowledged: list[str]
    killed: bool


def killed_at(world: World, point: int, act: Act) -> Ended:
    """Run `act` in a process of its own, which ends by SIGKILL at that point: before a statement, before
    COMMIT or right behind it, counted from 1. Beyond the last point it ends by itself."""
    reading, writing = os.pipe()
    process = os.fork()
    if process == 0:
        _child(world, point, act, writing)
    os.close(writing)
    with os.fdopen(reading) as ledger:
        acknowledged = ledger.read().splitlines()
    _, status = os.waitpid(process, 0)
    return Ended(acknowledged, os.WIFSIGNALED(status))


def _child(world: World, point: int, act: Act, writing: int) -> None:
    """Never returns: nothing of the test runs twice."""
    with suppress(BaseException):
        far = open_world(world.database.url.render_as_string(hide_password=False), connections=2)
        far.clock.now = world.clock.now
        # The drivers' own statements at the first connection are not of the act.
        far.engine.record(lambda _unit: None)
        far.engine.look(lambda _view: None)
        _kill_at(far, point)
        act(far, lambda text: _acknowledge(writing, text))
        os._exit(0)
    os._exit(1)


def _kill_at(far: World, point: int) -> None:
    passed = 0

    def pass_point(*_: object) -> None:
        nonlocal passed
        passed += 1
        if passed == point:
            os.kill(os.getpid(), signal.SIGKILL)

    for pool in (far.database.writer, far.database.reader):
        event.listen(pool, "before_cursor_execute", pass_point)
    commit = far.database.writer.dialect.do_commit

    def between_points(dbapi_connection: Any) -> None:
        pass_point()
        commit(dbapi_connection)
        pass_point()

    far.database.writer.dialect.do_commit = between_points  # type: ignore[method-assign]


def _acknowledge(writing: int, text: str) -> None:
    os.write(writing, f"{text}\n".encode())
