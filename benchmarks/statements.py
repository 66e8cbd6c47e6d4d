"""The statements that a run of clients costs, counted by the database itself."""

from __future__ import annotations

import secrets
from collections.abc import Iterator
from contextlib import contextmanager

from benchmarks.installation import Installation
from tests.support.processes import until
from tests.support.statements import Counted, counting

_LOG_ALL = (
    "ALTER SYSTEM SET log_line_prefix = '%m [%p] %d %a>'",
    "ALTER SYSTEM SET log_statement = 'all'",
)
_LOG_NOTHING = ("ALTER SYSTEM SET log_statement = 'none'",)


@contextmanager
def logged(installation: Installation) -> Iterator[Counted]:
    """What reaches the database while the block runs. Logging costs time: nothing is measured meanwhile."""
    _configure(installation, _LOG_ALL)
    log = installation.database.log
    mark = secrets.token_hex(8)

    def is_logged() -> bool:
        with installation.connect() as connection:
            connection.execute(f"SELECT '{mark}'".encode())
        return mark in log.read_text(errors="replace")

    if not until(is_logged):
        raise RuntimeError("PostgreSQL does not log its statements")
    try:
        with counting(log, installation.database_name) as counted:
            yield counted
    finally:
        _configure(installation, _LOG_NOTHING)


def _configure(installation: Installation, changes: tuple[str, ...]) -> None:
    with installation.connect() as connection:
        for change in changes:
            connection.execute(change.encode())
        connection.execute(b"SELECT pg_reload_conf()")
