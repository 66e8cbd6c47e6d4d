"""Bearer handles: random values that mean nothing by themselves and are stored as SHA-256 alone.

The prefix says what a handle is for, so that one kind never passes for another (OIDC-07) and
secret scanners recognise a leaked one. Every character counts: a cut or extended handle is another.
"""

from __future__ import annotations

import hashlib
import re
import secrets
from dataclasses import dataclass, field
from enum import StrEnum

_RANDOM = re.compile(r"[A-Za-z0-9_-]{43}")


class HandleKind(StrEnum):
    """Purpose, and prefix."""

    AUTHORIZATION_CODE = "dwc_"
    ACCESS_TOKEN = "dwa_"


@dataclass(frozen=True, slots=True)
class Handle:
    """A new handle: ``value`` goes out, ``digest`` (SHA-256 in hexadecimal) is stored."""

    value: str = field(repr=False)
    digest: str = field(repr=False)


def new_handle(kind: HandleKind) -> Handle:
    """256 random bits under the prefix of ``kind``."""
    value = kind + secrets.token_urlsafe(32)
    return Handle(value, hashlib.sha256(value.encode()).hexdigest())


def handle_digest(kind: HandleKind, presented: str) -> str | None:
    """Under which digest ``presented`` would be stored; None when it cannot be of that kind."""
    if not presented.startswith(kind) or not _RANDOM.fullmatch(presented, len(kind)):
        return None
    return hashlib.sha256(presented.encode()).hexdigest()
