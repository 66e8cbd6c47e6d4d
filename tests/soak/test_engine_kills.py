"""Hundreds of kills in the middle of a busy life, judged by a ledger outside of the process."""

from __future__ import annotations

import secrets

from mfa_engine.audit.verify import verify
from mfa_engine.authentication.attempt import Attempt
from mfa_engine.authentication.check import check
from mfa_engine.authentication.outcome import Matched
from mfa_engine.identity.user import User
from mfa_engine.lifecycle.change import disable, enable
from mfa_engine.lifecycle.delete import delete
from mfa_engine.lifecycle.enrol import Wanted, enrol
from mfa_engine.lifecycle.finish import finish
from mfa_engine.storage.token import TokenState
from mfa_engine.tokentypes.base import Answer
from tests.support.campaign import scaled
from tests.support.devices import App, device
from tests.support.engine import World
from tests.support.killing import Acknowledge, killed_at

POINTS = 90  # statements and commits of the life below, and a few more


def test_OPS_06_OTP_01_killed_at_any_statement_of_a_busy_life(world: World, alice: User) -> None:
    for number in range(scaled(300)):
        point = secrets.randbelow(POINTS) + 1
        owner = world.person(f"person{number}")
        ended = killed_at(world, point, lambda far, acknowledge, owner=owner: live(far, owner, acknowledge))
        judge(world, owner, dict(line.split("=") for line in ended.acknowledged), f"killed at {point}")
    assert verify(world.engine).first_bad is None


def live(far: World, owner: User, acknowledge: Acknowledge) -> None:
    """A token's whole life, each step told when it is done."""
    token = enrol(far.engine, far.rules, far.origin, Wanted("hotp", owner))
    app = device(far, owner, token)
    assert isinstance(app, App)
    acknowledge(f"serial={token.serial}")
    acknowledge(f"secret={app.secret}")
    finish(far.engine, far.rules, far.origin, token.serial, Answer(app.new_code()))
    acknowledge("spent=0")
    for step in range(1, 4):
        attempt = Attempt(far.origin, Answer(app.new_code()), user=owner, code_alone=True)
        assert isinstance(check(far.engine, far.rules, attempt), Matched)
        acknowledge(f"spent={step}")
    disable(far.engine, far.origin, token.serial)
    acknowledge("enabled=no")
    enable(far.engine, far.origin, token.serial)
    acknowledge("enabled=yes")
    delete(far.engine, far.origin, token.serial)
    acknowledge("deleted=yes")


def judge(world: World, owner: User, told: dict[str, str], why: str) -> None:
    """What was told last of each holds, or the step behind it does; never one before, never half."""
    if "serial" not in told:
        return
    row = world.find_token(told["serial"])
    if row is None:
        assert told.get("enabled") == "yes", why
        return
    assert "deleted" not in told, why
    spent = int(told.get("spent", "-1"))
    assert spent <= row.counter <= spent + 1, why
    assert (row.state is TokenState.ENROLLED) is (row.counter >= 0), why
    if "secret" in told and row.enabled and row.counter >= 0:
        app = App(world, owner, row.serial, "hotp", told["secret"])
        for counter in range(row.counter + 1):
            assert not accepts(world, owner, app.code(counter)), why
        assert accepts(world, owner, app.code(row.counter + 1)), why


def accepts(world: World, owner: User, code: str) -> bool:
    attempt = Attempt(world.origin, Answer(code), user=owner, code_alone=True)
    return isinstance(check(world.engine, world.rules, attempt), Matched)
