"""A throw-away PostgreSQL server."""

import signal
import subprocess
from pathlib import Path

from tests.support import processes
from tests.support.ports import free_port
from tests.support.processes import Process
from tests.support.programs import program
from tests.support.run import Run

SYSTEM_USER = "postgres"  # the server refuses to run as root
SUPERUSER = "doorward"

# A power cut may lose it all: nobody needs the data after the run.
CARELESS = ("-c", "fsync=off", "-c", "synchronous_commit=off", "-c", "full_page_writes=off")
# Every statement in the log, so that a test can count them: see `statements.py`.
LOGGED = ("-c", "log_statement=all", "-c", "log_line_prefix=%m [%p] %d %a>")


def start(run: Run, *, durable: bool = False, log_statements: bool = True) -> tuple[Process, int]:
    """Start a server for `run`. Its port; its superuser is `doorward`, without a password.

    `durable`: commits reach the disk, as they do for an operator.
    """
    folder = run.new_folder("postgresql", SYSTEM_USER)
    data, log = folder / "data", run.folder / f"{folder.name}.log"
    make_cluster(data)
    port = free_port()
    settings = [
        *("-c", f"port={port}", "-c", "listen_addresses=127.0.0.1", "-c", "unix_socket_directories="),
        *("-c", "max_connections=300", "-c", "timezone=UTC", "-c", "log_timezone=UTC"),
        *(() if durable else CARELESS),
        *(LOGGED if log_statements else ()),
    ]
    process = processes.start(
        [program("postgres"), "-D", data, *settings],
        log,
        owner=run.controller,
        user=SYSTEM_USER,
        stop_signal=signal.SIGINT,  # "fast": it does not wait for its clients
    )
    process.wait_until(lambda: "database system is ready to accept connections" in log.read_text())
    return process, port


def make_cluster(data: Path) -> None:
    """Fill the empty folder `data` with a new cluster, UTF-8 and the C locale."""
    as_user = ["--reuid", SYSTEM_USER, "--regid", SYSTEM_USER, "--clear-groups"]
    prefix = [program("setpriv"), *as_user] if data.parent.owner() == SYSTEM_USER else []
    command = [program("initdb"), "-D", str(data), "-U", SUPERUSER, "--auth=trust", "--no-sync"]
    command += ["--no-locale", "--encoding=UTF8"]
    subprocess.run([*prefix, *command], check=True, stdout=subprocess.DEVNULL, cwd=data.parent)


def url(port: int, database: str) -> str:
    """SQLAlchemy's URL of a database of the server on `port`."""
    return f"postgresql+psycopg://{SUPERUSER}@127.0.0.1:{port}/{database}"
