"""The counters behind the limits, on every database: begun, raised, begun anew, given back."""

from __future__ import annotations

from datetime import timedelta

import pytest

from mfa_engine.storage.throttle import (
    Count,
    Tally,
    clear,
    count_up,
    drop_old,
    lock_tally,
    read_tallies,
    uncount,
)
from mfa_engine.unit import Unit
from tests.support.engine import World
from tests.support.parallel import Crowd, Patient

MOMENT = timedelta(microseconds=1)


def count(world: World, *counts: Count) -> dict[str, Tally]:
    world.engine.record(lambda unit: count_up(unit.connection, unit.now, *counts))
    names = [each.name for each in counts]
    return world.engine.look(lambda view: read_tallies(view.connection, names))


def test_a_count_begins_at_one_and_keeps_when_it_began(world: World) -> None:
    begin = world.clock.now
    assert count(world, Count("a"))["a"] == Tally("a", 1, begin, begin)
    world.clock.advance(5)
    assert count(world, Count("a"))["a"] == Tally("a", 2, begin, world.clock.now)


def test_two_are_counted_by_one_statement_each_by_its_own_limits(world: World) -> None:
    count(world, Count("old"), Count("young"))
    begin = world.clock.now
    world.clock.advance(10)
    counted = count(world, Count("old", begin=begin), Count("young", begin=begin - MOMENT))
    assert (counted["old"].count, counted["old"].since) == (1, world.clock.now)
    assert (counted["young"].count, counted["young"].since) == (2, begin)


@pytest.mark.parametrize(
    ("ago", "expected"), [(timedelta(seconds=10) - MOMENT, 2), (timedelta(seconds=10), 1)]
)
def test_a_count_that_is_too_old_or_was_quiet_too_long_begins_anew(
    world: World, ago: timedelta, expected: int
) -> None:
    count(world, Count("a"), Count("b"))
    world.clock.advance(ago)
    limit = world.clock.now - timedelta(seconds=10)
    counted = count(world, Count("a", begin=limit), Count("b", begin_last=limit))
    assert [tally.count for tally in counted.values()] == [expected] * 2


def test_tries_are_given_back_and_never_more_than_there_are(world: World) -> None:
    count(world, Count("a"))
    count(world, Count("a"))
    for expected in (1, 0, 0):
        world.engine.record(lambda unit: uncount(unit.connection, "a", 1))
        assert read(world, "a") == expected


def test_a_lock_begins_at_nothing_and_changes_nothing(world: World) -> None:
    locked = world.engine.record(lambda unit: lock_tally(unit.connection, "a", unit.now))
    assert locked.count == 0
    count(world, Count("a"))
    assert world.engine.record(lambda unit: lock_tally(unit.connection, "a", unit.now)).count == 1


def test_a_count_is_cleared_and_old_ones_are_dropped(world: World) -> None:
    count(world, Count("a"), Count("b"))
    assert world.engine.record(lambda unit: clear(unit.connection, "a"))
    assert not world.engine.record(lambda unit: clear(unit.connection, "a"))
    world.clock.advance(1)
    assert world.engine.record(lambda unit: drop_old(unit.connection, unit.now)) == 1
    assert read(world, "b") is None


def test_names_are_compared_byte_for_byte(world: World) -> None:
    for name in ("address:x", "address:X", "address:x ", "address:é", "address:e"):
        assert count(world, Count(name))[name].count == 1


def test_RACE_02_the_first_failures_of_many_at_once_are_all_counted(world: World, crowd: Crowd) -> None:
    runner = Patient(world.engine)

    def both(unit: Unit) -> None:
        count_up(unit.connection, unit.now, Count("a"), Count("b"))

    assert crowd.at_once(lambda: runner.record(both)) == [None] * crowd.size
    assert (read(world, "a"), read(world, "b")) == (crowd.size, crowd.size)


def test_RACE_02_who_locks_a_count_decides_alone(world: World, crowd: Crowd) -> None:
    runner = Patient(world.engine)

    def take(unit: Unit) -> bool:
        """One of five, decided on what was read: right only under the lock."""
        taken = lock_tally(unit.connection, "five", unit.now).count
        if taken < 5:
            count_up(unit.connection, unit.now, Count("five"))
        return taken < 5

    results = crowd.at_once(lambda: runner.record(take))
    assert results.count(True) == 5
    assert results.count(False) == crowd.size - 5
    assert read(world, "five") == 5


def read(world: World, name: str) -> int | None:
    tally = world.tally(name)
    return tally.count if tally else None
