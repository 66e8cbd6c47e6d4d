"""What no column can hold is whoever's who sent it to mend, and no outage of the database."""

from __future__ import annotations

from typing import Any

import pytest

from mfa_engine.errors import InvalidField
from mfa_engine.storage.throttle import Count, count_up
from mfa_engine.storage.token import token_by_serial
from mfa_engine.unit import Unit
from tests.support.engine import World


def outcome(work: Any) -> object:
    try:
        return work()
    except InvalidField as refused:
        return refused.field


def test_OTP_10_a_name_with_a_nul_in_it_is_nobodys_or_refused(world: World) -> None:
    asked = outcome(lambda: world.engine.look(lambda view: token_by_serial(view.connection, "a\0b")))
    assert asked == ("request" if world.database.kind == "postgresql" else None)


@pytest.mark.parametrize("name", ["x" * 500, "a\0b"])
def test_what_is_too_long_or_no_text_is_not_written_and_refused(world: World, name: str) -> None:
    def write(unit: Unit) -> None:
        count_up(unit.connection, unit.now, Count("before"))
        count_up(unit.connection, unit.now, Count(name))

    kind, is_long = world.database.kind, len(name) == 500
    holds = {"sqlite": True, "postgresql": False, "mariadb": not is_long}[kind]
    assert outcome(lambda: world.engine.record(write)) == (None if holds else "request")
    assert (world.tally("before") is not None) is holds
