"""The subject identifier by which relying parties know a person (OpenID Connect Core, sections 2 and 8)."""

from __future__ import annotations

import hashlib
import hmac

from idp.oidc import base64url
from mfa_engine.identity.user import UserKey

SUBJECT_BYTES = 16


def public_subject(key: bytes, user: UserKey) -> str:
    """22 characters that are the same for every client, tell nothing, and outlive a change of name.

    Derived from the directory's unique id, which no directory gives to a second person, so nothing
    has to be stored. ``key`` is 32 secret bytes that must never change: with it all accounts at all
    applications would.
    """
    resolver = user.resolver.encode()
    message = len(resolver).to_bytes(4) + resolver + user.uid.encode()
    digest = hmac.digest(key, b"public-subject\x00" + message, hashlib.sha256)
    return base64url.encoded(digest[:SUBJECT_BYTES])
