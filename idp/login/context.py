"""The context of one request to a login in progress: the transaction, and whom and what it stands on."""

from __future__ import annotations

from dataclasses import dataclass, replace
from datetime import datetime
from typing import Any

from idp.login.flow import Facts, proofs_of
from idp.login.reach import enrollable, owned, requirement
from idp.services import Services
from idp.sessions.sso import SsoSession
from idp.sessions.transaction import LoginTransaction, Person, save
from mfa_engine.audit import Origin
from mfa_engine.authentication.assurance import missing
from mfa_engine.configuration.rules import Rules, subject_of
from mfa_engine.identity.find_user import recheck
from mfa_engine.identity.user import User
from mfa_engine.lifecycle.find import tokens_of_person
from mfa_engine.storage.token import TokenRow


@dataclass(frozen=True, slots=True)
class Context:
    """What a step is given. ``session`` is alive, and its person not disabled since."""

    services: Services
    rules: Rules
    origin: Origin
    login: LoginTransaction
    browser_hash: str
    session: SsoSession | None
    user: User | None  # who has proven a first factor, here or in the session
    now: datetime

    @property
    def base(self) -> str:
        """The path of this login's router."""
        return f"/login/{self.login.handle}/"

    @property
    def binding(self) -> str:
        """What this login's forms are bound to: the login and its browser."""
        return f"{self.login.handle}:{self.browser_hash}"

    @property
    def person(self) -> str:
        """Whose login this is, as pages show it."""
        return self.user.login if self.user else ""

    @property
    def restart_url(self) -> str:
        """Where "Not you?" posts to."""
        return self.base + "start-over"

    def save(self, **changes: Any) -> LoginTransaction | None:
        """Store the login with changes, in a unit of its own; None when another request was first."""
        return self.services.engine.record(lambda unit: save(unit, self.login, **changes))

    def tokens(self) -> tuple[TokenRow, ...]:
        """The person's tokens; none while nobody is known. One statement."""
        return tokens_of_person(self.services.engine, self.user.key) if self.user else ()

    def facts(self, tokens: tuple[TokenRow, ...] | None = None) -> Facts:
        """What ``flow.next_step`` judges by. Tokens are read only when something is missing without them."""
        application = self.login.application
        subject = subject_of(self.user, address=self.origin.address, application=application)
        required = requirement(self.rules, subject, self.login.asked)
        bare = Facts(required, self.session, (), (), self.now)
        proofs = proofs_of(self.login, self.session)
        if self.user is None or missing(required, proofs, self.now) is None:
            return bare
        known = self.tokens() if tokens is None else tokens
        return replace(
            bare,
            owned=owned(self.rules, subject, known, self.now),
            enrollable=enrollable(self.rules, subject, known, proofs, self.now),
        )


def person_of(login: LoginTransaction, session: SsoSession | None) -> Person | None:
    """Who has begun to prove themselves in this login, else whose session it is."""
    return login.person or (session.person if session else None)


def still_let_in(services: Services, rules: Rules, person: Person | None) -> User | None:
    """The person as they are now; None when gone or disabled (AUTH-10). At most a minute old.

    Raises Unavailable when the directory does not answer.
    """
    if person is None:
        return None
    user = recheck(rules.realms, rules.resolvers, services.entries, person.key, person.realm)
    return user if user is not None and user.enabled else None
