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
from mfa_engine.storage.challenge import ChallengeRow
from mfa_engine.storage.standing import Standing, standing_of_owner, standing_of_serial
from mfa_engine.storage.token import TokenRow
from mfa_engine.tokentypes.base import Token
from mfa_engine.tokentypes.opening import opened
from mfa_engine.unit import View

_NO_PIN = PinRule(PinSource.NONE, required=False)


@dataclass(frozen=True, slots=True)
class Facts:
    """Everything that ``judge`` needs of the database and the policies."""

    user: User | None
    whom: audit.Subject  # for the audit row
    subject: Subject  # for the policies
    missing: Reason | None  # why there is no such person, or none to be let in
    has_tokens: bool  # of whatever type and state, named or not
    tokens: tuple[Token, ...]
    broken: tuple[TokenRow, ...]  # whose secret does not open in its place (KEY-02)
    challenges: tuple[ChallengeRow, ...]  # open ones of the attempt's transaction, on tokens of this person
    pin: PinRule
    fail_limit: int
    person_waits: timedelta
    address_waits: timedelta
    last_success: datetime | None
    now: datetime


def gather(view: View, rules: Rules, attempt: Attempt, found: Found) -> Facts:
    """Read the person's tokens, what is open on them, and the tallies. One statement."""
    user, origin = found.user, attempt.origin
    subject = subject_of(user, address=origin.address, application=origin.application, realm=found.whom.realm)
    person = second_factor_name(user.key) if user else ""
    address = address_name(origin.address) or ""
    standing = _standing(view, attempt, found, person=person, address=address)
    owned = standing.tokens
    last_success = max((row.last_success_at for row in owned if row.last_success_at), default=None)
    accepted = types_for_check(rules.policies, subject).value & rules.types.working
    named = tuple(row for row in owned if not attempt.serial or row.serial == attempt.serial)
    tokens, broken = _open(view, of_kinds(of_kinds(named, accepted), attempt.kinds))
    throttle = rules.settings.throttle
    return Facts(
        user=user,
        missing=found.reason,
        whom=found.whom,
        subject=subject,
        has_tokens=bool(owned),
        tokens=tokens,
        broken=broken,
        challenges=tuple(challenge for challenge in standing.challenges if is_open(challenge, view.now)),
        pin=_NO_PIN if attempt.code_alone else pin_rule(rules.policies, subject).value,
        fail_limit=failure_limit(rules.policies, subject).value,
        person_waits=second_factor_wait(standing.tallies.get(person), last_success, throttle, view.now),
        address_waits=address_wait(standing.tallies.get(address), throttle, view.now),
        last_success=last_success,
        now=view.now,
    )


def _standing(view: View, attempt: Attempt, found: Found, *, person: str, address: str) -> Standing:
    """Of the person, or of a named token that is nobody's: looked up by both, so that nobody answers with
    somebody else's (OTP-08)."""
    user, transaction = found.user, attempt.transaction_id
    if user is None:
        serial = found.orphan[0].serial if found.orphan else ""
        return standing_of_serial(view.connection, serial, transaction_id=transaction, address=address)
    return standing_of_owner(
        view.connection,
        user.key.resolver,
        user.key.uid,
        transaction_id=transaction,
        person=person,
        address=address,
    )


def is_open(challenge: ChallengeRow, now: datetime) -> bool:
    """Whether it may be answered. The statement that spends it asserts the same again."""
    return not challenge.spent and challenge.expires_at > now and challenge.tries < challenge.max_tries


def _open(view: View, rows: tuple[TokenRow, ...]) -> tuple[tuple[Token, ...], tuple[TokenRow, ...]]:
    tokens, broken = [], []
    for row in rows:
        try:
            tokens.append(open_token(view, row))
        except IntegrityFailure:
            broken.append(row)
    return tuple(tokens), tuple(broken)


def open_token(view: View, row: TokenRow) -> Token:
    """The token with its secret. Raises IntegrityFailure when it does not open in its place."""
    return opened(view.keyring, row)
