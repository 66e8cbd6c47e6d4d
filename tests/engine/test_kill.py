"""SIGKILL at every statement: nothing acknowledged is lost, nothing half done, no code good twice."""

from __future__ import annotations

from collections.abc import Callable
from itertools import count

import pytest

from mfa_engine.audit.verify import verify
from mfa_engine.authentication.attempt import Attempt
from mfa_engine.authentication.check import check
from mfa_engine.authentication.outcome import Matched
from mfa_engine.identity.user import User
from mfa_engine.lifecycle.enrol import Wanted, enrol
from mfa_engine.lifecycle.find import tokens_of_person
from mfa_engine.lifecycle.finish import finish
from mfa_engine.storage.token import TokenState
from tests.support.devices import Device, accepted, attempt, begun, device, enrolled
from tests.support.engine import World
from tests.support.killing import Acknowledge, Act, Ended, killed_at


def at_every_point(world: World, act: Act, judge: Callable[[Ended], None]) -> None:
    """Kill the act at one point after the other, judging each time, until it comes to its end."""
    for point in count(1):
        ended = killed_at(world, point, act)
        judge(ended)
        assert verify(world.engine).first_bad is None
        if not ended.killed:
            assert point > 3
            assert ended.acknowledged
            return


def test_OPS_06_enrolment(world: World, alice: User) -> None:
    rules = world.rules

    def act(far: World, acknowledge: Acknowledge) -> None:
        acknowledge(enrol(far.engine, rules, far.origin, Wanted("hotp", alice, pin="7351")).serial)

    def judge(ended: Ended) -> None:
        tokens = {token.serial for token in tokens_of_person(world.engine, alice.key)}
        assert set(ended.acknowledged) <= tokens
        assert tokens == {row.serial for row in world.audited("token.enrol")}

    at_every_point(world, act, judge)


def test_OPS_06_first_proof(world: World, alice: User) -> None:
    rules = world.rules
    waiting: list[Device] = []

    def act(far: World, acknowledge: Acknowledge) -> None:
        held = waiting[-1]
        finish(far.engine, rules, far.origin, held.serial, held.give().answer)
        acknowledge("proven")

    def judge(ended: Ended) -> None:
        row = world.token(waiting[-1].serial)
        proven = row.state is TokenState.ENROLLED
        assert not ended.acknowledged or proven
        assert proven is (row.counter == 0)
        assert proven is (row.serial in {audited.serial for audited in world.audited("token.prove")})
        waiting.append(device(world, alice, begun(world, "hotp", alice)))

    waiting.append(device(world, alice, begun(world, "hotp", alice)))
    at_every_point(world, act, judge)


@pytest.mark.parametrize("kind", ["hotp", "email"])
def test_OPS_06_OTP_01_check(world: World, alice: User, kind: str) -> None:
    rules = world.rules
    held = enrolled(world, kind, alice)
    given = [held.give()]

    def wanted() -> Attempt:
        last = given[-1]
        return Attempt(
            world.origin, last.answer, user=alice, transaction_id=last.transaction_id, code_alone=True
        )

    def act(far: World, acknowledge: Acknowledge) -> None:
        acknowledge(type(check(far.engine, rules, wanted())).__name__)

    def judge(ended: Ended) -> None:
        told = ended.acknowledged == ["Matched"]
        spent = any(
            row.success and row.serial == held.serial and row.at == world.clock.now
            for row in world.audited("auth.check")
        )
        again = isinstance(attempt(held, given[-1]), Matched)
        assert not (told and again)
        assert spent is not again  # done whole or not at all
        given.append(held.give())
        world.clock.advance(1)

    at_every_point(world, act, judge)


def test_OPS_06_a_wrong_code_is_counted_or_was_not_answered(world: World, alice: User) -> None:
    rules = world.rules
    held = enrolled(world, "hotp", alice)
    wrong = held.give_wrong().answer
    world.policies({"name": "many", "then": {"max_failures": 100}})

    def act(far: World, acknowledge: Acknowledge) -> None:
        check(far.engine, rules, Attempt(far.origin, wrong, user=alice, code_alone=True))
        acknowledge("refused")

    answered = 0

    def judge(ended: Ended) -> None:
        nonlocal answered
        answered += len(ended.acknowledged)
        failures = world.token(held.serial).failures
        assert failures >= answered
        assert failures == len(world.audited("auth.check"))
        tally = world.tally("second:people:id-of-alice")
        assert (tally.count if tally else 0) == failures

    at_every_point(world, act, judge)
    assert accepted(held, held.give())
