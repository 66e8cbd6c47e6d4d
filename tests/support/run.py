"""One run of the tests: its folder, and the servers that all of its workers share."""

import fcntl
import json
import os
import shutil
import tempfile
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

from tests.support.processes import Process

PARENT = Path("/tmp")
PREFIX = "doorward-tests-"


@dataclass(frozen=True, slots=True)
class Run:
    """Made by the process that the user started, handed to the workers of pytest-xdist by `to_worker`."""

    folder: Path
    controller: int  # process id: the shared servers end with it
    worker: str  # "gw0", ... or "main" without pytest-xdist

    @classmethod
    def begin(cls) -> "Run":
        """A new run, whose folder every user may enter: servers run as users of their own."""
        remove_leftovers()
        folder = Path(tempfile.mkdtemp(prefix=f"{PREFIX}{os.getpid()}-", dir=PARENT))
        folder.chmod(0o755)
        return cls(folder, os.getpid(), "main")

    def to_worker(self) -> dict[str, int | str]:
        """What a worker needs in order to join, see `join`."""
        return {"run_folder": str(self.folder), "run_controller": self.controller}

    @classmethod
    def join(cls, workerinput: dict[str, object]) -> "Run":
        """The run of a worker: `workerinput` is what `to_worker` gave and the worker's own id."""
        return cls(
            Path(str(workerinput["run_folder"])),
            int(str(workerinput["run_controller"])),
            str(workerinput["workerid"]),
        )

    def new_folder(self, name: str, user: str = "") -> Path:
        """An empty folder that every user may enter, owned by `user` when root makes it."""
        folder = Path(tempfile.mkdtemp(prefix=f"{name}-", dir=self.folder))
        folder.chmod(0o755)
        if user and os.geteuid() == 0:
            shutil.chown(folder, user)
        return folder

    def shared(self, name: str, start: Callable[["Run"], tuple[Process, int]]) -> tuple[int, Path]:
        """Port and log of the run's only server called `name`: started by whoever asks first."""
        record = self.folder / f"{name}.server"
        with locked(self.folder / f"{name}.lock"):
            if not record.exists():
                process, port = start(self)
                record.write_text(json.dumps([process.guardian, str(process.log), port]))
            _, log, port = json.loads(record.read_text())
            return port, Path(log)

    def end(self) -> None:
        """Stop the shared servers and remove the folder."""
        for record in self.folder.glob("*.server"):
            guardian, log, _ = json.loads(record.read_text())
            Process(guardian, Path(log)).stop()
        shutil.rmtree(self.folder, ignore_errors=True)


def remove_leftovers() -> None:
    """Remove the folders of runs that were killed: their servers ended with them."""
    for folder in PARENT.glob(f"{PREFIX}*"):
        controller = folder.name.removeprefix(PREFIX).partition("-")[0]
        if not Path("/proc", controller).exists():
            shutil.rmtree(folder, ignore_errors=True)


@contextmanager
def locked(path: Path) -> Iterator[None]:
    """Hold the lock file `path`, against other processes too."""
    with path.open("w") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        yield
