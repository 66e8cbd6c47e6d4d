"""`doorward demo` as a person runs it: a process of its own, on free ports, with a data folder."""

from __future__ import annotations

import os
import re
import signal
import sys
from dataclasses import dataclass
from pathlib import Path

from tests.support import processes
from tests.support.ports import free_port, listening
from tests.support.processes import Process

PORTS = 3  # Doorward's, and those of the portal and the app after it


@dataclass(frozen=True, slots=True)
class Demo:
    """A running demonstration, and what it printed."""

    process: Process
    data: Path
    port: int
    said: str

    @property
    def doorward(self) -> str:
        return f"http://localhost:{self.port}"

    @property
    def portal(self) -> str:
        return self._printed(r"Library Portal \(SAML\) +(\S+)/")

    @property
    def app(self) -> str:
        return self._printed(r"Reading List \(OpenID Connect\) +(\S+)/")

    @property
    def login(self) -> str:
        return self._printed(r"Sign in as +(\S+)")

    @property
    def password(self) -> str:
        return self._printed(r"Password +(\S+)")

    @property
    def admin_link(self) -> str:
        return self._printed(r"First administrator .*: (\S+)")

    @property
    def pids(self) -> list[int]:
        """The process and all its descendants."""
        return [self.process.pid, *descendants(self.process.pid)]

    def interrupt(self) -> None:
        """What Ctrl-C in a terminal does. Returns when the process is gone."""
        os.killpg(self.process.pid, signal.SIGINT)
        assert processes.until(lambda: not self.process.alive(), within=30), self.process.tail()

    def _printed(self, pattern: str) -> str:
        found = re.search(pattern, self.said)
        assert found is not None, self.said
        return found[1]


def start_demo(data: Path, log: Path, port: int | None = None) -> Demo:
    """Returns when it says that it is ready."""
    port = port or free_ports()
    command: list[str | Path] = [
        Path(sys.executable).with_name("doorward"),
        "demo",
        "--data",
        data,
        "--port",
        str(port),
    ]
    begins = log.stat().st_size if log.exists() else 0
    process = processes.start(command, log, environment=as_make_does())

    def said() -> str:
        return log.read_bytes()[begins:].decode()

    process.wait_until(lambda: "Ctrl-C ends it." in said(), within=60)
    return Demo(process, data, port, said())


def as_make_does() -> dict[str, str]:
    """The environment of the Makefile's tasks: with bytecode, and without settings of Doorward's."""
    return {
        name: value
        for name, value in os.environ.items()
        if name != "PYTHONDONTWRITEBYTECODE" and not name.startswith("DOORWARD_")
    }


def free_ports() -> int:
    """The first of three free ports in a row."""
    while True:
        port = free_port()
        if not any(listening(port + more) for more in range(1, PORTS)):
            return port


def descendants(pid: int) -> list[int]:
    """Children of a process, and theirs."""
    path = Path(f"/proc/{pid}/task/{pid}/children")
    children = [int(child) for child in path.read_text().split()] if path.exists() else []
    return [found for child in children for found in (child, *descendants(child))]
