"""The type of Services: everything that faces and login are given, put together by ``wiring``.

A protocol hands ``login`` an Answerer (how a finished login becomes a code, a Response, a page) and
``logout`` a Participant, both through here, so that neither imports the other.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum
from typing import Any, Protocol

from flask import Response

from idp.applications.registry import Registry
from idp.keys.snapshot import KeySource
from idp.pages import App, Pages
from idp.pages.login import Detail
from idp.pages.respond import Respond
from idp.sessions.cookies import Cookies
from idp.sessions.ending import Participant
from idp.sessions.sso import SsoSession
from idp.settings import Settings
from metadata.oidc.client import RegistrationRules
from metadata.oidc.own import Capabilities
from mfa_engine.authentication.assurance import Answer
from mfa_engine.engine import Engine
from mfa_engine.errors import DoorwardError
from mfa_engine.identity.cache import EntryCache
from mfa_engine.identity.resolvers.registry import ResolverRegistry
from mfa_engine.identity.user import User
from mfa_engine.secrets.keyring import Keyring
from mfa_engine.unit import Unit


class Refusal(StrEnum):
    """Why a login ends without an answer; each protocol has its own words for them."""

    LOGIN_REQUIRED = "login_required"  # no page may be shown, and nobody is signed in (enough)
    INTERACTION_REQUIRED = "interaction_required"  # no page may be shown, and a further step is due
    CONSENT_REQUIRED = "consent_required"  # no page may be shown, and the person was not asked yet
    UNREACHABLE = "unreachable"  # the level asked for is out of this person's reach
    DENIED = "denied"  # the person said no
    SESSION_CHANGED = "session_changed"  # another tab raised or ended it: ask again with the new cookie
    REPLAYED = "replayed"  # this request was answered, or began a login, before
    DISABLED = "disabled"  # the application or the person is not let in any more


@dataclass
class IssueRefused(DoorwardError):
    """Raised by an answerer inside the issuing unit: nothing of it is written."""

    why: Refusal

    def __str__(self) -> str:
        return f"the sign-in cannot be finished: {self.why}"


@dataclass(frozen=True, slots=True)
class Granted:
    """A finished login: who, in which session, and what may be said of how it was proven.

    ``consented`` is what the person agreed to share on a page of this login; empty when they were not
    asked in it.
    """

    user: User
    session: SsoSession
    answer: Answer
    request: Any  # the answerer's own, as it was stored
    application: str
    consented: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Sharing:
    """What an application is to be told about a person who has a say in it.

    ``names`` is what is agreed to and remembered (OAuth scopes), ``details`` what it comes to, as it
    would be released now. ``anew``: the person is asked whatever they agreed to before. ``site`` is whose
    application it is.
    """

    names: tuple[str, ...]
    details: tuple[Detail, ...]
    site: str
    anew: bool = False


class Answerer(Protocol):
    """A protocol's end of a login. Its request is a plain JSON-able value."""

    def app(self, request: Any) -> App:
        """The application as pages name it."""
        ...

    def preferred_class(self, request: Any) -> str | None:
        """The class to state when none was asked for; None: the usual one."""
        ...

    def accepts_session(self, request: Any, user: User) -> bool:
        """Whether the person whose session the browser has will do; else somebody has to sign in anew."""
        ...

    def sharing(self, request: Any, user: User) -> Sharing | None:
        """What the person is asked to agree to; None when nobody needs to ask them."""
        ...

    def issue(self, unit: Unit, granted: Granted) -> Callable[[bool], Response]:
        """Write what is issued, in the unit that ends the login, the protocol's own rows and nothing
        else; give what renders it after COMMIT. It is called with whether a form was just posted: then
        it must be a page of ours, never a redirect elsewhere (``ui.md`` 6).

        Asserts in a deciding statement that the application is still enabled. Raises IssueRefused.
        """
        ...

    def refuse(self, request: Any, why: Refusal, *, after_form: bool) -> Response:
        """The protocol's own error to the application."""
        ...


@dataclass(frozen=True, slots=True)
class Services:
    """One installation at work. Frozen: what changes lives behind it."""

    settings: Settings
    engine: Engine
    keyring: Keyring
    resolvers: ResolverRegistry
    keys: KeySource
    registry: Registry
    pages: Pages
    respond: Respond
    cookies: Cookies
    entries: EntryCache
    answerers: Mapping[str, Answerer]
    participants: tuple[Participant, ...]
    capabilities: Capabilities
    clock: Callable[[], datetime]

    @property
    def registration_rules(self) -> RegistrationRules:
        """What an administrator may register as an OpenID Connect client here."""
        return RegistrationRules(
            self.capabilities,
            by_administrator=True,
            allow_http_localhost=self.settings.oidc.allow_http_localhost,
        )
