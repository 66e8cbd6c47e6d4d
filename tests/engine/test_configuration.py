"""Policies, realms and resolvers: what is stored is what decides, on every node and at once."""

from __future__ import annotations

from datetime import timedelta

import pytest

from mfa_engine.authentication.outcome import Matched, Reason, Rejected
from mfa_engine.configuration.change import (
    remove_policy,
    remove_realm,
    remove_resolver,
    set_realm,
    set_resolver,
)
from mfa_engine.configuration.rules import subject_of
from mfa_engine.engine import Engine
from mfa_engine.errors import Conflict, InvalidField, NotFound
from mfa_engine.identity.resolvers.base import ResolverUnavailable
from mfa_engine.policy.decisions.limits import failure_limit
from mfa_engine.storage.configuration import read_configuration
from tests.support.devices import enrolled
from tests.support.engine import OUTSIDE, PEOPLE, REALM, World, open_world


def limit(engine: Engine) -> int:
    return failure_limit(engine.rules().policies, subject_of(None, address="", application="")).value


def test_a_change_is_seen_by_its_writer_at_once_and_by_another_node_at_its_next_look(world: World) -> None:
    other = open_world(world.database.url.render_as_string(hide_password=False))
    assert (limit(world.engine), limit(other.engine)) == (10, 10)
    world.policies({"name": "five", "then": {"max_failures": 5}})
    assert (limit(world.engine), limit(other.engine)) == (5, 5)
    remove_policy(world.engine, world.origin, "five")
    assert (limit(world.engine), limit(other.engine)) == (10, 10)
    other.database.dispose()


def test_a_policy_of_the_same_name_is_replaced(world: World) -> None:
    for value in (5, 7):
        world.policies({"name": "some", "then": {"max_failures": value}})
    assert limit(world.engine) == 7
    assert len(world.rules.policies.policies) == 1


def test_several_policies_are_stored_together_or_not_at_all(world: World) -> None:
    world.run_sql("ALTER TABLE audit RENAME TO audit_gone")
    with pytest.raises(Exception, match="database"):
        world.policies(
            {"name": "one", "then": {"max_failures": 5}}, {"name": "two", "then": {"max_token_per_user": 1}}
        )
    world.run_sql("ALTER TABLE audit_gone RENAME TO audit")
    assert world.rules.policies.policies == ()


def test_a_realm_of_several_resolvers_keeps_their_order_and_one_is_the_default(world: World) -> None:
    set_realm(world.engine, world.rules, world.origin, "Guests", [OUTSIDE, PEOPLE], default=False)
    realms = world.rules.realms
    assert realms.by_name["guests"].resolvers == (OUTSIDE, PEOPLE)
    assert realms.default == REALM
    set_realm(world.engine, world.rules, world.origin, "guests", [PEOPLE], default=True)
    assert world.rules.realms.default == "guests"
    assert world.rules.realms.by_name["guests"].resolvers == (PEOPLE,)
    set_realm(world.engine, world.rules, world.origin, "guests", [PEOPLE], default=False)
    assert world.rules.realms.default == "guests"  # nobody else is
    remove_realm(world.engine, world.origin, "guests")
    assert world.rules.realms.default is None


def test_people_and_tokens_outlive_their_realm(world: World) -> None:
    alice = world.person("alice")
    app = enrolled(world, "hotp", alice)
    remove_realm(world.engine, world.origin, REALM)
    outcome = world.check("alice", answer=app.give().answer)
    assert outcome == Rejected(Reason.UNKNOWN_USER)
    set_realm(world.engine, world.rules, world.origin, REALM, [PEOPLE], default=True)
    assert isinstance(world.check("alice", answer=app.give().answer), Matched)


@pytest.mark.parametrize("resolvers", [[], ["nowhere"], [PEOPLE, "nowhere"]])
def test_a_realm_needs_resolvers_that_exist(sqlite_world: World, resolvers: list[str]) -> None:
    world = sqlite_world
    with pytest.raises(InvalidField, match="outside, people"):
        set_realm(world.engine, world.rules, world.origin, "guests", resolvers, default=False)


@pytest.mark.parametrize("name", ["", "a@b", "a\\b", "a\x00b"])
def test_a_realm_has_a_name_that_can_be_typed(sqlite_world: World, name: str) -> None:
    world = sqlite_world
    with pytest.raises(InvalidField):
        set_realm(world.engine, world.rules, world.origin, name, [PEOPLE], default=False)


def test_a_resolver_is_stored_only_if_it_can_be_made(world: World) -> None:
    with pytest.raises(InvalidField, match="kind"):
        set_resolver(world.engine, world.registry, world.origin, "more", "unheard-of", {})
    set_resolver(world.engine, world.registry, world.origin, "More", "internal", {"a": 1}, secret="hush")
    rows = world.engine.look(lambda view: read_configuration(view.connection)).resolvers
    [row] = [row for row in rows if row.name == "more"]
    assert (row.kind, row.settings, row.version) == ("internal", {"a": 1}, 1)
    assert row.secret is not None
    assert b"hush" not in row.secret
    set_resolver(world.engine, world.registry, world.origin, "more", "internal", {})
    rows = world.engine.look(lambda view: read_configuration(view.connection)).resolvers
    [row] = [row for row in rows if row.name == "more"]
    assert (row.version, row.secret) == (2, None)


def test_a_resolver_in_use_is_not_removed(world: World) -> None:
    with pytest.raises(Conflict, match=REALM):
        remove_resolver(world.engine, world.rules, world.origin, OUTSIDE)
    set_realm(world.engine, world.rules, world.origin, REALM, [PEOPLE], default=True)
    remove_resolver(world.engine, world.rules, world.origin, OUTSIDE)
    assert set(world.rules.resolvers) == {PEOPLE}


def test_what_is_not_there_is_not_removed(sqlite_world: World) -> None:
    world = sqlite_world
    with pytest.raises(NotFound):
        remove_policy(world.engine, world.origin, "none")
    with pytest.raises(NotFound):
        remove_realm(world.engine, world.origin, "none")
    with pytest.raises(NotFound):
        remove_resolver(world.engine, world.rules, world.origin, "none")


def test_KEY_02_a_resolver_whose_secret_does_not_open_stops_its_own_people_only(
    world: World, caplog: pytest.LogCaptureFixture
) -> None:
    set_resolver(world.engine, world.registry, world.origin, "more", "internal", {}, secret="hush")
    set_realm(world.engine, world.rules, world.origin, "guests", ["more"], default=False)
    app = enrolled(world, "hotp", world.person("alice"))
    world.run_sql("UPDATE resolver SET secret = :secret WHERE name = 'more'", secret=b"something else")
    world.engine.forget_rules()
    world.policies({"name": "any", "then": {"max_failures": 9}})
    assert isinstance(world.check("alice", answer=app.give().answer), Matched)
    with pytest.raises(ResolverUnavailable):
        world.check("somebody@guests", "123456")
    assert "more" in caplog.text


def test_a_copy_is_as_old_as_allowed_and_no_older(sqlite_world: World) -> None:
    """As a process keeps it in service: looked at again once a second."""
    world = sqlite_world
    served = Engine(
        database=world.database,
        keyring=world.keyring,
        clock=world.clock,
        source=world.source,
        outbox=world.outbox,
        snapshot_max_age=timedelta(seconds=1),
    )
    assert limit(served) == 10
    world.policies({"name": "five", "then": {"max_failures": 5}})
    world.clock.advance(0.999)
    assert limit(served) == 10
    world.clock.advance(0.001)
    assert limit(served) == 5
    world.policies({"name": "five", "then": {"max_failures": 6}})
    served.forget_rules()
    assert limit(served) == 6
    world.policies({"name": "five", "then": {"max_failures": 7}})
    world.clock.advance(timedelta(hours=-1))  # set back, it is looked at rather than trusted
    assert limit(served) == 7
