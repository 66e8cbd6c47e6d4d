"""One-time codes by counter and by time: HOTP (RFC 4226) and TOTP (RFC 6238).

The highest counter or step that was spent is the whole state; a code at or below it never matches
again. Codes come in as ``normalise_code`` leaves them, at every door (threat OTP-02).

Of the two readings of "look-ahead" (RFC 4226, section 7.2), s values after the expected one or s
values in all, the second is used: ten codes are good at a time, not eleven.
"""

from __future__ import annotations

import base64
import hashlib
import hmac
import secrets
from dataclasses import dataclass, field
from datetime import datetime
from enum import StrEnum
from typing import Final

import pyotp

from mfa_engine.errors import InvalidField

NOTHING_SPENT: Final = -1
LOOK_AHEAD: Final = 10
TIME_WINDOW: Final = 1
MAX_DRIFT: Final = 10
HOTP_RESYNC_WINDOW: Final = 1000
TOTP_RESYNC_SECONDS: Final = 600

# Counters are stored in signed 64-bit columns: none above is tried, so none has to be stored.
_MAX_COUNTER: Final = 2**63 - 1
_LONGEST_TYPED_CODE: Final = 64
_MIN_SECRET_BYTES: Final = 16
_MAX_SECRET_BYTES: Final = 128


class HashAlgorithm(StrEnum):
    SHA1 = "sha1"
    SHA256 = "sha256"
    SHA512 = "sha512"


SECRET_BYTES: Final = {HashAlgorithm.SHA1: 20, HashAlgorithm.SHA256: 32, HashAlgorithm.SHA512: 64}


@dataclass(frozen=True, slots=True)
class OathKey:
    """The secret of one token, and how its codes look."""

    secret: bytes = field(repr=False)
    digits: int = 6
    algorithm: HashAlgorithm = HashAlgorithm.SHA1


@dataclass(frozen=True, slots=True)
class TotpMatch:
    """The time step to spend, and the drift to store with it (steps; positive: the device is ahead)."""

    step: int
    drift: int


_DROPPED: Final = str.maketrans("", "", " \t\u00a0-")


def normalise_code(typed: str) -> str | None:
    """The digits of a code as typed, without blanks and hyphens; None when anything else is in it.

    ASCII digits only: signs, digits of other scripts and empty codes are refused, so that a code
    has one spelling when it is compared, and is spent under that one (threats OTP-02, OTP-10).
    """
    if len(typed) > _LONGEST_TYPED_CODE:
        return None
    code = typed.translate(_DROPPED)
    return code if code.isascii() and code.isdigit() else None


def hotp(key: OathKey, counter: int) -> str:
    """The code of ``counter``, which is 0 to 2**64 - 1 (RFC 4226, section 5.3)."""
    mac = hmac.digest(key.secret, counter.to_bytes(8, "big"), key.algorithm.value)
    offset = mac[-1] & 0x0F
    number = int.from_bytes(mac[offset : offset + 4], "big") & 0x7FFFFFFF
    return str(number % 10**key.digits).zfill(key.digits)


def matching_counter(
    key: OathKey, code: str, last_spent: int = NOTHING_SPENT, look_ahead: int = LOOK_AHEAD
) -> int | None:
    """The lowest unspent counter that ``code`` belongs to, or None (RFC 4226, sections 7.2 and 7.4).

    ``look_ahead`` counters are tried, beginning behind ``last_spent``.
    """
    first = last_spent + 1
    return _first_match(key, code, range(first, min(first + look_ahead, _MAX_COUNTER + 1)))


def time_step(now: datetime, period: int) -> int:
    """The number of whole periods (seconds) since 1970 (RFC 6238, section 4.2)."""
    return int(now.timestamp()) // period


def matching_step(
    key: OathKey,
    code: str,
    now: datetime,
    *,
    last_spent: int = NOTHING_SPENT,
    drift: int = 0,
    window: int = TIME_WINDOW,
    period: int = 30,
) -> TotpMatch | None:
    """The unspent time step that ``code`` belongs to, or None (RFC 6238, section 5.2).

    ``window`` steps to either side of the server's step plus ``drift`` are tried; ``period`` is in
    seconds. The drift to store follows the device by one step a match (section 6).
    """
    current = time_step(now, period)
    centre = current + drift
    step = _first_match(key, code, range(max(centre - window, last_spent + 1), centre + window + 1))
    return None if step is None else TotpMatch(step, _followed(drift, step - current))


def resynchronised_counter(key: OathKey, first: str, second: str, last_spent: int) -> int | None:
    """The counter of ``second``, to be spent, when both codes follow each other (RFC 4226, section 7.4).

    The first one is looked for in the 1000 counters behind ``last_spent``. A refusal counts as a
    failed attempt, or this would be a place to guess at (threat OTP-04).
    """
    start = last_spent + 1
    return _second_of_pair(key, first, second, range(start, min(start + HOTP_RESYNC_WINDOW, _MAX_COUNTER)))


def resynchronised_step(
    key: OathKey,
    first: str,
    second: str,
    now: datetime,
    *,
    last_spent: int = NOTHING_SPENT,
    period: int = 30,
) -> TotpMatch | None:
    """The step of ``second``, and the drift it shows, when both codes follow each other.

    The first one is looked for 10 minutes to either side of ``now`` and above ``last_spent``; the
    drift may be larger than what logins alone lead to. A refusal counts as a failed attempt.
    """
    current = time_step(now, period)
    reach = TOTP_RESYNC_SECONDS // period
    candidates = range(max(current - reach, last_spent + 1), current + reach + 1)
    step = _second_of_pair(key, first, second, candidates)
    return None if step is None else TotpMatch(step, step - current)


def _first_match(key: OathKey, code: str, candidates: range) -> int | None:
    # compare_digest takes ASCII text only; whatever else comes in is no code.
    if len(code) != key.digits or not code.isascii():
        return None
    for candidate in candidates:
        if hmac.compare_digest(hotp(key, candidate), code):
            return candidate
    return None


def _second_of_pair(key: OathKey, first: str, second: str, candidates: range) -> int | None:
    if first == second:
        return None
    while (found := _first_match(key, first, candidates)) is not None:
        if _first_match(key, second, range(found + 1, found + 2)) is not None:
            return found + 1
        candidates = range(found + 1, candidates.stop)
    return None


def _followed(drift: int, observed: int) -> int:
    """``drift`` moved by one towards what was observed; never away from 0 beyond ``MAX_DRIFT``."""
    moved = drift + (observed > drift) - (observed < drift)
    return drift if abs(moved) > max(abs(drift), MAX_DRIFT) else moved


def hash_algorithm(name: str) -> HashAlgorithm:
    """The hash of that name. Raises InvalidField for any other, MD5 included (threat OTP-14)."""
    try:
        return HashAlgorithm(name.lower())
    except ValueError as error:
        raise InvalidField("algorithm", "must be sha1, sha256 or sha512") from error


def check_enrolment(key: OathKey, period: int = 30) -> None:
    """Whether such a token may be enrolled: 6 or 8 digits, 30 or 60 s, 128 bits at least.

    Raises InvalidField, which never shows the secret (threat OTP-14; RFC 4226, section 4, R6).
    """
    if key.digits not in (6, 8):
        raise InvalidField("digits", "must be 6 or 8")
    if period not in (30, 60):
        raise InvalidField("period", "must be 30 or 60 seconds")
    if not _MIN_SECRET_BYTES <= len(key.secret) <= _MAX_SECRET_BYTES:
        raise InvalidField("secret", "must have 128 to 1024 bits")


def new_secret(algorithm: HashAlgorithm = HashAlgorithm.SHA1) -> bytes:
    """A seed as long as the hash: 160, 256 or 512 bits (RFC 4226, section 4, R6; RFC 6238, section 5.1)."""
    return secrets.token_bytes(SECRET_BYTES[algorithm])


def base32(secret: bytes) -> str:
    """The seed as people type it into an app: base32 without padding (RFC 4648, section 6)."""
    return base64.b32encode(secret).decode("ascii").rstrip("=")


def hotp_uri(key: OathKey, account: str, issuer: str, counter: int = 0) -> str:
    """The ``otpauth://hotp`` address that a QR code carries. It holds the secret."""
    generator = pyotp.HOTP(base32(key.secret), digits=key.digits, digest=getattr(hashlib, key.algorithm))
    return generator.provisioning_uri(name=account, issuer_name=issuer, initial_count=counter)


def totp_uri(key: OathKey, account: str, issuer: str, period: int = 30) -> str:
    """The ``otpauth://totp`` address that a QR code carries. It holds the secret."""
    digest = getattr(hashlib, key.algorithm)
    generator = pyotp.TOTP(base32(key.secret), digits=key.digits, digest=digest, interval=period)
    return generator.provisioning_uri(name=account, issuer_name=issuer)
