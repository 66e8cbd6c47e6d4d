"""What clients know people and sessions by."""

from __future__ import annotations

import re

from idp.oidc.names import Names
from mfa_engine.identity.user import UserKey
from mfa_engine.secrets.keyring import Keyring

FIRST, SECOND = bytes(32), bytes(range(32))


def test_a_session_has_a_name_of_its_own_at_each_client() -> None:
    names = Names.of(Keyring({1: FIRST}))
    sids = [names.sid(session, client) for session in ("s1", "s2") for client in ("a", "b")]
    assert len(set(sids)) == 4
    assert names.sid("s1", "a") == sids[0]
    assert all(re.fullmatch(r"[A-Za-z0-9_-]{22}", sid) for sid in sids)


def test_the_border_between_session_and_client_cannot_move() -> None:
    names = Names.of(Keyring({1: FIRST}))
    assert names.sid("ab", "c") != names.sid("a", "bc")


def test_OIDC_22_a_new_data_key_makes_no_new_accounts() -> None:
    alice = UserKey("people", "1")
    before, after = Names.of(Keyring({1: FIRST})), Names.of(Keyring({1: FIRST, 2: SECOND}))
    assert before.subject(alice) == after.subject(alice)
    assert before.sid("s", "a") == after.sid("s", "a")
    assert Names.of(Keyring({1: SECOND})).subject(alice) != before.subject(alice)


def test_keys_are_in_no_representation() -> None:
    names = Names.of(Keyring({1: FIRST}))
    assert names.subject_key.hex() not in repr(names)
    assert repr(names) == "Names()"
