"""LoginTransaction: one login, from an application's request until it is answered.

What the person has proven gathers here and nowhere else (invariant 1). It works only in the browser
that began it, lives ten minutes, and is deleted by the unit that issues the answer.
"""

from __future__ import annotations

import secrets
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from typing import Any

import msgspec

from idp.storage.login_transaction import change_login, insert_login, read_login
from mfa_engine.authentication.assurance import Asked, Proof
from mfa_engine.errors import DoorwardError
from mfa_engine.identity.user import User, UserKey
from mfa_engine.unit import Unit, View

LIFE = timedelta(minutes=10)
_COLUMNS = ("handle", "version", "expires_at")  # kept beside the document


@dataclass(frozen=True, slots=True)
class Person:
    """Who has begun to prove themselves: key, realm, and the name as the directory has it."""

    resolver: str
    uid: str
    realm: str
    login: str

    @classmethod
    def of(cls, user: User) -> Person:
        """The person that a directory knows as ``user``."""
        return cls(user.key.resolver, user.key.uid, user.realm, user.login)

    @property
    def key(self) -> UserKey:
        return UserKey(self.resolver, self.uid)


@dataclass(frozen=True, slots=True)
class LoginTransaction:
    """A login in progress. Frozen: a step makes the next one and stores it."""

    handle: str
    version: int
    expires_at: datetime
    answerer: str  # who asked, and gets the finished login: "oidc", "saml", "page"
    application: str  # as policies name it: "oidc:<client id>", "saml:<entityID>", "page:account"
    request: Any  # the answerer's own
    asked: Asked
    login_hint: str = ""
    language: str = ""
    person: Person | None = None
    proofs: tuple[Proof, ...] = ()
    chosen: str = ""  # serial picked for the second factor
    challenge: str = ""  # the engine's transaction that is open for it
    enrolling: str = ""  # serial of the token being enrolled
    another: bool = False  # the browser's session does not do: somebody has to sign in anew
    offered: tuple[str, ...] = ()  # what the consent page asked for, as it was shown (OIDC-14)
    granted: tuple[str, ...] = ()  # what the person agreed to there

    def document(self) -> dict[str, Any]:
        """What is stored: everything but handle, version and end, which have columns of their own."""
        plain: dict[str, Any] = msgspec.to_builtins(self)
        return {name: value for name, value in plain.items() if name not in _COLUMNS}


def begin(unit: Unit, browser: str, **values: Any) -> LoginTransaction:
    """Store a new login for the browser whose cookie's hash is ``browser``."""
    handle = secrets.token_urlsafe(18)
    login = LoginTransaction(handle, 1, unit.now + LIFE, **values)
    insert_login(unit.connection, handle, browser, login.document(), login.expires_at)
    return login


def load(view: View | Unit, handle: str) -> tuple[LoginTransaction, str] | None:
    """The login and the hash of the browser it belongs to; None when there is none (any more).
    Expired ones are given: what to say of them is the view's."""
    stored = read_login(view.connection, handle)
    if stored is None:
        return None
    browser, document, version, expires_at = stored
    values = {**document, "handle": handle, "version": version, "expires_at": expires_at.isoformat()}
    return msgspec.convert(values, LoginTransaction, strict=False), browser


@dataclass
class LoginChanged(DoorwardError):
    """Another request changed or ended the login meanwhile: nothing of this one is written."""

    def __str__(self) -> str:
        return "another tab went on with this sign-in"


def save(unit: Unit, login: LoginTransaction, **changes: Any) -> LoginTransaction:
    """Store ``login`` with changes, and give it back. Raises LoginChanged: what else the unit did, such as
    spending a code, is undone with it."""
    changed = replace(login, **changes)
    if not change_login(unit.connection, login.handle, login.version, changed.document()):
        raise LoginChanged
    return replace(changed, version=login.version + 1)
