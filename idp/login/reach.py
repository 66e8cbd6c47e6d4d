"""What a person could present in a login: the tokens they have, the types that may be set up now."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import datetime

from mfa_engine.authentication.assurance import Asked, Offer, Proof, Required
from mfa_engine.authentication.candidates import usable, works
from mfa_engine.configuration.rules import Rules
from mfa_engine.policy.decisions.enrolment import enrolment_at_login, first_enrolment_by_password
from mfa_engine.policy.decisions.limits import failure_limit
from mfa_engine.policy.decisions.second_factor import accepted_types, second_factor_required
from mfa_engine.policy.model import Subject
from mfa_engine.storage.token import TokenRow
from mfa_engine.tokentypes.base import TokenType


def requirement(rules: Rules, subject: Subject, asked: Asked) -> Required:
    """What the application asked for, joined with the policies, which are a floor."""
    return Required(
        asked,
        second_factor_required(rules.policies, subject).value,
        accepted_types(rules.policies, subject).value & rules.types.working,
    )


def owned(rules: Rules, subject: Subject, tokens: Iterable[TokenRow], now: datetime) -> tuple[Offer, ...]:
    """The tokens that could answer now, as offers: one a type is enough."""
    limit = failure_limit(rules.policies, subject).value
    kinds = {token.kind for token in tokens if usable(token, limit=limit, now=now)}
    return tuple(_offer(rules.types[kind]) for kind in sorted(kinds))


def enrollable(
    rules: Rules, subject: Subject, tokens: Iterable[TokenRow], proofs: Iterable[Proof], now: datetime
) -> tuple[Offer, ...]:
    """The types that this person may set up in this login (SELF-02).

    With nothing but a password: only the first one, and only where a policy says so. Somebody who has
    a token that works proves that one first.
    """
    beyond_password = any(not proof.is_known_by_heart and proof.worth.factors for proof in proofs)
    if not beyond_password:
        if any(works(token, now=now) for token in tokens):
            return ()
        if not first_enrolment_by_password(rules.policies, subject).value:
            return ()
    return tuple(
        _offer(rules.types[kind]) for kind in sorted(enrolment_at_login(rules.policies, subject).value)
    )


def _offer(kind: TokenType) -> Offer:
    return Offer(kind.name, kind.worth)
