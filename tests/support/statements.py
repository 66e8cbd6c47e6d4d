"""The SQL statements that a database got, read from PostgreSQL's own log."""

import re
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path

ENTRY = re.compile(
    r"\d{4}-\d\d-\d\d [\d:.]+ UTC \[\d+\] (?P<database>\S*) (?P<application>.*?)>LOG:  (?P<text>.*)"
)
STATEMENT = re.compile(r"(?:statement|execute [^:]+): (?P<sql>.*)", re.DOTALL)
CONTROL = {"BEGIN", "START", "COMMIT", "END", "ROLLBACK", "SAVEPOINT", "RELEASE", "SET", "SHOW", "DEALLOCATE"}


@dataclass(slots=True)
class Counted:
    """What a database was asked inside a `counting` block; filled when the block ends."""

    everything: list[str] = field(default_factory=list)

    @property
    def statements(self) -> list[str]:
        """Those that do work: without BEGIN, COMMIT and the like."""
        return [sql for sql in self.everything if first_word(sql) not in CONTROL]

    @property
    def commits(self) -> int:
        return sum(first_word(sql) == "COMMIT" for sql in self.everything)


@contextmanager
def counting(log: Path, database: str) -> Iterator[Counted]:
    """Collect the statements that reach `database`, from any connection, while the block runs.

    The server writes a statement to its log before it runs it, so none is missing that was answered.
    """
    start = log.stat().st_size
    counted = Counted()
    yield counted
    with log.open(errors="replace") as lines:
        lines.seek(start)
        counted.everything = list(statements(lines.read(), database))


def statements(log: str, database: str) -> Iterator[str]:
    """The statements in a piece of the log that were sent to `database`."""
    for entry in re.split(r"\n(?!\t)", log):  # lines after the first of an entry begin with a tab
        found = ENTRY.match(entry)
        statement = STATEMENT.match(entry, found.start("text")) if found else None
        if found and statement and found["database"] == database:
            yield statement["sql"].replace("\n\t", "\n")


def first_word(sql: str) -> str:
    return sql.split(maxsplit=1)[0].rstrip(";").upper()
