"""Tokens that wait for their proof: begun anew under the same serial, or vouched for by somebody else."""

from __future__ import annotations

from datetime import timedelta

import pyotp
import pytest

from mfa_engine.errors import Conflict, NotFound
from mfa_engine.identity.user import User
from mfa_engine.lifecycle.begin_again import begin_again
from mfa_engine.lifecycle.enrol import Enrolled, Wanted, enrol
from mfa_engine.lifecycle.finish import finish
from mfa_engine.lifecycle.vouch import vouch
from mfa_engine.storage.token import TokenState
from mfa_engine.storage.unproven import accept_unproven, renew_unproven
from mfa_engine.tokentypes.base import Answer
from tests.support.engine import World


def begun(world: World, owner: User, kind: str = "totp", **wanted: str) -> Enrolled:
    return enrol(world.engine, world.rules, world.origin, Wanted(kind, owner, **wanted))


def prove(world: World, made: Enrolled) -> None:
    code = pyotp.TOTP(made.handover["secret"]).at(world.clock.now)
    finish(world.engine, world.rules, world.origin, made.serial, Answer(code))


def test_what_is_begun_anew_keeps_serial_name_and_pin_and_has_another_secret(
    world: World, alice: User
) -> None:
    made = begun(world, alice, description="Blue key", pin="4711")
    before = world.token(made.serial)
    world.clock.advance(60)
    with world.writes() as rows:
        shown = begin_again(world.engine, world.rules, world.origin, made.serial, alice)
    after = world.token(made.serial)
    assert shown["secret"] != made.handover["secret"]
    assert (after.description, after.pin_hash, after.prove_by) == (
        "Blue key",
        before.pin_hash,
        before.prove_by,
    )
    assert after.created_at == world.clock.now
    assert [(row.event, row.reason, row.serial) for row in rows] == [("token.enrol", "again", made.serial)]
    code = pyotp.TOTP(made.handover["secret"]).at(world.clock.now)
    assert finish(world.engine, world.rules, world.origin, made.serial, Answer(code)).worth is None
    code = pyotp.TOTP(shown["secret"]).at(world.clock.now)
    assert finish(world.engine, world.rules, world.origin, made.serial, Answer(code)).worth is not None


def test_a_key_gets_another_challenge_and_knows_the_other_keys(world: World, alice: User) -> None:
    made = begun(world, alice, "webauthn")
    shown = begin_again(world.engine, world.rules, world.origin, made.serial, alice)
    assert shown["options"] != made.handover["options"]


def test_SELF_03_nobody_begins_the_token_of_somebody_else_anew(world: World, alice: User) -> None:
    made = begun(world, alice)
    eve, before = world.person("eve"), world.token(made.serial)
    with pytest.raises(NotFound):
        begin_again(world.engine, world.rules, world.origin, made.serial, eve)
    assert world.token(made.serial) == before


def test_what_was_proven_is_neither_begun_anew_nor_vouched_for(world: World, alice: User) -> None:
    made = begun(world, alice)
    prove(world, made)
    before = world.token(made.serial)
    with pytest.raises(NotFound):
        begin_again(world.engine, world.rules, world.origin, made.serial, alice)
    with pytest.raises(NotFound):
        vouch(world.engine, world.rules, world.origin, made.serial)
    assert world.token(made.serial) == before


def test_a_proof_that_comes_between_looking_and_recording_wins(world: World, alice: User) -> None:
    """The statements themselves assert that the token still waits."""
    made = begun(world, alice)
    row = world.token(made.serial)
    prove(world, made)
    before = world.token(made.serial)
    now = world.clock.now
    renewed = world.engine.record(
        lambda unit: renew_unproven(unit.connection, row.id, secret=b"x", counter=-1, details={}, now=now)
    )
    accepted = world.engine.record(lambda unit: accept_unproven(unit.connection, row.id, now))
    assert (renewed, accepted) == (False, False)
    assert world.token(made.serial) == before


def test_OTP_09_what_nobody_proved_in_time_is_past_help(world: World, alice: User) -> None:
    made = begun(world, alice)
    world.clock.advance(timedelta(minutes=15))
    for help_it in (
        lambda: begin_again(world.engine, world.rules, world.origin, made.serial, alice),
        lambda: vouch(world.engine, world.rules, world.origin, made.serial),
    ):
        with pytest.raises(NotFound):
            help_it()
    assert world.token(made.serial).state is TokenState.CREATED


def test_a_token_that_was_vouched_for_counts_from_then_on(world: World, alice: User) -> None:
    made = begun(world, alice)
    followed: list[bool] = []
    with world.writes() as rows:
        vouch(world.engine, world.rules, world.origin, made.serial, lambda *_: followed.append(True))
    row = world.token(made.serial)
    assert (row.state, row.prove_by) == (TokenState.ENROLLED, None)
    assert [(entry.event, entry.success, entry.serial) for entry in rows] == [
        ("token.vouch", True, made.serial)
    ]
    assert followed == [True]
    code = pyotp.TOTP(made.handover["secret"]).at(world.clock.now)
    assert type(world.check("alice", code)).__name__ == "Matched"


def test_a_key_that_was_never_touched_cannot_be_vouched_for(world: World, alice: User) -> None:
    made = begun(world, alice, "webauthn")
    with pytest.raises(Conflict):
        vouch(world.engine, world.rules, world.origin, made.serial)
    assert world.token(made.serial).state is TokenState.CREATED
