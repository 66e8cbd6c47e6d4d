"""What is kept of a directory's answers, and for how long."""

import pytest

from mfa_engine.identity.cache import EntryCache
from mfa_engine.identity.resolvers.base import Entry, ResolverUnavailable
from mfa_engine.identity.user import UserKey

KEY = UserKey("corp", "1")
ALICE = Entry("1", "alice", {}, enabled=True, handle="$argon2id$...")
DISABLED = Entry("1", "alice", {}, enabled=False)


def unavailable():
    raise ResolverUnavailable("corp", "told so by the test")


def test_an_answer_is_kept_for_a_minute(clock):
    cache = EntryCache(clock)
    cache.entry(KEY, lambda: ALICE)
    clock.advance(59.9)
    assert cache.entry(KEY, unavailable) == ALICE


def test_AUTH_10_after_a_minute_the_directory_is_asked_again(clock):
    cache = EntryCache(clock)
    cache.entry(KEY, lambda: ALICE)
    clock.advance(60)
    assert cache.entry(KEY, lambda: DISABLED) == DISABLED


def test_that_somebody_is_gone_is_kept_too(clock):
    cache = EntryCache(clock)
    assert cache.entry(KEY, lambda: None) is None
    assert cache.entry(KEY, unavailable) is None


def test_an_outage_is_not_kept(clock):
    cache = EntryCache(clock)
    with pytest.raises(ResolverUnavailable):
        cache.entry(KEY, unavailable)
    assert cache.entry(KEY, lambda: ALICE) == ALICE


def test_a_clock_set_back_keeps_nothing_alive(clock):
    cache = EntryCache(clock)
    cache.entry(KEY, lambda: ALICE)
    clock.advance(-3600)
    assert cache.entry(KEY, lambda: DISABLED) == DISABLED


def test_no_password_can_be_checked_on_what_is_kept(clock):
    assert EntryCache(clock).entry(KEY, lambda: ALICE).handle == ""


def test_a_person_whom_we_changed_is_asked_for_again(clock):
    cache = EntryCache(clock)
    cache.entry(KEY, lambda: ALICE)
    cache.forget(KEY)
    cache.forget(UserKey("corp", "2"))
    assert cache.entry(KEY, lambda: DISABLED) == DISABLED


def test_the_oldest_answers_make_room(clock):
    cache = EntryCache(clock, capacity=2)
    for uid in "123":
        cache.entry(UserKey("corp", uid), lambda: ALICE)
    assert cache.entry(UserKey("corp", "1"), lambda: DISABLED) == DISABLED
    assert cache.entry(UserKey("corp", "3"), unavailable) == ALICE
