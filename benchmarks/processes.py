"""What a tree of processes has cost: from /proc."""

from __future__ import annotations

import os
from pathlib import Path

_PROC = Path("/proc")
_TICKS = os.sysconf("SC_CLK_TCK")
# Behind the name, which ends with a parenthesis: state, parent, ... (proc(5), /proc/pid/stat).
_PARENT, _CPU = 1, slice(11, 15)  # own user and system time, and those of children that ended


def cpu_seconds(root: int) -> float:
    """CPU time of a process and all below it, those that ended included."""
    fields = _all_fields()
    return sum(sum(map(int, fields[pid][_CPU])) for pid in _tree(root, fields)) / _TICKS


def proportional_mb(root: int) -> float:
    """Memory of the tree, pages that several share counted once (proportional set size), in MB."""
    return sum(_proportional_kib(pid) for pid in _tree(root, _all_fields())) * 1024 / 1e6


def _all_fields() -> dict[int, list[str]]:
    found = {}
    for entry in _PROC.iterdir():
        if entry.name.isdigit():
            try:
                text = (entry / "stat").read_text()
            except (FileNotFoundError, ProcessLookupError):  # it has just ended
                continue
            found[int(entry.name)] = text.rpartition(")")[2].split()
    return found


def _tree(root: int, fields: dict[int, list[str]]) -> set[int]:
    tree = {root}
    while more := {pid for pid, values in fields.items() if int(values[_PARENT]) in tree} - tree:
        tree |= more
    return tree & fields.keys()


def _proportional_kib(pid: int) -> int:
    for line in (_PROC / str(pid) / "smaps_rollup").read_text().splitlines():
        name, _, rest = line.partition(":")
        if name == "Pss":
            return int(rest.split()[0])
    return 0
