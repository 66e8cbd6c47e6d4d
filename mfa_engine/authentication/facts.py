"""What one attempt is judged by: read in one look, before anything slow is asked."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta

from mfa_engine import audit
from mfa_engine.authentication.attempt import Attempt
from mfa_engine.authentication.candidates import of_kinds
from mfa_engine.authentication.outcome import Reason
from mfa_engine.authentication.subject import Found
from mfa_engine.configuration.rules import Rules, subject_of
from mfa_engine.errors import IntegrityFailure
from mfa_engine.identity.throttles import address_name, address_wait, second_factor_name, second_factor_wait
from mfa_engine.identity.user import User
from mfa_engine.policy.decisions.limits import failure_limit
from mfa_engine.policy.decisions.pin import PinRule, PinSource, pin_rule
from mfa_engine.policy.decisions.second_factor import types_for_check
from mfa_engine.policy.model import Subject
from mfa_engine.secrets.sealed import unseal
from mfa_engine.storage.challenge import ChallengeRow, challenges_of
from mfa_engine.storage.throttle import read_tallies
from mfa_engine.storage.token import TokenRow, tokens_of
from mfa_engine.tokentypes.base import Token
from mfa_engine.unit import View

_NO_PIN = PinRule(PinSource.NONE, required=False)


@dataclass(frozen=True, slots=True)
class Facts:
    """Everything that ``judge`` needs of the database and the policies."""

    user: User | None
    whom: audit.Subject  # for the audit row
    subject: Subject  # for the policies
    missing: Reason | None  # why there is no such person, or none to be let in
    has_tokens: bool  # of whatever type and state
    tokens: tuple[Token, ...]
    broken: tuple[TokenRow, ...]  # whose secret does not open in its place (KEY-02)
    challenges: tuple[ChallengeRow, ...]
    pin: PinRule
    fail_limit: int
    person_waits: timedelta
    address_waits: timedelta
    last_success: datetime | None
    now: datetime


def gather(view: View, rules: Rules, attempt: Attempt, found: Found) -> Facts:
    """Read the person's tokens, the open challenges and the tallies. At most three statements."""
    user = found.user
    origin = attempt.origin
    subject = subject_of(user, address=origin.address, application=origin.application, realm=attempt.realm)
    rows = _tokens(view, attempt, found)
    address = address_name(attempt.origin.address)
    person = second_factor_name(user.key) if user else None
    tallies = read_tallies(view.connection, [name for name in (address, person) if name])
    last_success = max((row.last_success_at for row in rows if row.last_success_at), default=None)
    accepted = types_for_check(rules.policies, subject).value
    opened, broken = _open(view, of_kinds(of_kinds(rows, accepted), attempt.kinds))
    throttle = rules.settings.throttle
    return Facts(
        user=user,
        missing=found.reason,
        whom=found.whom,
        subject=subject,
        has_tokens=bool(rows),
        tokens=opened,
        broken=broken,
        challenges=challenges_of(view.connection, attempt.transaction_id) if attempt.transaction_id else (),
        pin=_NO_PIN if attempt.code_alone else pin_rule(rules.policies, subject).value,
        fail_limit=failure_limit(rules.policies, subject).value,
        person_waits=second_factor_wait(tallies.get(person or ""), last_success, throttle, view.now),
        address_waits=address_wait(tallies.get(address or ""), throttle, view.now),
        last_success=last_success,
        now=view.now,
    )


def _tokens(view: View, attempt: Attempt, found: Found) -> tuple[TokenRow, ...]:
    """The person's tokens, or the one that was named: looked up by both, so that nobody answers with
    somebody else's (OTP-08)."""
    user = found.user
    if user is None:
        return found.orphan
    rows = tokens_of(view.connection, user.key.resolver, user.key.uid)
    return tuple(row for row in rows if not attempt.serial or row.serial == attempt.serial)


def _open(view: View, rows: tuple[TokenRow, ...]) -> tuple[tuple[Token, ...], tuple[TokenRow, ...]]:
    opened, broken = [], []
    for row in rows:
        try:
            opened.append(open_token(view, row))
        except IntegrityFailure:
            broken.append(row)
    return tuple(opened), tuple(broken)


def open_token(view: View, row: TokenRow) -> Token:
    """The token with its secret. Raises IntegrityFailure when it does not open in its place."""
    secret = unseal(view.keyring, "token", "secret", row.serial, row.secret) if row.secret else b""
    return Token(row, secret)
