"""`make bench`: measure every scenario with few and with many clients, and print the figures."""

from __future__ import annotations

import argparse
import sys
import time
from collections.abc import Iterator, Sequence
from pathlib import Path

from benchmarks.installation import Installation, installed
from benchmarks.measure import Measured, measure
from benchmarks.processes import proportional_mb
from benchmarks.scenario import Cost, Scenario
from benchmarks.scenarios import SCENARIOS
from benchmarks.table import table, write_readme
from benchmarks.yardstick import yardstick

_README = Path(__file__).parents[1] / "README.md"
_REST_SECONDS = 2.0


def main() -> int:
    """Exit code 1 when a request failed."""
    arguments = _arguments()
    chosen = [one for one in SCENARIOS if one.name in arguments.only]
    with installed() as installation:
        memory_mb = _at_rest(installation, chosen[0].cost)
        results = list(_measured(installation, chosen, arguments))
    made = table(results, memory_mb, yardstick())
    print(made)
    if arguments.write_readme:
        write_readme(_README, made)
    return 1 if any(result.failures for result in results) else 0


def _arguments() -> argparse.Namespace:
    names = [one.name for one in SCENARIOS]
    parser = argparse.ArgumentParser(prog="python -m benchmarks", description=__doc__)
    parser.add_argument(
        "--only", nargs="+", choices=names, default=names, metavar="NAME", help=", ".join(names)
    )
    parser.add_argument("--clients", nargs="+", type=int, default=[8, 32], metavar="N")
    parser.add_argument("--seconds", type=float, default=6.0, help="of each measurement, at most")
    parser.add_argument("--units", type=int, default=3000, help="of work in each measurement, at most")
    parser.add_argument("--write-readme", action="store_true", help="put the figures into the README")
    return parser.parse_args()


def _at_rest(installation: Installation, cost: Cost) -> float:
    """Memory of a server that was just started and asked for its health."""
    with installation.serving(cost) as server:
        time.sleep(_REST_SECONDS)
        return proportional_mb(server.process.pid)


def _measured(
    installation: Installation, chosen: Sequence[Scenario], arguments: argparse.Namespace
) -> Iterator[Measured]:
    for cost in dict.fromkeys(one.cost for one in chosen):
        with installation.serving(cost) as server:
            for scenario in (one for one in chosen if one.cost == cost):
                for clients in arguments.clients:
                    result = measure(
                        installation,
                        server,
                        scenario,
                        clients=clients,
                        seconds=arguments.seconds,
                        units=arguments.units,
                    )
                    print(_line(result), file=sys.stderr, flush=True)
                    yield result


def _line(result: Measured) -> str:
    failed = f", {len(result.failures)} FAILED: {result.failures[0]}" if result.failures else ""
    return (
        f"{result.scenario.name}, {result.clients} clients: {result.rate:.0f}/s, {result.cpu:.2f} ms CPU"
        f" ({result.server:.2f} + {result.database:.2f}), {result.statements:.1f} statements{failed}"
    )


if __name__ == "__main__":
    sys.exit(main())
