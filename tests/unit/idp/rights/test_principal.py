"""What principals may: pure, so every combination is tried."""

from __future__ import annotations

from datetime import UTC, datetime

import pytest
from hypothesis import given
from hypothesis import strategies as st

from idp.rights.catalogue import BY_ADDRESS, HELP, OF_REALMS, OWN, Right, read_rights
from idp.rights.principal import NOBODY, Kind, Principal, person, recognised, service_account, shell
from idp.rights.roles import RIGHTS, Role, rights_of
from idp.storage.principal import AdministratorRow, ServiceAccountRow
from mfa_engine.errors import InvalidField
from mfa_engine.identity.user import User, UserKey

NOW = datetime(2026, 11, 2, tzinfo=UTC)
ALICE = User(UserKey("people", "1"), "staff", "alice")
BOB = UserKey("people", "2")
HOUSE = frozenset(Right) - OF_REALMS


def administrator(role: str, *realms: str) -> Principal:
    return person(ALICE, AdministratorRow("people", "1", "alice", role, list(realms), NOW))


def account(*rights: str, realms: tuple[str, ...] = ()) -> ServiceAccountRow:
    return ServiceAccountRow("portal", "", list(rights), list(realms), [], True, NOW)


def test_nobody_may_anything():
    assert not any(NOBODY.holds(right) or NOBODY.may(right) for right in Right)


def test_a_person_may_what_everybody_may_with_their_own_tokens():
    alice = person(ALICE, None)
    for right in Right:
        assert alice.holds(right) == (right in OWN)
        assert not alice.may(right)
        assert not alice.may(right, "staff")
        assert alice.may_with(right, ALICE.key, "staff") == (right in OWN)
        assert not alice.may_with(right, BOB, "staff")
        assert not alice.may_with(right, None, None)


@pytest.mark.parametrize("role", list(Role))
def test_a_role_holds_its_rights_everywhere(role):
    somebody = administrator(role)
    for right in Right:
        assert somebody.may(right) == (right in RIGHTS[role])
        assert somebody.may(right, "staff") == (right in RIGHTS[role])


def test_an_administrator_of_a_realm_has_rights_there_and_none_on_the_house():
    elsa = administrator("administrator", "students")
    for right in Right:
        assert elsa.may(right, "students") == (right in OF_REALMS)
        assert not elsa.may(right, "staff")
        assert not elsa.may(right)
    assert not any(elsa.holds(right) for right in HOUSE)


def test_the_roles_are_nested_and_only_one_gives_rights_away():
    assert RIGHTS[Role.ADMINISTRATOR] == frozenset(Right)
    writing = {right for right in Right if right.value.endswith(":write")}
    for role in (Role.HELP_DESK, Role.READ_ONLY):
        assert not RIGHTS[role] & writing
    assert all(right.value.endswith((":read", ":list")) for right in RIGHTS[Role.READ_ONLY])


def test_a_role_or_right_that_this_version_does_not_know_counts_for_nothing():
    assert rights_of("emperor") == frozenset()
    assert administrator("emperor").rights == frozenset()
    assert service_account(account("token:list", "token:teleport")).rights == {Right.TOKEN_LIST}


def test_who_is_recognised_by_the_network_alone_gets_little():
    everything = account(*Right)
    assert recognised(everything).rights == BY_ADDRESS
    assert not recognised(everything).may(Right.TOKEN_DELETE)
    assert not recognised(everything).may(Right.TRIGGER_CHALLENGE)


def test_principals_have_their_names_in_the_audit():
    assert NOBODY.actor == ""
    assert person(ALICE, None).actor == "person:people/1"
    assert administrator("helpdesk").actor == "person:people/1"
    assert service_account(account()).actor == "service:portal"
    assert (shell("cli:root").actor, shell("cli:root").kind) == ("cli:root", Kind.OPERATOR)


RIGHT_SETS = st.frozensets(st.sampled_from(list(Right)))
REALMS = st.frozensets(st.sampled_from(["staff", "students", "guests"]))


@given(RIGHT_SETS, REALMS, RIGHT_SETS, REALMS)
def test_who_covers_another_may_everything_that_one_may(rights, realms, other_rights, other_realms):
    by = Principal(Kind.ADMINISTRATOR, rights=rights, realms=realms)
    other = Principal(Kind.ADMINISTRATOR, rights=other_rights, realms=other_realms)
    if not by.covers(other_rights, other_realms):
        return
    for right in Right:
        for realm in (None, "staff", "students", "guests"):
            assert by.may(right, realm) or not other.may(right, realm)


@given(RIGHT_SETS, REALMS)
def test_everybody_covers_themselves(rights, realms):
    assert Principal(Kind.ADMINISTRATOR, rights=rights, realms=realms).covers(rights, realms)


def test_every_right_is_explained_and_read_by_its_name():
    assert set(HELP) == set(Right)
    assert read_rights(right.value for right in Right) == frozenset(Right)
    with pytest.raises(InvalidField, match="'token:teleport' is no right"):
        read_rights(["token:list", "token:teleport"])
