"""Demonstrations, begun in an empty folder."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import contextmanager

import pytest

from tests.support.demo import Demo, start_demo
from tests.support.run import Run


@contextmanager
def starting(run: Run) -> Iterator[Callable[..., Demo]]:
    folder = run.new_folder("demo")
    started: list[Demo] = []

    def begin(again: Demo | None = None) -> Demo:
        started.append(start_demo(folder / "data", folder / "log", again.port if again else None))
        return started[-1]

    yield begin
    for demo in started:
        demo.process.stop()


@pytest.fixture
def start(run: Run) -> Iterator[Callable[..., Demo]]:
    """`start()` begins anew; `start(again=demo)` on the folder and ports that one had."""
    with starting(run) as begin:
        yield begin


@pytest.fixture
def demo(start: Callable[..., Demo]) -> Demo:
    """A demonstration that was never used."""
    return start()


@pytest.fixture(scope="module")
def lasting_demo(run: Run) -> Iterator[Demo]:
    """A demonstration that tests only look at."""
    with starting(run) as begin:
        yield begin()
