"""JWTs that others hand us, read strictly: the one place where a compact JWS is taken apart.

joserfc verifies; what it lets pass is refused here first (empty or standard ``crit``, members given
twice, unknown ``kid``, byte order marks, dates like 1e300). The algorithm comes from the key, never
from the header, and keys named in a header are not looked at, let alone fetched (RFC 7515, RFC 7519,
RFC 8725). Issuer, audience and the like are the caller's to judge.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from datetime import datetime, timedelta

from joserfc import jws
from joserfc.errors import JoseError
from joserfc.jwk import ECKey, RSAKey

from idp.oidc import base64url
from idp.oidc.strict_json import AmbiguousJson, strict_object
from mfa_engine.errors import DoorwardError

MAX_TOKEN = 16 * 1024  # characters
SKEW = timedelta(seconds=30)

_REFUSED_HEADERS = ("crit", "b64", "zip")
_LATEST_DATE = 253_402_300_799  # the last second of the year 9999


@dataclass
class InvalidJwt(DoorwardError):
    """The token proves nothing. ``reason`` is for the log and the audit; it repeats no input."""

    reason: str

    def __str__(self) -> str:
        return f"the token is not valid: {self.reason}"


class UnusableKey(DoorwardError):
    """The key may not verify anything under this algorithm."""


@dataclass(frozen=True, slots=True)
class TrustedKey:
    """A public key with the one algorithm that it verifies, made by ``trusted_key``."""

    kid: str | None
    algorithm: str
    key: RSAKey | ECKey = field(repr=False)
    registry: jws.JWSRegistry = field(repr=False)


def trusted_key(algorithm: str, key: object, kid: str | None) -> TrustedKey:
    """``key`` for exactly this algorithm. Raises UnusableKey.

    Only public-key algorithms exist here: neither ``none`` nor an HMAC keyed with public bytes can
    be configured, whatever a registration says (RFC 8725, section 3.1).
    """
    fits = (algorithm == "RS256" and isinstance(key, RSAKey) and key.public_key.key_size >= 2048) or (
        algorithm == "ES256" and isinstance(key, ECKey) and key.curve_name == "P-256"
    )
    if not fits or not isinstance(key, RSAKey | ECKey):
        raise UnusableKey(f"{algorithm}: needs an RSA key of 2048 bits for RS256 or a P-256 key for ES256")
    registry = jws.JWSRegistry(algorithms=[algorithm], strict_check_header=False)
    registry.max_header_length = MAX_TOKEN
    return TrustedKey(kid, algorithm, key, registry)


def verified_claims(token: str, keys: Iterable[TrustedKey], *, typ: str = "JWT") -> Mapping[str, object]:
    """The claims of a compact JWS that one of ``keys`` signed. Raises InvalidJwt.

    A ``kid`` selects among known ones and nothing else; without it each fitting key is tried. A
    header ``typ`` other than ``typ`` marks a token made for something else (RFC 8725, section 3.11).
    Dates are not judged: see ``check_dates``.
    """
    if len(token) > MAX_TOKEN:
        raise InvalidJwt("too long")
    segments = token.split(".")
    if len(segments) != 3 or not all(segments):
        raise InvalidJwt("not three segments")
    raw_header, raw_claims, _ = (_decoded(segment) for segment in segments)
    header = _object(raw_header)
    if any(name in header for name in _REFUSED_HEADERS):
        raise InvalidJwt("a header member asks for what is not done here")
    if header.get("typ", typ) != typ:
        raise InvalidJwt("made for another purpose")
    if not any(_signed_by(token, key) for key in _candidates(header, keys)):
        raise InvalidJwt("no known key signed it")
    return _object(raw_claims)


def _decoded(segment: str) -> bytes:
    try:
        return base64url.decoded(segment)
    except ValueError as error:
        raise InvalidJwt("not base64url") from error


def _object(part: bytes) -> dict[str, object]:
    try:
        return strict_object(part)
    except AmbiguousJson as error:
        raise InvalidJwt("a part is not a strict JSON object") from error


def _candidates(header: Mapping[str, object], keys: Iterable[TrustedKey]) -> list[TrustedKey]:
    algorithm, kid = header.get("alg"), header.get("kid")
    if "kid" in header and not isinstance(kid, str):
        raise InvalidJwt("kid is not a text")
    return [key for key in keys if key.algorithm == algorithm and kid in (None, key.kid)]


def _signed_by(token: str, key: TrustedKey) -> bool:
    try:
        jws.deserialize_compact(token, key.key, registry=key.registry)
    except (JoseError, ValueError):
        return False
    return True


def check_dates(
    claims: Mapping[str, object], now: datetime, *, expiry: bool = True, skew: timedelta = SKEW
) -> None:
    """Raise InvalidJwt unless ``exp`` is ahead, and ``iat`` and ``nbf``, where given, are not.

    With ``expiry=False`` an expired token passes, but its ``exp`` must still be a date (RFC 7519, 4.1).
    """
    expires, not_before, issued = (date_claim(claims, name) for name in ("exp", "nbf", "iat"))
    if expires is None:
        raise InvalidJwt("exp is missing")
    seconds, leeway = now.timestamp(), skew.total_seconds()
    if expiry and expires + leeway <= seconds:
        raise InvalidJwt("expired")
    if max(not_before or 0, issued or 0) > seconds + leeway:
        raise InvalidJwt("not valid yet")


def date_claim(claims: Mapping[str, object], name: str) -> float | None:
    """A NumericDate in Unix seconds, or None when absent. Raises InvalidJwt for any other thing."""
    if name not in claims:
        return None
    value = claims[name]
    if isinstance(value, bool) or not isinstance(value, int | float):
        raise InvalidJwt(f"{name} is not a number")
    if not 0 <= value <= _LATEST_DATE:  # NaN and infinity fail this too
        raise InvalidJwt(f"{name} is not a date")
    return value
