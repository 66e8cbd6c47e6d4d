"""`doorward` on the command line, each time in a process of its own."""

from __future__ import annotations

import json
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from tests.support.demo import as_make_does

LOADED = Path(__file__).with_name("commands_loaded.py")


@dataclass(frozen=True, slots=True)
class Ran:
    """How a command ended, and what it said."""

    code: int
    output: str
    errors: str

    @property
    def data(self) -> Any:
        """What `--json` said."""
        return json.loads(self.output)


@dataclass(frozen=True, slots=True)
class Commands:
    """`commands("realm", "list")` runs `doorward realm list` with the settings file."""

    settings: Path
    folder: Path
    loaded: subprocess.Popen[str]

    def __call__(self, *arguments: str, typed: str = "") -> Ran:
        """`typed` is what comes in on standard input."""
        files = {name: str(self.folder / name) for name in ("input", "output", "errors")}
        Path(files["input"]).write_text(typed)
        told = {"arguments": ["--config", str(self.settings), *arguments], **files}
        assert self.loaded.stdin is not None
        assert self.loaded.stdout is not None
        self.loaded.stdin.write(json.dumps(told) + "\n")
        self.loaded.stdin.flush()
        code = int(self.loaded.stdout.readline())
        return Ran(code, Path(files["output"]).read_text(), Path(files["errors"]).read_text())


@contextmanager
def commands(settings: Path, folder: Path) -> Iterator[Commands]:
    """Commands on one installation, what they say kept in `folder` until the next."""
    with subprocess.Popen(
        [sys.executable, "-P", str(LOADED)],
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        text=True,
        env=as_make_does(),
        cwd=folder,
    ) as loaded:
        yield Commands(settings, folder, loaded)
        assert loaded.stdin is not None
        loaded.stdin.close()
