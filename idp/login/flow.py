"""What the browser does next: THE MAIN PATH of a login, decided without I/O."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum

from idp.sessions.sso import SsoSession
from idp.sessions.transaction import LoginTransaction
from mfa_engine.authentication.assurance import Missing, Need, Offer, Proof, Required, missing
from mfa_engine.storage.token import TokenRow


class Step(StrEnum):
    """Where the router sends the browser."""

    FIRST_FACTOR = "first-factor"
    SECOND_FACTOR = "second-factor"
    ENROL = "enrol"
    CONSENT = "consent"
    ISSUE = "issue"
    REFUSE = "refuse"  # out of this person's reach: the application gets its protocol's error

    @property
    def path(self) -> str:
        """Of its page, behind the login's own address; empty where it has none: the router does that."""
        return "" if self in (Step.ISSUE, Step.REFUSE) else self.value


@dataclass(frozen=True, slots=True)
class Facts:
    """What the login is judged by, besides itself.

    ``owned`` are the tokens that the person could answer with, ``enrollable`` the types that may be
    set up now; both empty until the first factor is proven. ``session`` is the browser's, whoever's.
    ``consent_due``: the person has a say in what the application is told, and has not said it yet; not
    looked at before everything is proven.
    """

    required: Required
    session: SsoSession | None
    owned: tuple[Offer, ...]
    enrollable: tuple[Offer, ...]
    now: datetime
    tokens: tuple[TokenRow, ...] = ()  # the person's, read for ``owned``
    consent_due: bool = False


def next_step(login: LoginTransaction, facts: Facts) -> Step:
    """What the browser does next. ISSUE only when nothing is missing (invariant 1)."""
    need = what_is_missing(login, facts)
    if need is None:
        return Step.CONSENT if facts.consent_due else Step.ISSUE
    if need.need is Need.FIRST_FACTOR:
        return Step.FIRST_FACTOR
    if need.need is Need.UNREACHABLE:
        return Step.REFUSE
    if any(map(need.fits, facts.owned)):
        return Step.SECOND_FACTOR
    return Step.ENROL if any(map(need.fits, facts.enrollable)) else Step.REFUSE


def what_is_missing(login: LoginTransaction, facts: Facts) -> Missing | None:
    """The next thing to ask for, and what would do; None when everything is proven."""
    proofs = proofs_of(login, facts.session)
    offers = (*facts.owned, *facts.enrollable) if person_known(login, facts.session) else None
    return missing(facts.required, proofs, facts.now, offers)


def proofs_of(login: LoginTransaction, session: SsoSession | None) -> tuple[Proof, ...]:
    """What was proven in this login, and in the session it joins: one of the same person."""
    if session is None or not joins(login, session):
        return login.proofs
    return (*session.proofs, *login.proofs)


def joins(login: LoginTransaction, session: SsoSession) -> bool:
    """Whether the session's proofs are this person's. A login by somebody else replaces the session.

    What is stored in a login is stored with its person (``Context.proven``), so one that
    holds proofs of nobody joins nothing: the cookie may name another session by now.
    """
    if login.person is None:
        return not login.another and not login.proofs
    return login.person.key == session.person.key


def person_known(login: LoginTransaction, session: SsoSession | None) -> bool:
    """Whether somebody has proven a first factor, here or in the session."""
    return login.person is not None or (session is not None and joins(login, session))
