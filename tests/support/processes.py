"""Processes that a test starts and that end with it, or with its run."""

import contextlib
import os
import select
import signal
import sys
import time
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

GUARDIAN = Path(__file__).with_name("guardian.py")


class ServerFailed(Exception):
    """A server did not start; the text ends with the last lines of its log."""


@dataclass(frozen=True, slots=True)
class Process:
    """A server and its guardian: see `start`."""

    guardian: int  # process id
    log: Path

    @property
    def pid(self) -> int:
        """The server's own process id, for signals and for `/proc`. Raises ServerFailed when it is gone."""
        children = Path(f"/proc/{self.guardian}/task/{self.guardian}/children")
        found = children.read_text().split() if children.exists() else []
        if not found:
            raise ServerFailed(f"the server is gone:\n{self.tail()}")
        return int(found[0])

    def alive(self) -> bool:
        """Whether the server still runs."""
        return not self._ended(within=0)

    def wait_until(self, ready: Callable[[], bool], within: float = 60.0) -> None:
        """Return as soon as `ready()`. Raises ServerFailed when the server ends or `within` seconds pass."""

        def settled() -> bool:
            return ready() or not self.alive()

        if not until(settled, within) or not ready():
            raise ServerFailed(f"the server ended or was not ready within {within} s:\n{self.tail()}")

    def stop(self) -> None:
        """End the server and everything that it started. Returns when it is gone."""
        try:
            os.kill(self.guardian, signal.SIGTERM)
        except ProcessLookupError:
            return
        if not self._ended(within=30):
            raise ServerFailed(f"the guardian {self.guardian} does not end:\n{self.tail()}")

    def tail(self, lines: int = 30) -> str:
        """The last lines of the server's log."""
        return "\n".join(self.log.read_text(errors="replace").splitlines()[-lines:])

    def _ended(self, within: float) -> bool:
        try:
            gone = os.pidfd_open(self.guardian)
        except ProcessLookupError:
            return True
        try:
            if not select.select([gone], [], [], within)[0]:
                return False
        finally:
            os.close(gone)
        with contextlib.suppress(ChildProcessError):  # another worker started it
            os.waitpid(self.guardian, 0)
        return True


def until(true: Callable[[], bool], within: float = 60.0) -> bool:
    """Wait for `true()`, `within` seconds at most. Whether it came."""
    deadline = time.monotonic() + within
    while not true():
        if time.monotonic() > deadline:
            return False
        time.sleep(0.02)
    return True


def start(
    command: Sequence[str | Path],
    log: Path,
    *,
    owner: int | None = None,
    user: str = "",
    environment: Mapping[str, str] | None = None,
    stop_signal: signal.Signals = signal.SIGTERM,
) -> Process:
    """Start `command` in the background, its output in `log`.

    It ends by `stop()`, and by itself when the process `owner` (this one by default) is gone.
    `user` is only obeyed when root starts it.
    """
    becomes = user if os.geteuid() == 0 else ""
    arguments = [str(owner or os.getpid()), str(int(stop_signal)), becomes, *map(str, command)]
    flags = os.O_WRONLY | os.O_CREAT | os.O_APPEND
    guardian = os.posix_spawn(
        sys.executable,
        [sys.executable, "-I", "-S", str(GUARDIAN), *arguments],
        dict(os.environ if environment is None else environment),
        file_actions=[
            (os.POSIX_SPAWN_OPEN, 0, os.devnull, os.O_RDONLY, 0),
            (os.POSIX_SPAWN_OPEN, 1, str(log), flags, 0o644),
            (os.POSIX_SPAWN_DUP2, 1, 2),
        ],
        setsid=True,
    )
    return Process(guardian, log)
