"""`doorward serve` as an operator runs it: a process of its own, by a settings file, on a free port."""

from __future__ import annotations

import json
import os
import signal
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from idp.app import create_app
from idp.settings import load
from idp.wiring import build
from mfa_engine.configuration.change import set_realm, set_resolver
from mfa_engine.secrets.keyring import create_key_file
from tests.support import processes
from tests.support.demo import as_make_does, descendants
from tests.support.idp import ORIGIN, PEOPLE, REALM, Clock, Idp, Mailbox
from tests.support.ports import free_port, listening
from tests.support.processes import Process
from tests.support.strace import traced
from tests.support.visitor import Visitor

DOORWARD = Path(sys.executable).with_name("doorward")

SETTINGS = """\
[server]
base_url = "http://localhost:{port}"
listen = "127.0.0.1:{port}"
processes = 1
threads = 8
run_worker = false
[database]
url = "{database}"
[secrets]
key_file = "{folder}/doorward.key"
[hashing]
memory_kib = 1024
iterations = 1
[engine]
snapshot_max_age_seconds = 0
[saml]
key_bits = 2048
[oidc]
key_bits = 2048
allow_http_localhost = true
"""


@dataclass
class Served:
    """An installation, and the process that serves it. ``environment`` is added to that of the process."""

    folder: Path
    port: int
    environment: dict[str, str] = field(default_factory=dict)
    process: Process | None = None

    @property
    def base(self) -> str:
        return f"http://localhost:{self.port}"

    @property
    def settings(self) -> Path:
        return self.folder / "doorward.toml"

    @property
    def log(self) -> Path:
        return self.folder / "log"

    @property
    def database(self) -> Path:
        """The file of an SQLite database."""
        return self.folder / "doorward.sqlite"

    @property
    def running(self) -> Process:
        """The process. Fails when nothing was started."""
        assert self.process is not None
        return self.process

    @property
    def pids(self) -> list[int]:
        """The process and all its descendants."""
        return [self.running.pid, *descendants(self.running.pid)]

    def start(self, *, traced_to: Path | None = None, within: float = 60) -> None:
        """Returns when it answers. `traced_to` is the record of what it executes (strace.py)."""
        self.begin(traced_to)
        self.running.wait_until(lambda: listening(self.port), within=within)

    def begin(self, traced_to: Path | None = None) -> None:
        """Start it, and do not wait."""
        command: list[str | Path] = [DOORWARD, "serve", "--config", self.settings]
        if traced_to is not None:
            command = traced(command, traced_to)
        self.process = processes.start(command, self.log, environment=self._environment())

    def stop(self) -> None:
        """End it in peace."""
        if self.process is not None:
            self.process.stop()
            self.process = None

    def kill(self) -> None:
        """SIGKILL to all of its processes at once."""
        pids = self.pids
        for pid in pids:
            os.kill(pid, signal.SIGKILL)
        assert processes.until(lambda: not any(map(runs, pids)))
        self.stop()

    def visitor(self, **options: float) -> Visitor:
        """Somebody who was never here."""
        return Visitor(self.base, **options)

    def cli(self, *arguments: str, **more: Any) -> subprocess.CompletedProcess[str]:
        """`doorward` on this installation."""
        command = [str(DOORWARD), "--config", str(self.settings), *arguments]
        return subprocess.run(command, env=self._environment(), capture_output=True, text=True, **more)

    def cli_json(self, *arguments: str) -> Any:
        """What `doorward --json` says. Fails when it refuses."""
        answer = self.cli("--json", *arguments)
        assert answer.returncode == 0, answer.stderr
        return json.loads(answer.stdout)

    @contextmanager
    def inside(self) -> Iterator[Idp]:
        """The same installation in this process: for setting up, and for looking at what is stored."""
        services = build(load(self.settings, self.environment), carriers={"email": Mailbox()})
        clock = Clock()
        clock.now = services.clock()
        idp = Idp(services, create_app(services), clock, Mailbox())
        try:
            yield idp
        finally:
            for resolver in idp.rules.resolvers.values():
                resolver.close()
            idp.close()

    def _environment(self) -> dict[str, str]:
        return as_make_does() | self.environment


def runs(pid: int) -> bool:
    """Whether a process is there, and not just waiting for its parent to notice that it ended."""
    try:
        return Path(f"/proc/{pid}/stat").read_text().rpartition(") ")[2][0] not in "ZX"
    except (FileNotFoundError, ProcessLookupError):
        return False


def new_installation(folder: Path, database: str = "", **settings: str) -> Served:
    """A new one in `folder`: keys, tables, and a default realm whose people live in Doorward.

    `settings` are by the names of the environment, such as ``HASHING_ITERATIONS="50"``.
    """
    served = Served(folder, free_port(), {f"DOORWARD_{name}": value for name, value in settings.items()})
    database = database or f"sqlite:///{served.database}"
    served.settings.write_text(SETTINGS.format(port=served.port, database=database, folder=folder))
    create_key_file(folder / "doorward.key")
    upgrading = served.environment | {"DOORWARD_DATABASE_UPGRADE_AT_START": "true"}
    services = build(load(served.settings, upgrading))
    engine = services.engine
    set_resolver(engine, services.resolvers, ORIGIN, PEOPLE, "internal", {})
    engine.forget_rules()
    set_realm(engine, engine.rules(), ORIGIN, REALM, [PEOPLE], default=True)
    engine._database.dispose()
    return served
