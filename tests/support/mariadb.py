"""A throw-away MariaDB server."""

import subprocess
from pathlib import Path

from tests.support import processes
from tests.support.ports import free_port
from tests.support.processes import Process
from tests.support.programs import program
from tests.support.run import Run

SYSTEM_USER = "nobody"  # `mysql` comes with the packaged service, which we do without
SUPERUSER = "doorward"

CARELESS = ("--innodb-flush-log-at-trx-commit=0", "--innodb-flush-method=nosync", "--skip-log-bin")


def start(run: Run) -> tuple[Process, int]:
    """Start a server for `run`. Its port; its superuser is `doorward`, without a password."""
    folder = run.new_folder("mariadb", SYSTEM_USER)
    data, log = folder / "data", run.folder / f"{folder.name}.log"
    make_tables(data)
    first = folder / "first.sql"
    first.write_text(f"GRANT ALL ON *.* TO {SUPERUSER}@'127.0.0.1' IDENTIFIED BY '' WITH GRANT OPTION;\n")
    port = free_port()
    process = processes.start(
        [
            program("mariadbd"),
            "--no-defaults",  # the system's configuration is none of ours
            *(f"--datadir={data}", f"--socket={folder}/socket", f"--pid-file={folder}/pid"),
            *("--bind-address=127.0.0.1", f"--port={port}", "--skip-name-resolve"),
            *("--character-set-server=utf8mb4", "--collation-server=utf8mb4_unicode_ci"),
            *("--max-connections=300", "--innodb-buffer-pool-size=128M", f"--init-file={first}"),
            *CARELESS,
        ],
        log,
        owner=run.controller,
        user=SYSTEM_USER,
    )
    process.wait_until(lambda: "ready for connections" in log.read_text())
    return process, port


def make_tables(data: Path) -> None:
    """Fill the folder `data` with the server's own tables. The script also calls `my_print_defaults`."""
    user = [f"--user={SYSTEM_USER}"] if data.parent.owner() == SYSTEM_USER else []
    command = [program("mariadb-install-db"), "--no-defaults", f"--datadir={data}", "--skip-test-db", *user]
    subprocess.run(
        [*command, "--auth-root-authentication-method=normal"], check=True, stdout=subprocess.DEVNULL
    )


def url(port: int, database: str) -> str:
    """SQLAlchemy's URL of a database of the server on `port`."""
    return f"mariadb+pymysql://{SUPERUSER}@127.0.0.1:{port}/{database}?charset=utf8mb4"
