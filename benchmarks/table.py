"""The figures as a table in Markdown, and its place in the README."""

from __future__ import annotations

import re
from collections.abc import Sequence
from pathlib import Path

from benchmarks.measure import Measured

_MARKED = re.compile(r"(<!-- benchmarks[^>]*-->\n).*?(?=\n## )", re.DOTALL)
_HEAD = (
    "unit of work",
    "clients",
    "a second",
    "p50 / p95 / p99, ms",
    "CPU ms: server + database",
    "at most (goal)",
    "SQL",
    "failed",
)


def table(results: Sequence[Measured], memory_mb: float, machine: str) -> str:
    """One row a measurement, and a line about memory; ``machine`` says how fast that was."""
    rows = [_row(result) for result in results]
    lines = [" | ".join(cells) for cells in (_HEAD, ("---", *["---:"] * (len(_HEAD) - 1)), *rows)]
    body = "\n".join(f"| {line} |" for line in lines)
    memory = f"Memory of all processes at rest, shared pages counted once: {memory_mb:.0f} MB."
    return f"{body}\n\n{memory} At most 300 (goal 200). {machine}\n"


def _row(result: Measured) -> tuple[str, ...]:
    scenario = result.scenario
    return (
        scenario.title,
        str(result.clients),
        f"{result.rate:.0f}",
        f"{result.p50:.1f} / {result.p95:.1f} / {result.p99:.1f}",
        f"**{result.cpu:.2f}**: {result.server:.2f} + {result.database:.2f}",
        f"{scenario.floor:g} ({scenario.goal:g})",
        f"{result.statements:.1f}",
        str(len(result.failures)),
    )


def write_readme(readme: Path, made: str) -> None:
    """Put the table below its mark. Raises ValueError when the mark is not there."""
    before = readme.read_text(encoding="utf-8")
    after, found = _MARKED.subn(lambda match: f"{match[1]}\n{made}", before)
    if found != 1:
        raise ValueError(f"{readme} has no place for the figures")
    readme.write_text(after, encoding="utf-8")
