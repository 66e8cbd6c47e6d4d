"""What is said of an attempt: neutral by default, exact to whoever has the right to know. Pure.

The neutral answer to a refusal is one fixed message, the same for an unknown person, a wrong code and a
locked token (AUTH-03); the exact one is what the clients of the format expect.
"""

from __future__ import annotations

import math
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

from idp.api import challenge
from idp.api.envelope import Authentication
from mfa_engine.authentication.outcome import (
    Challenged,
    Matched,
    Outcome,
    PassedWithoutToken,
    Reason,
    Rejected,
    Throttled,
)
from mfa_engine.identity.user import User
from mfa_engine.policy.decisions.response import ResponseDetails
from mfa_engine.settings import ThrottleSettings

NEUTRAL = "Authentication failed."

_EXACT = {
    Reason.USER_DISABLED: "The user is disabled",
    Reason.USER_LOCKED: "Too many failed attempts of this user, try again later",
    Reason.NO_TOKEN: "The user has no tokens assigned",
    Reason.UNKNOWN_TOKEN: "There is no token for this credential or transaction.",
    Reason.WRONG_PIN: "wrong otp pin",
    Reason.WRONG_CODE: "wrong otp value",
    Reason.REPLAYED: "wrong otp value. previous otp used again",
    Reason.LOCKED: "Failcounter exceeded",
    Reason.CHALLENGE: "wrong otp pin",  # a transaction that is not open is a plain login without one
}
_CHALLENGE_WRONG = "Response did not match the challenge."
_WRONG_ANSWER = frozenset({Reason.WRONG_CODE, Reason.CHALLENGE})
_OF_THE_TOKEN = frozenset({Reason.WRONG_CODE, Reason.REPLAYED})


@dataclass(frozen=True, slots=True)
class Asked:
    """What of the request the answer depends on."""

    transaction: bool = False  # a challenge was to be answered
    fido: bool = False  # by a security key
    code_alone: bool = False  # one token's code, without PIN


@dataclass(frozen=True, slots=True)
class Said:
    """The answer: ``value``, the word, the detail, and how long to wait where that is the trouble."""

    value: bool | int
    word: Authentication
    detail: Mapping[str, Any] | None = field(default=None)
    wait_seconds: int = 0
    status: int = 200


def accepted(outcome: Matched | PassedWithoutToken, asked: Asked, details: ResponseDetails) -> Said:
    """Yes, and what policies let the caller be told of the person."""
    told = _told(outcome.user, details)
    if isinstance(outcome, PassedWithoutToken):
        message = "The user has no tokens assigned and is accepted by policy"
        return _yes({"message": message, **told})
    if outcome.by_challenge:
        user = outcome.user
        name = {"username": user.login, "realm": user.realm} if asked.fido and user else {}
        return _yes({"message": "Found matching challenge", "serial": outcome.serial, **name, **told})
    if asked.code_alone:
        return _yes(told or None)
    return _yes(
        {
            "message": "matching 1 tokens",
            "otplen": outcome.code_length,
            "serial": outcome.serial,
            "type": outcome.kind,
            **told,
        }
    )


def challenged(outcome: Challenged, exact: bool) -> Said:
    """The first factor was right. Where the only message was held back, how long it is."""
    opened = challenge.entries(outcome.transaction_id, outcome.prompts)
    if opened:
        return Said(False, Authentication.CHALLENGE, challenge.detail(opened))
    wait = _seconds(outcome.wait.total_seconds())
    message = f"A code was sent just now, the next one can be sent in {wait} seconds" if exact else NEUTRAL
    return Said(False, Authentication.REJECT, {"message": message, "wait": wait}, wait)


def triggered(outcome: Challenged | Rejected | None) -> Said:
    """How many challenges were opened; none, and why not is not told."""
    if isinstance(outcome, Challenged) and outcome.prompts:
        opened = challenge.entries(outcome.transaction_id, outcome.prompts)
        return Said(len(opened), Authentication.CHALLENGE, challenge.detail(opened))
    if isinstance(outcome, Challenged) and outcome.wait:
        wait = _seconds(outcome.wait.total_seconds())
        return Said(0, Authentication.REJECT, {**challenge.NONE_OPENED, "wait": wait}, wait)
    return Said(0, Authentication.REJECT, challenge.NONE_OPENED)


def rejected(outcome: Rejected, asked: Asked, exact: bool) -> Said:
    """No."""
    if not exact:
        return _no({"message": NEUTRAL})
    reason = outcome.reason
    answers_challenge = (asked.fido and reason in _WRONG_ANSWER) or (
        asked.transaction and reason is Reason.WRONG_CODE
    )
    text = _CHALLENGE_WRONG if answers_challenge else _EXACT.get(reason, NEUTRAL)
    if reason in _OF_THE_TOKEN and outcome.serial and not answers_challenge:
        return _no({"message": text, "serial": outcome.serial, "type": outcome.kind})
    return _no({"message": text})


def throttled(outcome: Throttled, settings: ThrottleSettings, exact: bool) -> Said:
    """Too many failures from the end user's address: 429."""
    window = _seconds(settings.window.total_seconds())
    text = f"Only {settings.address_failures} failed authentications per {window} seconds are allowed"
    detail = {"message": text if exact else NEUTRAL}
    return Said(False, Authentication.REJECT, detail, _seconds(outcome.wait.total_seconds()), 429)


def user_of(outcome: Outcome) -> User | None:
    """Whom the outcome is about, where it knows."""
    return None if isinstance(outcome, Throttled) else outcome.user


def _yes(detail: Mapping[str, Any] | None) -> Said:
    return Said(True, Authentication.ACCEPT, detail)


def _no(detail: Mapping[str, Any]) -> Said:
    return Said(False, Authentication.REJECT, detail)


def _told(user: User | None, details: ResponseDetails) -> dict[str, Any]:
    """Named one by one: nothing that a directory keeps leaves by itself."""
    if user is None:
        return {}
    told: dict[str, Any] = {}
    if details.user:
        told["user"] = {
            "username": user.login,
            "userid": user.key.uid,
            "givenname": user.given_name,
            "surname": user.family_name,
            "email": user.email,
            "phone": user.phone,
            "realm": user.realm,
            "resolver": user.key.resolver,
        }
    if details.resolver:
        told |= {"user-realm": user.realm, "user-resolver": user.key.resolver}
    return told


def _seconds(seconds: float) -> int:
    return max(1, math.ceil(seconds))
