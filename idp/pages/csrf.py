"""Whether a form that came in is one that we sent to this browser (AUTH-09, WEB-01).

Two independent signs: a token that only the page carries, bound to the transaction or session whose
cookie the browser holds, and what the browser itself says about where the request comes from.
"""

from __future__ import annotations

import base64
import hashlib
import hmac
import secrets
from enum import StrEnum

NONCE_BYTES = 16
TOKEN_BYTES = NONCE_BYTES + hashlib.sha256().digest_size


class Provenance(StrEnum):
    """Where a request comes from, as far as the browser says."""

    OURS = "ours"
    FOREIGN = "foreign"
    UNKNOWN = "unknown"


def issue(key: bytes, binding: bytes) -> str:
    """A token for the forms of one page. Differs each time, so that compression leaks nothing of it.

    ``binding`` is what the browser's cookie stands for: the hash of a transaction or session id.
    """
    nonce = secrets.token_bytes(NONCE_BYTES)
    return base64.urlsafe_b64encode(nonce + seal(key, nonce, binding)).decode()


def fits(key: bytes, binding: bytes, token: str) -> bool:
    """Whether ``token`` was issued for ``binding``; compared in constant time."""
    try:
        raw = base64.b64decode(token.encode("ascii"), altchars=b"-_", validate=True)
    except ValueError:
        return False
    nonce, claimed = raw[:NONCE_BYTES], raw[NONCE_BYTES:]
    return hmac.compare_digest(claimed, seal(key, nonce, binding)) and len(raw) == TOKEN_BYTES


def seal(key: bytes, nonce: bytes, binding: bytes) -> bytes:
    """The keyed hash that a token carries. The nonce has a fixed length, so the parts cannot shift."""
    return hmac.digest(key, b"doorward csrf" + nonce + binding, "sha256")


def provenance(origin: str | None, fetch_site: str | None, own_origin: str) -> Provenance:
    """Reads ``Origin`` and ``Sec-Fetch-Site``; one sign of a foreign page outweighs the other.

    ``own_origin`` is scheme, host and port from the settings, never from the request. ``null`` is
    foreign: sandboxed frames and ``data:`` pages send it.
    """
    if origin is not None and origin != own_origin:
        return Provenance.FOREIGN
    if fetch_site in ("cross-site", "same-site"):
        return Provenance.FOREIGN
    if origin is not None or fetch_site == "same-origin":
        return Provenance.OURS
    return Provenance.UNKNOWN


def form_is_ours(key: bytes, binding: bytes, token: str, where: Provenance) -> bool:
    """The one question of a view that takes a form: right token, and not sent by somebody else's page.

    A browser that says nothing about the origin is let in by the token alone.
    """
    return fits(key, binding, token) and where is not Provenance.FOREIGN
