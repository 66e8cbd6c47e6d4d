"""What a request and the policies demand, what is missing for it, and the answer at the end."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from enum import StrEnum
from typing import Any

import msgspec

from mfa_engine.authentication.assurance.classes import CLASSES, default_class, proven_at, satisfied
from mfa_engine.authentication.assurance.proof import Proof, methods, password_proof
from mfa_engine.errors import DoorwardError
from mfa_engine.tokentypes.worth import Worth

_LONGEST_AGE_SECONDS = 10 * 365 * 86_400


@dataclass(frozen=True, slots=True)
class Asked:
    """What the application asked for; stored with the login transaction.

    ``classes`` in the requester's order, compared for equality. ``essential``: one of them, or no
    answer (SAML ``RequestedAuthnContext``, an essential ``acr`` claim); else they are wishes
    (``acr_values``). Proofs older than ``fresh_since`` do not count.
    """

    classes: tuple[str, ...] = ()
    essential: bool = False
    fresh_since: datetime | None = None

    def document(self) -> dict[str, Any]:
        """As plain JSON-able values."""
        plain: dict[str, Any] = msgspec.to_builtins(self)
        return plain

    @classmethod
    def read(cls, document: object) -> Asked:
        """What was stored. Raises ValueError for anything but ``document``'s own output."""
        return msgspec.convert(document, cls)


@dataclass(frozen=True, slots=True)
class Required:
    """What must be proven: the application's wish joined with the policies, which are a floor.

    ``accepted_types`` are the token types that count, for the second factor and for classes alike.
    """

    asked: Asked
    second_factor: bool
    accepted_types: frozenset[str]

    def without_wishes(self) -> Required:
        """The same without classes that need not be reached: their step-up was tried, or given up."""
        if self.asked.essential:
            return self
        return replace(self, asked=replace(self.asked, classes=()))


@dataclass(frozen=True, slots=True)
class Offer:
    """What a person could still present: a token of theirs, or a type that could be enrolled now,
    with the most that an answer of it may be worth."""

    kind: str
    worth: Worth


class Need(StrEnum):
    """The kind of step that comes next."""

    FIRST_FACTOR = "first_factor"
    SECOND_FACTOR = "second_factor"
    UNREACHABLE = "unreachable"  # nothing that the person has can meet an essential demand


@dataclass(frozen=True, slots=True)
class Missing:
    """What is to be asked for next. ``context_class``: the class that the step is to reach, if any."""

    need: Need
    required: Required
    held: tuple[Proof, ...]
    now: datetime
    context_class: str | None = None

    def fits(self, offer: Offer) -> bool:
        """Whether presenting this would do; a token that would not is never offered.

        No offer fits: the person needs to enrol one that would, or gets the unmet answer.
        """
        if offer.kind not in self.required.accepted_types:
            return False
        presented = (*self.held, Proof(offer.kind, offer.worth, self.now))
        return self.context_class is None or satisfied(self.context_class, presented)


@dataclass(frozen=True, slots=True)
class Answer:
    """What is said of a login: one class, the methods (``amr``), and the time of the oldest factor
    that the class rests on (``auth_time``, ``AuthnInstant``)."""

    context_class: str
    methods: tuple[str, ...]
    auth_time: datetime


@dataclass
class NotReached(DoorwardError):
    """An answer was wanted before everything required was proven. Nothing less is ever given."""

    need: Need

    def __str__(self) -> str:
        return "the sign-in does not reach what was asked for"


def fresh_since(asked_at: datetime, *, force: bool, max_age_seconds: int | None) -> datetime | None:
    """The time before which proofs do not count for a request made at ``asked_at``; None: all do.

    ``force`` is SAML ``ForceAuthn`` or OIDC ``prompt=login``; ``max_age`` 0 is the same (OIDC Core
    3.1.2.1). Counted from the request, so that typing slowly does not make a fresh factor old.
    """
    if force:
        return asked_at
    if max_age_seconds is None:
        return None
    return asked_at - timedelta(seconds=min(max_age_seconds, _LONGEST_AGE_SECONDS))


def counting(required: Required, proofs: Iterable[Proof], now: datetime) -> tuple[Proof, ...]:
    """The proofs that count at ``now``: still valid, fresh enough, and of an accepted type."""
    since = required.asked.fresh_since
    return tuple(
        proof
        for proof in proofs
        if proof.still_valid(now)
        and (since is None or proof.at >= since)
        and (proof.kind in required.accepted_types or proof.is_known_by_heart)
    )


def missing(
    required: Required, proofs: Iterable[Proof], now: datetime, offers: Sequence[Offer] | None = None
) -> Missing | None:
    """The next thing to ask for; None when everything required is proven.

    ``offers`` is all that the person could still present. None when that was not looked up yet: then
    a second factor may be named that turns out to be out of reach, so ask again with the offers.
    """
    held = counting(required, proofs, now)
    asked = required.asked
    if asked.essential and not any(name in CLASSES for name in asked.classes):
        return Missing(Need.UNREACHABLE, required, held, now)
    if not any(proof.is_first_factor for proof in held):
        return Missing(Need.FIRST_FACTOR, required, held, now)
    if not _any_satisfied(asked, held):
        step = _towards_a_class(required, held, now, offers)
        if step is not None:
            return step
    if required.second_factor and not _has_second_factor(required, held):
        return Missing(Need.SECOND_FACTOR, required, held, now)
    return None


def answer(
    required: Required, proofs: Iterable[Proof], now: datetime, preferred: str | None = None
) -> Answer:
    """What to state, once nothing is missing. Raises NotReached when something is.

    Of the classes asked for the first true one in the requester's order; when none was asked for, or
    none was essential and reached, the default (``preferred``: the application's own).
    """
    proofs = tuple(proofs)
    step = missing(required.without_wishes(), proofs, now, offers=())
    if step is not None:
        raise NotReached(step.need)
    held = counting(required, proofs, now)
    reached = (name for name in required.asked.classes if satisfied(name, held))
    stated = next(reached, None) or default_class(held, preferred)
    return Answer(stated, methods(held), proven_at(stated, held))


def _any_satisfied(asked: Asked, held: Sequence[Proof]) -> bool:
    return not asked.classes or any(satisfied(name, held) for name in asked.classes)


def _towards_a_class(
    required: Required, held: tuple[Proof, ...], now: datetime, offers: Sequence[Offer] | None
) -> Missing | None:
    """A step to the first class within reach; unreachable when it must be had, None when it was a wish."""
    for name in required.asked.classes:
        second = Missing(Need.SECOND_FACTOR, required, held, now, name)
        if satisfied(name, (*held, password_proof(now))):
            return Missing(Need.FIRST_FACTOR, required, held, now, name)
        if name in CLASSES and (offers is None or any(map(second.fits, offers))):
            return second
    return Missing(Need.UNREACHABLE, required, held, now) if required.asked.essential else None


def _has_second_factor(required: Required, held: Sequence[Proof]) -> bool:
    """A proof of an accepted type that stands beside a first factor, or is two kinds in itself."""
    return any(
        proof.worth.two_kinds or any(other.kind != proof.kind and other.is_first_factor for other in held)
        for proof in held
        if proof.kind in required.accepted_types
    )
