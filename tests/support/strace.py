"""What programs a process starts, seen by `strace`."""

import re
from collections.abc import Sequence
from pathlib import Path

from tests.support.programs import program


def traced(command: Sequence[str | Path], record: Path) -> list[str | Path]:
    """`command`, to be started so that `record` tells what it executes, its children included."""
    return [program("strace"), "-f", "-qq", "-e", "trace=execve,execveat", "-o", record, *command]


def executed(record: Path, after: int = 0) -> list[str]:
    """The programs in `record` that were started, without its first `after` lines."""
    lines = record.read_text(errors="replace").splitlines()[after:]
    found = (re.search(r'execve(?:at)?\(.*?"([^"]*)"', line) for line in lines)
    return [match[1] for match in found if match]
