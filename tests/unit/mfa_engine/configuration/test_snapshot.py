"""A copy in memory of what the database holds: when it is looked at again, and by how many."""

from __future__ import annotations

import threading
from collections.abc import Callable, Iterator
from datetime import UTC, datetime, timedelta
from typing import Any, TypeVar

import pytest

from mfa_engine.configuration.snapshot import Snapshot
from mfa_engine.errors import Unavailable
from mfa_engine.unit import Unit, View
from tests.support.parallel import PATIENCE, Crowd

T = TypeVar("T")
BEGIN = datetime(2026, 11, 2, 9, 0, tzinfo=UTC)


class Stored:
    """A runner over a database that holds a revision; each look counts, and ``meanwhile`` happens in it."""

    def __init__(self) -> None:
        self.revision = 1
        self.time = BEGIN
        self.looks = 0
        self.asked_for_the_time = 0
        self.meanwhile: Callable[[], object] = lambda: None
        self._counting = threading.Condition()

    def look(self, work: Callable[[View], T]) -> Any:
        del work
        self.looks += 1
        seen = self.revision
        self.meanwhile()
        return seen

    def record(self, work: Callable[[Unit], T]) -> T:
        raise NotImplementedError

    def now(self) -> datetime:
        with self._counting:
            self.asked_for_the_time += 1
            self._counting.notify_all()
        return self.time

    def wait_until_asked(self, times: int) -> None:
        with self._counting:
            assert self._counting.wait_for(lambda: self.asked_for_the_time >= times, PATIENCE)


@pytest.fixture
def stored() -> Stored:
    return Stored()


@pytest.fixture
def snapshot(stored: Stored) -> Snapshot[str]:
    return Snapshot(stored, "configuration", timedelta(seconds=1), lambda number, _: f"as of {number}")


@pytest.fixture
def crowd() -> Iterator[Crowd]:
    crowd = Crowd(8)
    yield crowd
    crowd.close()


def test_what_is_young_costs_no_look(stored: Stored, snapshot: Snapshot[str]) -> None:
    assert snapshot.current() == "as of 1"
    stored.revision = 2
    stored.time += timedelta(milliseconds=999)
    assert (snapshot.current(), stored.looks) == ("as of 1", 1)
    stored.time += timedelta(milliseconds=1)
    assert (snapshot.current(), stored.looks) == ("as of 2", 2)


def test_what_did_not_change_is_not_made_again(stored: Stored) -> None:
    snapshot = Snapshot[object](stored, "configuration", timedelta(0), lambda _number, _before: object())
    assert snapshot.current() is snapshot.current()
    assert stored.looks == 2


def test_of_many_that_find_it_old_one_looks(stored: Stored, snapshot: Snapshot[str], crowd: Crowd) -> None:
    all_have_found_it_old = 3 + (crowd.size - 1)  # who looks asks for the time three times
    stored.meanwhile = lambda: stored.wait_until_asked(all_have_found_it_old)
    assert crowd.at_once(snapshot.current) == ["as of 1"] * crowd.size
    assert stored.looks == 1


def test_a_change_while_somebody_looks_is_seen_by_whoever_made_it(
    stored: Stored, snapshot: Snapshot[str]
) -> None:
    def change() -> None:
        stored.meanwhile = lambda: None
        stored.revision = 2
        snapshot.forget()

    stored.meanwhile = change
    assert snapshot.current() == "as of 1"  # it was looked at before the change
    assert snapshot.current() == "as of 2"


def test_the_copy_until_now_is_handed_to_what_makes_the_next(stored: Stored) -> None:
    seen: list[str | None] = []

    def load(number: int, before: str | None) -> str:
        seen.append(before)
        return f"as of {number}"

    snapshot = Snapshot(stored, "configuration", timedelta(0), load)
    snapshot.current()
    stored.revision = 2
    snapshot.current()
    assert seen == [None, "as of 1"]


def test_a_clock_set_back_keeps_nothing_alive(stored: Stored, snapshot: Snapshot[str]) -> None:
    snapshot.current()
    stored.revision = 2
    stored.time -= timedelta(hours=1)
    assert snapshot.current() == "as of 2"


def test_what_cannot_be_looked_at_is_looked_at_again_by_the_next(
    stored: Stored, snapshot: Snapshot[str]
) -> None:
    def away() -> None:
        raise Unavailable("The database")

    stored.meanwhile = away
    with pytest.raises(Unavailable):
        snapshot.current()
    stored.meanwhile = lambda: None
    assert snapshot.current() == "as of 1"
