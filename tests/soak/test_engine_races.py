"""A thousand rounds of fifty who want the same, for every type of token and on every database."""

from __future__ import annotations

from functools import partial

import pytest

from mfa_engine.authentication.attempt import Attempt
from mfa_engine.authentication.check import check
from mfa_engine.authentication.outcome import Matched, Rejected
from mfa_engine.identity.user import User
from tests.support.campaign import scaled
from tests.support.devices import KINDS, enrolled
from tests.support.engine import World
from tests.support.parallel import Crowd, Meeting, Patient


@pytest.mark.parametrize("kind", KINDS)
@pytest.mark.parametrize("together", [True, False], ids=["judged before any records", "as they come"])
def test_RACE_01_OTP_01_a_thousand_rounds(
    world: World, alice: User, crowd: Crowd, kind: str, together: bool
) -> None:
    device = enrolled(world, kind, alice)
    for number in range(scaled(1000)):
        given = device.give()
        attempt = Attempt(
            world.origin,
            given.answer,
            user=alice,
            serial=device.serial,
            transaction_id=given.transaction_id,
            code_alone=True,
        )
        runner = Meeting(world.engine, crowd.size) if together else Patient(world.engine)
        outcomes = crowd.at_once(partial(check, runner, world.rules, attempt))
        assert sum(isinstance(outcome, Matched) for outcome in outcomes) == 1, number
        assert sum(isinstance(outcome, Rejected) for outcome in outcomes) == crowd.size - 1, number
