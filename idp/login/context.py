"""The context of one request to a login in progress: the transaction, and whom and what it stands on."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace
from datetime import datetime
from typing import Any

from idp.login.flow import Facts, joins, proofs_of
from idp.login.reach import enrollable, owned, requirement
from idp.services import Services, Sharing
from idp.sessions.sso import SsoSession
from idp.sessions.transaction import LoginTransaction, Person, save
from idp.storage.consent import read_consent
from mfa_engine.audit import Origin, Subject
from mfa_engine.authentication.assurance import Proof, missing
from mfa_engine.configuration.rules import Rules, subject_of
from mfa_engine.identity.find_user import recheck
from mfa_engine.identity.user import User
from mfa_engine.lifecycle.find import tokens_of_person
from mfa_engine.storage.token import TokenRow
from mfa_engine.unit import Unit


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
    agreed: frozenset[str] | None = None  # what they share with this application; None: not read yet

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
    def acting(self) -> Origin:
        """Where the acts of this login come from, and whose they are once somebody is known."""
        key = self.user.key if self.user else None
        actor = f"person:{key.resolver}/{key.uid}" if key else ""
        return replace(self.origin, actor=actor, application=self.login.application)

    @property
    def whom(self) -> Subject:
        """The same person, as whom the audit is about."""
        user = self.user
        return Subject(user.login, user.realm, user.key.resolver, user.key.uid) if user else Subject()

    @property
    def restart_url(self) -> str:
        """Where "Not you?" posts to."""
        return self.base + "start-over"

    def save(self, **changes: Any) -> Context:
        """The context with the login as it was stored with changes, in a unit of its own. Raises
        LoginChanged."""
        owned = self._with_person(changes)
        login = self.services.engine.record(lambda unit: save(unit, self.login, **owned))
        return replace(self, login=login)

    def proven(self, unit: Unit, proof: Proof, **changes: Any) -> None:
        """Store a proof with whose it is, in the unit that spends what it rests on. Raises LoginChanged:
        then nothing is spent."""
        proofs = (*self.login.proofs, proof)
        save(unit, self.login, **self._with_person({**changes, "proofs": proofs}))

    def _with_person(self, changes: Mapping[str, Any]) -> dict[str, Any]:
        """Whatever a step stores belongs to the person it was done for, also where only the session said
        who that is: the cookie may name another session at the next request."""
        person = Person.of(self.user) if self.user else self.login.person
        return {"person": person, **changes}

    def tokens(self) -> tuple[TokenRow, ...]:
        """The person's tokens, of types that there are; none while nobody is known. One statement."""
        if self.user is None:
            return ()
        found = tokens_of_person(self.services.engine, self.user.key)
        return tuple(token for token in found if token.kind in self.rules.types)

    def facts(self) -> Facts:
        """What ``flow.next_step`` judges by. Tokens are read only when something is missing without them,
        and what the person agreed to share only when nothing is."""
        application = self.login.application
        subject = subject_of(self.user, address=self.origin.address, application=application)
        required = requirement(self.rules, subject, self.login.asked)
        bare = Facts(required, self.session, (), (), self.now)
        proofs = proofs_of(self.login, self.session)
        if self.user is None:
            return bare
        if missing(required, proofs, self.now) is None:
            return replace(bare, consent_due=self._consent_due(self.user))
        known = self.tokens()
        return replace(
            bare,
            tokens=known,
            owned=owned(self.rules, subject, known, self.now),
            enrollable=enrollable(self.rules, subject, known, proofs, self.now),
        )

    def sharing(self, user: User) -> Sharing | None:
        """What the application would be told about them, where they have a say in it."""
        return self.services.answerers[self.login.answerer].sharing(self.login.request, user)

    def _consent_due(self, user: User) -> bool:
        sharing = self.sharing(user)
        if sharing is None:
            return False
        if self.login.granted or sharing.anew:
            return not set(sharing.names) <= set(self.login.granted)
        agreed = self.agreed
        if agreed is None:
            key, application = user.key, self.login.application
            agreed = self.services.engine.look(lambda view: read_consent(view.connection, key, application))
        return not set(sharing.names) <= agreed


def person_of(login: LoginTransaction, session: SsoSession | None) -> Person | None:
    """Who has begun to prove themselves in this login, else whose session it is, if that one will do."""
    if login.person is not None or session is None:
        return login.person
    return session.person if joins(login, session) else None


def still_let_in(services: Services, rules: Rules, person: Person | None) -> User | None:
    """The person as they are now; None when gone or disabled (AUTH-10). At most a minute old.

    Raises Unavailable when the directory does not answer.
    """
    if person is None:
        return None
    user = recheck(rules.realms, rules.resolvers, services.entries, person.key, person.realm)
    return user if user is not None and user.enabled else None
