"""What a check costs the database, counted in PostgreSQL's own log.

Five statements and one COMMIT at most; six for a wrong code of a token that was named by its serial, whose
owner has to be read from the token before anything else.
"""

from __future__ import annotations

from collections.abc import Callable
from contextlib import AbstractContextManager
from dataclasses import replace

import pytest

from mfa_engine.audit import Origin
from mfa_engine.authentication.attempt import Attempt
from mfa_engine.authentication.check import check
from mfa_engine.authentication.outcome import Matched, Outcome, Rejected
from mfa_engine.configuration.rules import Rules
from mfa_engine.identity.user import User
from mfa_engine.tokentypes.base import Answer
from tests.support.devices import App, Given, enrolled, wrong
from tests.support.engine import World
from tests.support.statements import Counted

Counting = Callable[[str], AbstractContextManager[Counted]]


@pytest.fixture
def world(postgresql_world: World) -> World:
    return postgresql_world


@pytest.fixture
def alice(world: World) -> User:
    return world.person("alice", email="alice@example.org")


@pytest.fixture
def counted(world: World, counted_statements: Counting) -> Callable[[Attempt], tuple[Outcome, Counted]]:
    """A check with the rules in memory, as a process has them that was asked within the last second."""
    rules: Rules = world.rules
    url = world.database.url.render_as_string(hide_password=False).partition("?")[0]

    def counting(attempt: Attempt) -> tuple[Outcome, Counted]:
        with counted_statements(url) as counted:
            outcome = check(world.engine, rules, attempt)
        return outcome, counted

    return counting


def app_of(world: World, owner: User, pin: str = "") -> App:
    app = enrolled(world, "totp", owner, pin=pin)
    assert isinstance(app, App)
    return app


@pytest.mark.parametrize("tokens", [1, 10])
@pytest.mark.parametrize("pin", ["", "7351"])
def test_a_right_code_costs_four_statements_however_many_tokens(
    world: World, alice: User, counted: Callable[[Attempt], tuple[Outcome, Counted]], tokens: int, pin: str
) -> None:
    apps = [app_of(world, alice, pin) for _ in range(tokens)]
    outcome, cost = counted(Attempt(world.origin, Answer(pin + apps[-1].new_code()), login="alice"))
    assert isinstance(outcome, Matched)
    assert (len(cost.statements), cost.commits) == (4, 1), cost.statements


@pytest.mark.parametrize("tokens", [1, 10])
def test_a_wrong_code_costs_five(
    world: World, alice: User, counted: Callable[[Attempt], tuple[Outcome, Counted]], tokens: int
) -> None:
    apps = [app_of(world, alice) for _ in range(tokens)]
    typed = wrong(*[app.code(step) for app in apps for step in (-1, 0, 1)])
    outcome, cost = counted(Attempt(world.origin, Answer(typed), login="alice"))
    assert isinstance(outcome, Rejected)
    assert (len(cost.statements), cost.commits) == (5, 1), cost.statements


ATTEMPTS: dict[str, tuple[Callable[[World, User], Attempt], int]] = {
    "unknown name": (lambda world, _: Attempt(world.origin, Answer("123456"), login="nobody"), 4),
    "no token": (lambda world, _: Attempt(world.origin, Answer("123456"), login="alice"), 4),
    "by serial": (
        lambda world, alice: _by_serial(world, app_of(world, alice)),
        5,
    ),
    "by serial, wrong": (
        lambda world, alice: replace(_by_serial(world, app_of(world, alice)), answer=Answer("x")),
        6,
    ),
    "person known": (
        lambda world, alice: Attempt(
            world.origin, Answer(app_of(world, alice).new_code()), user=alice, code_alone=True
        ),
        3,
    ),
    "mail code": (lambda world, alice: _challenged(world, alice, "email"), 5),
    "security key": (lambda world, alice: _challenged(world, alice, "webauthn"), 5),
    "without an address": (
        lambda world, alice: replace(_by_name(world, app_of(world, alice)), origin=Origin("service:radius")),
        4,
    ),
}


def _by_serial(world: World, app: App) -> Attempt:
    return Attempt(world.origin, Answer(app.new_code()), serial=app.serial, code_alone=True)


def _by_name(world: World, app: App) -> Attempt:
    return Attempt(world.origin, Answer(app.new_code()), login=app.owner.login)


def _challenged(world: World, alice: User, kind: str) -> Attempt:
    given: Given = enrolled(world, kind, alice).give()
    return Attempt(world.origin, given.answer, login="alice", transaction_id=given.transaction_id)


@pytest.mark.parametrize("name", ATTEMPTS)
def test_every_attempt_costs_few_statements_and_one_commit(
    world: World, alice: User, counted: Callable[[Attempt], tuple[Outcome, Counted]], name: str
) -> None:
    make, statements = ATTEMPTS[name]
    _, cost = counted(make(world, alice))
    assert (len(cost.statements), cost.commits) == (statements, 1), cost.statements


def test_the_rules_cost_one_statement_a_second_and_no_more(
    world: World, counted_statements: Counting
) -> None:
    url = world.database.url.render_as_string(hide_password=False).partition("?")[0]
    _ = world.rules
    with counted_statements(url) as cost:
        _ = world.rules  # too old at once here, where the age is zero
    assert len(cost.statements) == 1
    assert cost.commits == 0
