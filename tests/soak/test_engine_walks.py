"""Random lives of a few tokens against a model of them: what is accepted is what the model says."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import ClassVar

import pytest
from hypothesis import HealthCheck, Phase, settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, initialize, invariant, rule, run_state_machine_as_test

from mfa_engine.audit import Origin
from mfa_engine.audit.verify import verify
from mfa_engine.errors import Conflict
from mfa_engine.identity.user import User
from mfa_engine.lifecycle.assign import assign, unassign
from mfa_engine.lifecycle.change import disable, enable, reset, revoke
from mfa_engine.lifecycle.pin import set_pin
from tests.support.campaign import scaled
from tests.support.databases import Prepare
from tests.support.devices import App, enrolled, wrong
from tests.support.engine import World, open_world, prepare

LIMIT = 10


@dataclass
class Modelled:
    """A token and what must be true of it. ``spent`` is its highest counter that was used."""

    app: App
    owner: str
    spent: int = -1
    failures: int = 0
    enabled: bool = True
    revoked: bool = False
    pin: str = ""

    @property
    def usable(self) -> bool:
        return self.enabled and not self.revoked and self.failures < LIMIT


class Walk(RuleBasedStateMachine):
    """One life in a world of its own."""

    make_world: ClassVar[Callable[[], World]]

    @initialize()
    def begin(self) -> None:
        self.world = self.make_world()
        self.world.origin = Origin("service:radius")  # no address to be throttled
        self.people: dict[str, User] = {name: self.world.person(name) for name in ("alice", "bob")}
        self.tokens = [Modelled(self._app(owner), owner) for owner in ("alice", "alice", "bob")]
        self.acts = 0

    def _app(self, owner: str) -> App:
        app = enrolled(self.world, "hotp", self.people[owner])
        assert isinstance(app, App)
        return app

    @rule(which=st.integers(0, 2), ahead=st.integers(1, 12), own_pin=st.booleans(), by_serial=st.booleans())
    def give(self, which: int, ahead: int, own_pin: bool, by_serial: bool) -> None:
        """A code some way ahead, behind the right PIN or a wrong one."""
        token = self.tokens[which]
        if not token.owner:
            return
        pin = token.pin if own_pin else token.pin + "0"
        code = token.app.code(token.spent + ahead)
        name = "" if by_serial else token.owner
        outcome = self.world.check(name, pin + code, serial=token.app.serial)
        self.acts += 1
        accepted = type(outcome).__name__ == "Matched"
        assert accepted is (token.usable and own_pin and ahead <= 10), outcome
        if accepted:
            token.spent, token.failures = token.spent + ahead, 0
        elif token.usable and own_pin:
            token.failures += 1

    @rule(which=st.integers(0, 2))
    def give_again(self, which: int) -> None:
        token = self.tokens[which]
        if token.spent < 0 or not token.owner:
            return
        outcome = self.world.check(
            token.owner, token.pin + token.app.code(token.spent), serial=token.app.serial
        )
        self.acts += 1
        assert type(outcome).__name__ == "Rejected"

    @rule(which=st.integers(0, 2))
    def give_wrong(self, which: int) -> None:
        token = self.tokens[which]
        if not token.owner:
            return
        first = max(token.spent - 20, 0)
        code = wrong(*[token.app.code(counter) for counter in range(first, token.spent + 12)])
        outcome = self.world.check(token.owner, token.pin + code, serial=token.app.serial)
        self.acts += 1
        assert type(outcome).__name__ == "Rejected"
        token.failures += token.usable

    @rule(which=st.integers(0, 2), pin=st.sampled_from(["", "7351", "123456"]))
    def change_pin(self, which: int, pin: str) -> None:
        token = self.tokens[which]
        set_pin(self.world.engine, self.world.rules, self.world.origin, token.app.serial, pin)
        self.acts += 1
        token.pin = pin

    @rule(which=st.integers(0, 2))
    def switch(self, which: int) -> None:
        token = self.tokens[which]
        if token.enabled:
            disable(self.world.engine, self.world.origin, token.app.serial)
            token.enabled = False
        elif token.revoked:
            with pytest.raises(Conflict):
                enable(self.world.engine, self.world.origin, token.app.serial)
            return
        else:
            enable(self.world.engine, self.world.origin, token.app.serial)
            token.enabled = True
        self.acts += 1

    @rule(which=st.integers(0, 2))
    def unlock(self, which: int) -> None:
        reset(self.world.engine, self.world.origin, self.tokens[which].app.serial)
        self.acts += 1
        self.tokens[which].failures = 0

    @rule(which=st.integers(0, 2), to=st.sampled_from(["alice", "bob"]))
    def hand_over(self, which: int, to: str) -> None:
        token = self.tokens[which]
        if token.owner:
            unassign(self.world.engine, self.world.origin, token.app.serial)
            token.owner, token.pin, token.failures = "", "", 0
        else:
            assign(
                self.world.engine,
                self.world.rules,
                self.world.origin,
                token.app.serial,
                self.people[to],
            )
            token.owner = to
        self.acts += 1

    @rule(which=st.integers(0, 2), sure=st.integers(0, 9))
    def revoke_for_good(self, which: int, sure: int) -> None:
        if sure:
            return
        revoke(self.world.engine, self.world.origin, self.tokens[which].app.serial)
        self.acts += 1
        self.tokens[which].revoked, self.tokens[which].enabled = True, False

    @rule()
    def wait(self) -> None:
        self.world.clock.advance(3600)

    @invariant()
    def stored_as_modelled(self) -> None:
        if not hasattr(self, "tokens"):
            return
        for token in self.tokens:
            row = self.world.token(token.app.serial)
            assert (row.counter, row.enabled) == (token.spent, token.enabled)
            assert row.failures == token.failures

    def teardown(self) -> None:
        if hasattr(self, "world"):
            locked = len(self.world.audited("token.locked"))
            setting_up = len(self.tokens)
            assert len(self.world.audited()) == self.acts + locked + setting_up
            assert verify(self.world.engine).first_bad is None
            self.world.database.dispose()


def test_OTP_06_OTP_09_whatever_happens_what_is_accepted_is_what_the_model_says(
    sqlite_url: str, fresh_database: Callable[[str, Prepare], str]
) -> None:
    make_world = staticmethod(lambda: open_world(fresh_database(sqlite_url, prepare)))
    machine = type("Walk", (Walk,), {"make_world": make_world})
    run_state_machine_as_test(
        machine,
        settings=settings(
            max_examples=scaled(2000),
            stateful_step_count=40,
            deadline=None,
            phases=[Phase.generate],  # to make a life shorter costs hundreds of worlds
            suppress_health_check=list(HealthCheck),
        ),
    )
