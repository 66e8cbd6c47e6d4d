"""Python loads this by itself in a server under test: it then kills the server at one of its statements.

The order lies in the file that DEADLY_ORDER names: ``7 before`` is SIGKILL instead of the seventh
statement or COMMIT that this process sends from then on, ``7 after`` right behind it, with ``all`` at
the end to the parent process too. It is carried out once.
"""

import os
import signal
import sqlite3
from collections.abc import Callable
from typing import Any

_PATH = os.environ["DEADLY_ORDER"]
_seen = 0
_known: tuple[int, int] = (0, 0)  # inode and time of the order that is counted for


def _order() -> list[str]:
    global _seen, _known
    try:
        found = os.stat(_PATH)
        with open(_PATH) as file:
            words = file.read().split()
    except FileNotFoundError:
        return []
    if _known != (found.st_ino, found.st_mtime_ns):
        _seen, _known = 0, (found.st_ino, found.st_mtime_ns)
    return words


def _kill(everybody: bool) -> None:
    os.unlink(_PATH)
    if everybody:
        os.kill(os.getppid(), signal.SIGKILL)
    os.kill(os.getpid(), signal.SIGKILL)


def _passing(send: Callable[[], Any]) -> Any:
    global _seen
    words = _order()
    _seen += 1
    due = len(words) > 1 and int(words[0]) == _seen
    if due and words[1] == "before":
        _kill("all" in words)
    done = send()
    if due:
        _kill("all" in words)
    return done


class DeadlyCursor(sqlite3.Cursor):
    def execute(self, *arguments: Any) -> Any:
        return _passing(lambda: super(DeadlyCursor, self).execute(*arguments))

    def executemany(self, *arguments: Any) -> Any:
        return _passing(lambda: super(DeadlyCursor, self).executemany(*arguments))


class DeadlyConnection(sqlite3.Connection):
    def cursor(self, *arguments: Any, **named: Any) -> Any:
        return super().cursor(DeadlyCursor)

    def commit(self) -> None:
        if self.in_transaction:
            _passing(super().commit)


def _connect(*arguments: Any, **named: Any) -> Any:
    return _real(*arguments, **{"factory": DeadlyConnection, **named})


_real = sqlite3.connect
sqlite3.connect = sqlite3.dbapi2.connect = _connect
