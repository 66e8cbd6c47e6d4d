"""Measuring one scenario with a number of clients."""

from __future__ import annotations

import json
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import IO

from benchmarks.installation import Installation, Server
from benchmarks.load import Seen, Task
from benchmarks.processes import cpu_seconds
from benchmarks.scenario import Scenario
from benchmarks.statements import logged

_WARM_UP_UNITS = 5  # of each client
_COUNTED_UNITS = 40
_ROOT = Path(__file__).parents[1]


@dataclass(frozen=True, slots=True)
class Measured:
    """Times in milliseconds; `server` and `database` are CPU time a unit, the rate is units a second."""

    scenario: Scenario
    clients: int
    units: int
    rate: float
    p50: float
    p95: float
    p99: float
    server: float
    database: float
    statements: float
    failures: tuple[str, ...]

    @property
    def cpu(self) -> float:
        return self.server + self.database


def measure(
    installation: Installation,
    server: Server,
    scenario: Scenario,
    *,
    clients: int,
    seconds: float,
    units: int,
) -> Measured:
    """At most `units` of work, for at most `seconds`."""
    each = -(-units // clients)
    task = _task(installation, server, scenario, clients, each, seconds)
    with _client_process(task) as process:
        told, listening = _pipes(process)
        before = _cpu(installation, server)
        print("go", file=told, flush=True)
        seen = Seen(**json.loads(listening.readline()))
        after = _cpu(installation, server)
    times = sorted(seen.units) or [0.0]
    count = len(seen.units)
    return Measured(
        scenario=scenario,
        clients=clients,
        units=count,
        rate=count / seen.seconds,
        p50=_percentile(times, 50),
        p95=_percentile(times, 95),
        p99=_percentile(times, 99),
        server=1000 * (after[0] - before[0]) / max(count, 1),
        database=1000 * (after[1] - before[1]) / max(count, 1),
        statements=_statements(installation, server, scenario),
        failures=tuple(seen.failures),
    )


def _statements(installation: Installation, server: Server, scenario: Scenario) -> float:
    """SQL statements a unit, from the database's log."""
    task = _task(installation, server, scenario, 1, _COUNTED_UNITS, 60.0)
    with _client_process(task) as process:
        told, listening = _pipes(process)
        with logged(installation) as counted:
            print("go", file=told, flush=True)
            seen = Seen(**json.loads(listening.readline()))
    return len(counted.statements) / max(len(seen.units), 1)


def _task(
    installation: Installation, server: Server, scenario: Scenario, clients: int, units: int, seconds: float
) -> Task:
    people: list[list[dict[str, object]]] = [[] for _ in range(clients)]
    if scenario.people:
        # A device by time gives two codes in its period: half as many people are enough.
        each = 1 + -(-scenario.a_unit * (units + _WARM_UP_UNITS) // 2)
        people = [installation.population.take(scenario.people, each) for _ in range(clients)]
    meeting = asdict(installation.meeting(server))
    return Task(scenario.name, meeting, people, clients, seconds, units, _WARM_UP_UNITS)


@contextmanager
def _client_process(task: Task) -> Iterator[subprocess.Popen[str]]:
    """The clients, prepared and waiting to begin."""
    with subprocess.Popen(
        [sys.executable, "-m", "benchmarks.load"],
        cwd=_ROOT,
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        text=True,
    ) as process:
        told, listening = _pipes(process)
        try:
            print(json.dumps(asdict(task)), file=told, flush=True)
            listening.readline()
            yield process
        except BaseException:
            process.kill()
            raise


def _pipes(process: subprocess.Popen[str]) -> tuple[IO[str], IO[str]]:
    if process.stdin is None or process.stdout is None:
        raise RuntimeError("the clients' process has no pipes")
    return process.stdin, process.stdout


def _cpu(installation: Installation, server: Server) -> tuple[float, float]:
    return cpu_seconds(server.process.pid), cpu_seconds(installation.database.pid)


def _percentile(times: list[float], percent: int) -> float:
    return 1000 * times[min(len(times) * percent // 100, len(times) - 1)]
