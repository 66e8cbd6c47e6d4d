"""Proof Key for Code Exchange, S256 alone (RFC 7636)."""

from __future__ import annotations

import hashlib
import hmac
import re

from idp.oidc import base64url

_CHALLENGE = re.compile(r"[A-Za-z0-9_-]{42}[AEIMQUYcgkosw048]")
_VERIFIER = re.compile(r"[A-Za-z0-9._~-]{43,128}")


def is_challenge(text: str) -> bool:
    """Whether ``text`` can be a SHA-256 in base64url, the only challenge that S256 makes."""
    return _CHALLENGE.fullmatch(text) is not None


def verifier_fits(verifier: str | None, challenge: str | None) -> bool:
    """Whether the verifier belongs to the challenge (section 4.6).

    Without a challenge no verifier may come, else somebody took the challenge out on the way.
    """
    if verifier is None or challenge is None:
        return verifier is challenge
    if not _VERIFIER.fullmatch(verifier):
        return False
    return hmac.compare_digest(s256(verifier), challenge)


def s256(verifier: str) -> str:
    """The challenge that belongs to an ASCII verifier (section 4.2)."""
    return base64url.encoded(hashlib.sha256(verifier.encode("ascii")).digest())
