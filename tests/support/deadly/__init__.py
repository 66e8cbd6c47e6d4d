"""A server that is killed at a chosen SQL statement.

    with deadly(served) as orders:
        orders.kill("3 before")
        ...

What kills it is ``sitecustomize.py`` beside this file: no product code knows of it.
"""

from __future__ import annotations

import os
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

from tests.support.processes import until
from tests.support.served import Served


@dataclass(frozen=True, slots=True)
class Point:
    """Where a server is killed: at a statement or COMMIT, counted from 1 after the order was given."""

    number: int
    when: str  # "before" it reaches the database, or "after" it did
    everybody: bool = False  # the whole server, not only the process that serves

    def __str__(self) -> str:
        return f"{self.number} {self.when}{' all' if self.everybody else ''}"


@dataclass(slots=True)
class Orders:
    """Gives orders to one server, outside of it."""

    path: Path
    served: Served
    last: Point | None = None

    def kill(self, point: Point) -> None:
        """From now on its statements are counted."""
        self.last = point
        new = self.path.with_suffix(".new")
        new.write_text(str(point))
        new.rename(self.path)

    def carried_out(self) -> bool:
        """Whether the last order was. Takes it back when it was not; and the server serves again."""
        carried_out = not self.path.exists()
        self.path.unlink(missing_ok=True)
        if carried_out and self.last is not None and self.last.everybody:
            assert until(lambda: not self.served.running.alive())
            self.served.start()
        return carried_out


@contextmanager
def deadly(served: Served) -> Iterator[Orders]:
    """The server runs, and does as it is told."""
    path = served.folder / "order"
    served.environment |= {"DEADLY_ORDER": str(path), "PYTHONPATH": _python_path()}
    served.start()
    try:
        yield Orders(path, served)
    finally:
        served.stop()


def _python_path() -> str:
    return os.pathsep.join(filter(None, [str(Path(__file__).parent), os.environ.get("PYTHONPATH", "")]))
