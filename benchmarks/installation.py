"""What is measured, as real processes: PostgreSQL with durable commits, and `doorward serve`."""

from __future__ import annotations

import base64
import os
import secrets
import sys
import urllib.request
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from urllib.error import URLError

import psycopg

from benchmarks.population import CALLBACK, CLIENT_ID, CONSUMER, PORTAL, Population, populate
from benchmarks.scenario import Cost, Meeting
from idp.settings import load
from idp.wiring import build
from tests.support import postgresql, processes
from tests.support.ports import free_port
from tests.support.processes import Process
from tests.support.run import Run

_DATABASE = "doorward"


@dataclass(frozen=True, slots=True)
class Server:
    """`doorward serve` at work."""

    process: Process
    port: int


@dataclass(frozen=True, slots=True)
class Installation:
    """A filled database on a server of its own, for which Doorward can be started."""

    run: Run
    database: Process
    database_port: int
    population: Population
    environment: dict[str, str]

    @property
    def database_name(self) -> str:
        return _DATABASE

    @contextmanager
    def serving(self, cost: Cost) -> Iterator[Server]:
        """Doorward on a free port, until the block ends, with that cost of a hash."""
        port = free_port()
        settings = {
            **self.environment,
            **_address(port),
            "DOORWARD_HASHING_MEMORY_KIB": str(cost.memory_kib),
            "DOORWARD_HASHING_ITERATIONS": str(cost.iterations),
        }
        log = self.run.folder / f"doorward-{port}.log"
        command = [sys.executable, "-m", "idp.cli.program", "serve"]
        process = processes.start(command, log, environment=settings)
        try:
            process.wait_until(lambda: _ready(port))
            yield Server(process, port)
        finally:
            process.stop()

    def meeting(self, server: Server) -> Meeting:
        """What a client has to know."""
        return Meeting(server.port, CLIENT_ID, self.population.client_secret, CALLBACK, PORTAL, CONSUMER)

    def connect(self) -> psycopg.Connection[tuple[object, ...]]:
        """As the database's superuser, in autocommit."""
        return psycopg.connect(
            host="127.0.0.1",
            port=self.database_port,
            user=postgresql.SUPERUSER,
            dbname=_DATABASE,
            autocommit=True,
        )


@contextmanager
def installed() -> Iterator[Installation]:
    """An installation that is gone when the block ends."""
    run = Run.begin()
    try:
        database, port = postgresql.start(run, durable=True, log_statements=False)
        try:
            _create_database(port)
            environment = _environment(run.folder, postgresql.url(port, _DATABASE))
            yield Installation(run, database, port, _filled(environment), environment)
        finally:
            database.stop()
    finally:
        run.end()


def _create_database(port: int) -> None:
    with psycopg.connect(
        host="127.0.0.1", port=port, user=postgresql.SUPERUSER, dbname="postgres", autocommit=True
    ) as connection:
        connection.execute(f"CREATE DATABASE {_DATABASE}".encode())


def _environment(folder: Path, database_url: str) -> dict[str, str]:
    """The settings by environment, and what a process needs besides."""
    key_file = folder / "doorward.key"
    key_file.touch(mode=0o600)
    key_file.write_bytes(base64.b64encode(secrets.token_bytes(32)))
    kept = {name: value for name, value in os.environ.items() if not name.startswith("DOORWARD_")}
    return kept | {
        "DOORWARD_DATABASE_URL": database_url,
        "DOORWARD_SECRETS_KEY_FILE": str(key_file),
        "DOORWARD_SAML_KEY_BITS": "2048",
        "DOORWARD_LOG_LEVEL": "WARNING",
    }


def _address(port: int) -> dict[str, str]:
    return {
        "DOORWARD_SERVER_BASE_URL": f"http://localhost:{port}",
        "DOORWARD_SERVER_LISTEN": f"127.0.0.1:{port}",
    }


def _filled(environment: dict[str, str]) -> Population:
    """What `populate` made of the empty database."""
    settings = {**environment, **_address(1), "DOORWARD_DATABASE_UPGRADE_AT_START": "true"}
    return populate(build(load(None, settings)))


def _ready(port: int) -> bool:
    try:
        with urllib.request.urlopen(f"http://127.0.0.1:{port}/health/ready", timeout=5) as answer:
            return bool(answer.status == 200)
    except URLError:
        return False
