"""Whom a name means in realms of several directories, and what an outage of one does."""

import pytest

from mfa_engine.identity.cache import EntryCache
from mfa_engine.identity.find_user import (
    check_password,
    decoy_check,
    find_by_key,
    find_user,
    recheck,
    search_users,
)
from mfa_engine.identity.realms import Realm, Realms
from mfa_engine.identity.resolvers.base import AmbiguousLogin, ResolverUnavailable
from mfa_engine.identity.user import UserKey

REALMS = Realms((Realm("staff", ("corp", "local")), Realm("guests", ("visitors",))), default="staff")


@pytest.fixture
def resolvers(memory_resolver):
    made = (
        memory_resolver("corp", alice="1", bob="2"),
        memory_resolver("local", alice="10", carol="11"),
        memory_resolver("visitors", alice="20", gina="21"),
    )
    return {resolver.name: resolver for resolver in made}


def test_a_plain_name_is_looked_for_in_the_default_realm(resolvers):
    carol = find_user(REALMS, resolvers, "Carol")
    assert (carol.key, carol.realm, carol.login) == (UserKey("local", "11"), "staff", "carol")


def test_a_name_with_a_realm_is_looked_for_there_only(resolvers):
    assert find_user(REALMS, resolvers, "alice@guests").key == UserKey("visitors", "20")
    assert find_user(REALMS, resolvers, "bob@guests") is None


@pytest.mark.parametrize(
    ("typed", "realm"), [("mallory", ""), ("alice", "nowhere"), ("ali\0ce", ""), ("", "")]
)
def test_a_name_that_nobody_has_is_nobody(resolvers, typed, realm):
    assert find_user(REALMS, resolvers, typed, realm) is None


def test_RES_01_a_name_with_a_nul_reaches_no_directory(resolvers):
    find_user(REALMS, resolvers, "alice\0")
    assert [resolver.asked for resolver in resolvers.values()] == [[], [], []]


def test_RES_04_within_a_realm_the_first_resolver_that_knows_the_name_decides(resolvers):
    assert find_user(REALMS, resolvers, "alice").key == UserKey("corp", "1")


def test_RES_04_a_name_that_two_realms_know_means_nobody_when_no_realm_is_said(resolvers):
    undecided = Realms(REALMS.realms)
    with pytest.raises(AmbiguousLogin):
        find_user(undecided, resolvers, "alice")
    assert find_user(undecided, resolvers, "alice@guests").key == UserKey("visitors", "20")
    assert find_user(undecided, resolvers, "gina").realm == "guests"


def test_RES_04_one_person_in_two_realms_is_ambiguous_too_since_policies_differ_by_realm(resolvers):
    shared = Realms((Realm("open", ("visitors",)), Realm("strict", ("visitors",))))
    with pytest.raises(AmbiguousLogin):
        find_user(shared, resolvers, "gina")


def test_RES_05_people_of_earlier_resolvers_do_not_notice_an_outage_of_a_later_one(resolvers):
    resolvers["local"].available = False
    assert find_user(REALMS, resolvers, "bob").key == UserKey("corp", "2")
    assert resolvers["local"].asked == []


def test_RES_05_an_outage_is_never_an_unknown_user(resolvers):
    resolvers["local"].available = False
    with pytest.raises(ResolverUnavailable) as raised:
        find_user(REALMS, resolvers, "mallory")
    assert raised.value.resolver == "local"
    assert str(raised.value) == "The directory 'local' does not answer at the moment, try again"


def test_RES_05_an_outage_does_not_turn_one_person_into_another_of_the_same_name(resolvers):
    resolvers["corp"].available = False
    with pytest.raises(ResolverUnavailable):
        find_user(REALMS, resolvers, "alice")


def test_RES_05_other_realms_are_not_touched_by_an_outage(resolvers):
    resolvers["corp"].available = resolvers["local"].available = False
    assert find_user(REALMS, resolvers, "gina@guests").key == UserKey("visitors", "21")


def test_a_resolver_that_could_not_be_made_is_unavailable_to_its_people(resolvers):
    del resolvers["local"]
    with pytest.raises(ResolverUnavailable):
        find_user(REALMS, resolvers, "carol")


def test_a_password_is_checked_by_the_resolver_that_found_the_person(resolvers):
    carol = find_user(REALMS, resolvers, "carol")
    assert check_password(resolvers, carol, "carol password")
    assert not check_password(resolvers, carol, "alice password")
    assert resolvers["corp"].asked == ["find carol"]


def test_a_password_for_nobody_costs_what_the_first_resolver_of_the_realm_takes(resolvers):
    decoy_check(REALMS, resolvers, "secret", "mallory")
    decoy_check(REALMS, resolvers, "secret", "mallory@guests")
    assert resolvers["corp"].asked == ["check_password nobody"]
    assert resolvers["local"].asked == []
    assert resolvers["visitors"].asked == ["check_password nobody"]


@pytest.mark.parametrize(("typed", "realm"), [("mallory", "nowhere"), ("\0", "")])
def test_a_password_for_what_is_no_name_reaches_no_directory(resolvers, typed, realm):
    decoy_check(REALMS, resolvers, "secret", typed, realm)
    assert all(resolver.asked == [] for resolver in resolvers.values())


def test_a_person_is_found_by_their_key(resolvers):
    assert find_by_key(REALMS, resolvers, UserKey("local", "10"), "staff").login == "alice"
    assert find_by_key(REALMS, resolvers, UserKey("local", "99"), "staff") is None


def test_a_key_whose_resolver_left_the_realm_is_nobody_there(resolvers):
    assert find_by_key(REALMS, resolvers, UserKey("visitors", "20"), "staff") is None
    assert find_by_key(REALMS, resolvers, UserKey("visitors", "20"), "nowhere") is None


def test_AUTH_10_a_person_of_a_live_session_is_asked_for_at_most_once_a_minute(resolvers, clock):
    cache, key = EntryCache(clock), UserKey("corp", "1")
    assert recheck(REALMS, resolvers, cache, key, "staff").enabled
    clock.advance(59)
    resolvers["corp"].entries = ()
    assert recheck(REALMS, resolvers, cache, key, "staff").enabled
    clock.advance(1)
    assert recheck(REALMS, resolvers, cache, key, "staff") is None
    assert recheck(Realms((Realm("staff", ("local",)),)), resolvers, cache, key, "staff") is None


def test_a_search_lists_each_login_once_in_order(resolvers):
    found = search_users(REALMS, resolvers, "staff", "", limit=10)
    assert [(user.login, user.key.resolver) for user in found] == [
        ("alice", "corp"),
        ("bob", "corp"),
        ("carol", "local"),
    ]


def test_a_search_gives_no_more_than_was_asked_for(resolvers):
    assert [user.login for user in search_users(REALMS, resolvers, "staff", "", limit=2)] == ["alice", "bob"]


def test_a_search_gives_no_part_of_a_realm(resolvers):
    resolvers["local"].available = False
    with pytest.raises(ResolverUnavailable):
        search_users(REALMS, resolvers, "staff", "b", limit=10)


def test_nobody_is_found_in_a_realm_that_does_not_exist(resolvers):
    assert search_users(REALMS, resolvers, "nowhere", "", limit=10) == ()
