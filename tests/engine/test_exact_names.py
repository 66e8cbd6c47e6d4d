"""Names are compared byte for byte on every database: case and blanks tell two of them apart (RES-03)."""

from __future__ import annotations

import pytest

from mfa_engine.identity.user import User
from mfa_engine.storage.person import person_by_uid
from mfa_engine.storage.throttle import Count, count_up, read_tallies
from mfa_engine.storage.token import token_by_serial, tokens_of
from tests.support.devices import enrolled
from tests.support.engine import PEOPLE, World

NEARLY = (" ", "\t", "\u00a0", "\u0301")
"""Behind a name: what some collations do not see."""


@pytest.mark.parametrize("more", NEARLY)
def test_RES_03_a_name_with_something_invisible_behind_it_is_another_name(
    world: World, alice: User, more: str
) -> None:
    serial, uid = enrolled(world, "totp", alice).serial, alice.key.uid
    look = world.engine.look
    assert look(lambda view: token_by_serial(view.connection, serial)) is not None
    assert look(lambda view: token_by_serial(view.connection, serial + more)) is None
    assert look(lambda view: tokens_of(view.connection, PEOPLE, uid + more)) == ()
    assert look(lambda view: tokens_of(view.connection, PEOPLE + more, uid)) == ()
    assert look(lambda view: person_by_uid(view.connection, PEOPLE, uid + more)) is None


def test_RES_03_names_that_differ_by_case_or_a_blank_are_counted_apart(world: World) -> None:
    names = ["address:x", "address:X", "address:x "]
    for name in names:
        count(world, name)
    tallies = world.engine.look(lambda view: read_tallies(view.connection, names))
    assert {name: tally.count for name, tally in tallies.items()} == dict.fromkeys(names, 1)


def count(world: World, name: str) -> None:
    world.engine.record(lambda unit: count_up(unit.connection, unit.now, Count(name)))
