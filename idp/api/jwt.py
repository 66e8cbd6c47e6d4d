"""The tokens that ``/auth`` gives: JWTs (RFC 7519) that only Doorward makes and reads.

HS256, and nothing else is ever tried. They are opaque to clients but for ``exp`` and ``role``. What one
is good for is looked up again at each use; it says only whose it is.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import StrEnum
from typing import Any

import msgspec
from joserfc import jwt
from joserfc.errors import JoseError
from joserfc.jwk import OctKey

from mfa_engine.secrets.keyring import Keyring

LIFE = timedelta(hours=1)
_ALGORITHM = "HS256"
_LONGEST = 8192
_PURPOSE = "api-jwt"


class Role(StrEnum):
    """As clients read it: some look for ``admin`` anywhere in the answer."""

    ADMIN = "admin"
    USER = "user"


class Holder(StrEnum):
    """What kind of principal the token is for."""

    SERVICE_ACCOUNT = "service"
    PERSON = "person"


@dataclass(frozen=True, slots=True)
class Claims:
    """What a token says. ``resolver`` and ``uid`` are a person's key; ``mark`` is the state of the service
    account that it was given to. ``iat`` and ``exp`` in seconds since 1970."""

    username: str
    realm: str
    role: Role
    authtype: str
    rights: tuple[str, ...]
    nonce: str
    holder: Holder
    iat: int
    exp: int
    resolver: str = ""
    uid: str = ""
    mark: str = ""


class NotOurs(Exception):
    """It is no token of ours."""


class Expired(Exception):
    """It was one."""


def issue(keyring: Keyring, claims: Claims) -> str:
    """The signed token."""
    version = keyring.newest
    header = {"alg": _ALGORITHM, "typ": "JWT", "kid": str(version)}
    key = OctKey.import_key(keyring.key(_PURPOSE, version))
    return jwt.encode(header, msgspec.to_builtins(claims), key, algorithms=[_ALGORITHM])


def read(keyring: Keyring, token: str, now: datetime) -> Claims:
    """What it says. Raises NotOurs and Expired, in this order."""
    if len(token) > _LONGEST or token.count(".") != 2:
        raise NotOurs

    def find_key(found: Any) -> OctKey:
        version = found.headers().get("kid")
        if not isinstance(version, str) or not version.isdecimal() or len(version) > 9:
            raise NotOurs
        return OctKey.import_key(keyring.key(_PURPOSE, int(version)))

    try:
        decoded = jwt.decode(token, find_key, algorithms=[_ALGORITHM])
        claims = msgspec.convert(decoded.claims, Claims)
    except (JoseError, ValueError, KeyError, TypeError):
        raise NotOurs from None
    if now.timestamp() >= claims.exp:
        raise Expired
    return claims
