"""How an attempt ended. Expected ends are values, so that their counters and audit rows are committed."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from enum import StrEnum
from typing import Any

from mfa_engine.identity.user import User
from mfa_engine.tokentypes.base import ClientMode
from mfa_engine.tokentypes.worth import Worth


class Reason(StrEnum):
    """Why an attempt was refused: for the audit, and for a caller with the right to know."""

    UNKNOWN_USER = "unknown_user"
    AMBIGUOUS_USER = "ambiguous_user"
    USER_DISABLED = "user_disabled"
    USER_LOCKED = "user_locked"
    NO_TOKEN = "no_token"
    UNKNOWN_TOKEN = "unknown_token"
    WRONG_PASSWORD = "wrong_password"
    WRONG_PIN = "wrong_pin"
    WRONG_CODE = "wrong_code"
    REPLAYED = "otp_replayed"
    LOCKED = "locked"
    CHALLENGE = "challenge"  # unknown, spent, expired, of another token, or too many tries
    CLONED = "cloned"
    USER_NOT_VERIFIED = "user_not_verified"
    MALFORMED = "malformed"
    INTEGRITY = "integrity"


@dataclass(frozen=True, slots=True)
class Matched:
    """The attempt succeeded, and what it is worth."""

    user: User | None
    serial: str
    kind: str
    worth: Worth
    code_length: int | None  # of a code; None when a challenge was answered
    by_challenge: bool = False


@dataclass(frozen=True, slots=True)
class Prompted:
    """One challenge that was opened, as a client shows it."""

    serial: str
    kind: str
    message: str
    mode: ClientMode
    shown: Mapping[str, Any] = field(default_factory=dict)
    expires_at: datetime | None = None


@dataclass(frozen=True, slots=True)
class Challenged:
    """The first factor was right; now one of these is to be answered."""

    user: User | None
    transaction_id: str
    prompts: tuple[Prompted, ...]
    wait: timedelta = timedelta(0)  # a message was held back: the next may be sent after this


@dataclass(frozen=True, slots=True)
class Rejected:
    """The attempt failed. ``serial`` and ``kind`` are set when it was about one token."""

    reason: Reason
    user: User | None = None
    serial: str | None = None
    kind: str | None = None


@dataclass(frozen=True, slots=True)
class PassedWithoutToken:
    """The person has no token, and a policy lets such people in with what they have proven."""

    user: User
    because: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Throttled:
    """Too many failures from this address: nothing was looked at (429 with ``Retry-After``)."""

    wait: timedelta


Outcome = Matched | Challenged | Rejected | PassedWithoutToken | Throttled
