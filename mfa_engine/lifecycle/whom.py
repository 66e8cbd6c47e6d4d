"""Whom an act on a token is about, as its audit row says it."""

from __future__ import annotations

from mfa_engine.audit import Entry, Subject
from mfa_engine.identity.user import User, UserKey
from mfa_engine.storage.token import TokenRow


def whom(user: User | None) -> Subject:
    """A person, or nobody."""
    return Subject(user.login, user.realm, user.key.resolver, user.key.uid) if user else Subject()


def owner(token: TokenRow) -> Subject:
    """The token's owner by key; the row keeps no login name, which may change."""
    return Subject("", token.realm or "", token.resolver, token.uid)


def owner_key(token: TokenRow) -> UserKey | None:
    """Whose token it is; None: nobody's."""
    if token.resolver is None or token.uid is None:
        return None
    return UserKey(token.resolver, token.uid)


def about(token: TokenRow, event: str, *, done: bool = True, reason: str = "") -> Entry:
    """The audit row of an act on a stored token."""
    return Entry(event, done, reason, owner(token), token.serial, {"kind": token.kind})
