"""Administrators, the first of them, and service accounts: who may make whom, and what is kept of it."""

from __future__ import annotations

from datetime import timedelta

import pytest

from idp.rights.administrators import (
    add_administrator,
    all_administrators,
    principal_of,
    remove_administrator,
)
from idp.rights.catalogue import Right
from idp.rights.denial import Denied, record_denial
from idp.rights.first_administrator import link_is_good, make_link, use_link
from idp.rights.principal import NOBODY, Kind, Principal, person, shell
from idp.rights.roles import Role
from idp.rights.service_accounts import (
    Wanted,
    all_service_accounts,
    create_service_account,
    disable_service_account,
    enable_service_account,
    key_is_right,
    remove_service_account,
)
from mfa_engine.authentication.assurance import Proof, password_proof
from mfa_engine.errors import Conflict, InvalidField, NotFound
from tests.support.idp import Idp, Person
from tests.support.parallel import Crowd

ROOT = shell("cli:root")


@pytest.fixture
def alice(idp: Idp) -> Person:
    return idp.person("alice")


@pytest.fixture
def boss(idp: Idp) -> Principal:
    """An administrator of everything."""
    somebody = idp.person("boss", app=False)
    add_administrator(idp.services.engine, idp.rules, ROOT, idp.origin, somebody.user, "administrator", ())
    return principal_of(idp.services.engine, somebody.user)


def two_factors(idp: Idp) -> tuple[Proof, ...]:
    now = idp.clock.now
    return password_proof(now), Proof("totp", idp.rules.types["totp"].worth, now, "TOTP1")


def events(idp: Idp) -> list[tuple[str, bool, str]]:
    rows = idp.sql("SELECT event, success, reason FROM audit WHERE event LIKE 'admin.%' ORDER BY id")
    return sorted((event, bool(success), reason) for event, success, reason in rows if "realm" not in event)


# Administrators --------------------------------------------------------------------------------------


def test_an_administrator_is_made_listed_and_removed(idp, alice):
    engine = idp.services.engine
    assert principal_of(engine, alice.user).kind is Kind.PERSON
    add_administrator(engine, idp.rules, ROOT, idp.origin, alice.user, "helpdesk", ["Staff"])
    made = principal_of(engine, alice.user)
    assert (made.kind, made.realms) == (Kind.ADMINISTRATOR, {"staff"})
    (row,) = all_administrators(engine, ROOT)
    assert (row.login, row.role, row.realms) == ("alice", "helpdesk", ["staff"])
    with pytest.raises(Conflict):
        add_administrator(engine, idp.rules, ROOT, idp.origin, alice.user, "readonly", ())
    remove_administrator(engine, ROOT, idp.origin, alice.key)
    assert principal_of(engine, alice.user).kind is Kind.PERSON
    with pytest.raises(NotFound):
        remove_administrator(engine, ROOT, idp.origin, alice.key)
    assert ("admin.administrator.add", True, "") in events(idp)
    assert ("admin.administrator.remove", True, "") in events(idp)


@pytest.mark.parametrize(("role", "realms"), [("emperor", ()), ("helpdesk", ("nowhere",))])
def test_a_role_or_realm_that_there_is_not_is_refused(idp, alice, role, realms):
    with pytest.raises(InvalidField):
        add_administrator(idp.services.engine, idp.rules, ROOT, idp.origin, alice.user, role, realms)
    assert all_administrators(idp.services.engine, ROOT) == ()


def test_nobody_makes_somebody_who_may_more(idp, alice, boss):
    engine = idp.services.engine
    of_staff = Principal(Kind.ADMINISTRATOR, "s", frozenset(Right), frozenset({"staff"}), boss.user)
    narrow = Principal(Kind.SERVICE_ACCOUNT, "n", frozenset({Right.ADMINISTRATOR_WRITE}))
    for by in (NOBODY, person(alice.user, None), of_staff, narrow):
        for role in Role:
            with pytest.raises(Denied):
                add_administrator(engine, idp.rules, by, idp.origin, alice.user, role, ())
        with pytest.raises(Denied):
            remove_administrator(engine, by, idp.origin, boss.user.key)
        with pytest.raises(Denied):
            all_administrators(engine, Principal(Kind.PERSON))
    assert len(all_administrators(engine, ROOT)) == 1
    add_administrator(engine, idp.rules, boss, idp.origin, alice.user, "administrator", ())


def test_a_refusal_has_its_row(idp, alice):
    engine = idp.services.engine
    with pytest.raises(Denied) as caught:
        add_administrator(engine, idp.rules, NOBODY, idp.origin, alice.user, "helpdesk", ())
    record_denial(engine, idp.origin, caught.value, "admin.add")
    assert ("admin.denied", False, "right_missing") in events(idp)


# The first one ---------------------------------------------------------------------------------------


def test_ADM_07_there_is_no_administrator_before_somebody_uses_the_link(idp, alice):
    engine = idp.services.engine
    assert all_administrators(engine, ROOT) == ()
    link = make_link(engine, idp.origin)
    assert link.expires_at - idp.clock.now == timedelta(hours=24)
    assert len(link.value) >= 43
    assert link.value not in str(idp.sql("SELECT * FROM one_time"))
    assert link.value not in repr(link)
    assert link_is_good(engine, link.value)
    use_link(engine, idp.origin, link.value, alice.user, two_factors(idp))
    assert principal_of(engine, alice.user).may(Right.ADMINISTRATOR_WRITE)
    assert ("admin.administrator.add", True, "first_administrator") in events(idp)
    assert not link_is_good(engine, link.value)
    with pytest.raises(Conflict):
        make_link(engine, idp.origin)


def test_ADM_07_a_second_factor_is_needed_and_the_link_stays_good_without(idp, alice):
    engine = idp.services.engine
    link = make_link(engine, idp.origin)
    mail = Proof("email", idp.rules.types["email"].worth, idp.clock.now, "PIEM1")
    for proofs in ((), (password_proof(idp.clock.now),), (password_proof(idp.clock.now), mail)):
        with pytest.raises(Denied):
            use_link(engine, idp.origin, link.value, alice.user, proofs)
    assert all_administrators(engine, ROOT) == ()
    use_link(engine, idp.origin, link.value, alice.user, two_factors(idp))


def test_ADM_07_a_link_is_good_for_a_day_and_a_guess_never(idp, alice):
    engine = idp.services.engine
    link = make_link(engine, idp.origin, timedelta(days=30))
    idp.clock.advance(timedelta(hours=24))
    for value in (link.value, "guess", ""):
        assert not link_is_good(engine, value)
        with pytest.raises(NotFound):
            use_link(engine, idp.origin, value, alice.user, two_factors(idp))
    assert all_administrators(engine, ROOT) == ()


def test_ADM_07_of_two_links_and_of_two_who_open_one_there_is_one_first_administrator(idp, alice):
    engine = idp.services.engine
    first, second = make_link(engine, idp.origin), make_link(engine, idp.origin)
    people = [idp.person(f"p{number}", app=False).user for number in range(4)]
    crowd = Crowd(4)
    proofs = two_factors(idp)
    used = crowd.each(
        [lambda user=user: use_link(engine, idp.origin, second.value, user, proofs) for user in people]
    )
    crowd.close()
    assert sorted(type(result).__name__ for result in used) == [
        "NoneType",
        "NotFound",
        "NotFound",
        "NotFound",
    ]
    with pytest.raises(NotFound):
        use_link(engine, idp.origin, first.value, alice.user, proofs)
    assert len(all_administrators(engine, ROOT)) == 1


# Service accounts ------------------------------------------------------------------------------------


def test_a_service_account_keeps_the_hash_of_a_random_key(idp):
    engine = idp.services.engine
    made = create_service_account(
        engine,
        idp.rules,
        ROOT,
        idp.origin,
        Wanted("radius", ("detailed_errors",), ("staff",), ("192.0.2.7",)),
    )
    assert made.key.startswith("dwsa_")
    assert len(made.key) >= 48
    assert made.key not in repr(made)
    (row,) = all_service_accounts(engine, ROOT)
    assert (row.name, row.rights, row.realms, row.networks) == (
        "radius",
        ["detailed_errors"],
        ["staff"],
        ["192.0.2.7/32"],
    )
    assert made.key not in str(idp.sql("SELECT * FROM service_account"))
    assert row.secret_hash not in repr(row)
    assert key_is_right(row, made.key)
    assert not key_is_right(row, made.key + "x")
    assert not key_is_right(None, "")
    assert made.key not in str(idp.sql("SELECT * FROM audit"))
    assert ("admin.service_account.create", True, "") in events(idp)


@pytest.mark.parametrize(
    ("wanted", "field"),
    [
        (Wanted("x"), "name"),
        (Wanted("no blanks"), "name"),
        (Wanted("x" * 61), "name"),
        (Wanted("radius", ("token:teleport",)), "rights"),
        (Wanted("radius", (), ("nowhere",)), "realms"),
        (Wanted("radius", (), (), ("the cellar",)), "networks"),
        (Wanted("radius", ("recognised_by_address",)), "networks"),
    ],
)
def test_what_cannot_be_is_named(idp, wanted, field):
    with pytest.raises(InvalidField) as caught:
        create_service_account(idp.services.engine, idp.rules, ROOT, idp.origin, wanted)
    assert caught.value.field == field
    assert all_service_accounts(idp.services.engine, ROOT) == ()


def test_a_name_is_taken_once(idp):
    create_service_account(idp.services.engine, idp.rules, ROOT, idp.origin, Wanted("radius"))
    with pytest.raises(Conflict):
        create_service_account(idp.services.engine, idp.rules, ROOT, idp.origin, Wanted("radius"))


def test_an_account_is_disabled_enabled_and_removed(idp):
    engine = idp.services.engine
    made = create_service_account(engine, idp.rules, ROOT, idp.origin, Wanted("radius"))
    disable_service_account(engine, ROOT, idp.origin, "radius")
    (row,) = all_service_accounts(engine, ROOT)
    assert not key_is_right(row, made.key)
    enable_service_account(engine, ROOT, idp.origin, "radius")
    assert all_service_accounts(engine, ROOT)[0].enabled
    remove_service_account(engine, ROOT, idp.origin, "radius")
    assert all_service_accounts(engine, ROOT) == ()
    for act in (disable_service_account, enable_service_account, remove_service_account):
        with pytest.raises(NotFound):
            act(engine, ROOT, idp.origin, "radius")


def test_nobody_gives_an_account_more_than_they_hold(idp, boss):
    engine = idp.services.engine
    narrow = Principal(Kind.SERVICE_ACCOUNT, "n", frozenset({Right.SERVICE_ACCOUNT_WRITE, Right.TOKEN_LIST}))
    create_service_account(engine, idp.rules, narrow, idp.origin, Wanted("small", ("token:list",)))
    of_staff = Principal(Kind.ADMINISTRATOR, "s", frozenset(Right), frozenset({"staff"}))
    for by, wanted in (
        (NOBODY, Wanted("evil")),
        (narrow, Wanted("evil", ("token:delete",))),
        (of_staff, Wanted("evil", (), ("staff",))),
        (Principal(Kind.PERSON), Wanted("evil")),
    ):
        with pytest.raises(Denied):
            create_service_account(engine, idp.rules, by, idp.origin, wanted)
    create_service_account(
        engine, idp.rules, boss, idp.origin, Wanted("great", tuple(Right), (), ("10.0.0.0/8",))
    )
    disable_service_account(engine, boss, idp.origin, "great")
    with pytest.raises(Denied):
        enable_service_account(engine, narrow, idp.origin, "great")
    for act in (disable_service_account, enable_service_account, remove_service_account):
        with pytest.raises(Denied):
            act(engine, NOBODY, idp.origin, "small")
    with pytest.raises(Denied):
        all_service_accounts(engine, NOBODY)
