"""The clients' process: `python -m benchmarks.load`, told by its parent what to do.

It reads a Task as one line of JSON, prepares, writes "ready", waits for a line, works, and writes what
it has seen as one line of JSON. It loads nothing of the product, so that its cost is its own.
"""

from __future__ import annotations

import json
import sys
import threading
import time
from collections.abc import Sequence
from dataclasses import asdict, dataclass, field
from typing import Any

from benchmarks.connection import Failed
from benchmarks.people import Exhausted, People
from benchmarks.scenario import Client, Meeting
from benchmarks.scenarios import scenario


@dataclass(frozen=True, slots=True)
class Task:
    """`clients` at once, each until `seconds` are over or it has done `units`, after `warm_up` units."""

    scenario: str
    meeting: dict[str, Any]
    people: list[list[dict[str, Any]]]  # those of each client
    clients: int
    seconds: float
    units: int
    warm_up: int


@dataclass(slots=True)
class Seen:
    """What the clients saw: seconds from begin to end, of each unit, and what failed."""

    seconds: float = 0.0
    units: list[float] = field(default_factory=list)
    failures: list[str] = field(default_factory=list)
    exhausted: bool = False


def main() -> None:
    """One task."""
    task = Task(**json.loads(sys.stdin.readline()))
    begin = scenario(task.scenario).begin
    meeting = Meeting(**task.meeting)
    clients = [begin(meeting, People.read(task.people[n])) for n in range(task.clients)]
    seen = Seen()
    _all_at_once([lambda client=client: _prepare(client, task, seen) for client in clients])
    print("ready", flush=True)
    sys.stdin.readline()
    started = time.monotonic()
    if not seen.failures:
        until = started + task.seconds
        _all_at_once([lambda client=client: _work(client, task, until, seen) for client in clients])
    seen.seconds = time.monotonic() - started
    print(json.dumps(asdict(seen)), flush=True)


def _all_at_once(works: Sequence[Any]) -> None:
    threads = [threading.Thread(target=work) for work in works]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()


def _prepare(client: Client, task: Task, seen: Seen) -> None:
    try:
        client.prepare()
        for _ in range(task.warm_up):
            client.unit()
    except (Failed, Exhausted) as error:
        seen.failures.append(f"in preparation: {error!r}")


def _work(client: Client, task: Task, until: float, seen: Seen) -> None:
    for _ in range(task.units):
        begun = time.monotonic()
        if begun > until:
            return
        try:
            client.unit()
        except Exhausted:
            seen.exhausted = True
            return
        except Failed as error:
            seen.failures.append(str(error))
        seen.units.append(time.monotonic() - begun)


if __name__ == "__main__":
    main()
