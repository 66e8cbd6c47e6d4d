"""base64url without padding (RFC 7515, section 2), written one way and read in that one way only."""

from __future__ import annotations

import base64
import re

# Whole groups of four, then a rest whose unused bits are zero: two texts never mean the same bytes.
_CANONICAL = re.compile(r"(?:[A-Za-z0-9_-]{4})*(?:[A-Za-z0-9_-][AQgw]|[A-Za-z0-9_-]{2}[AEIMQUYcgkosw048])?")


def encoded(data: bytes) -> str:
    """``data`` as text."""
    return base64.urlsafe_b64encode(data).rstrip(b"=").decode()


def decoded(text: str) -> bytes:
    """The bytes of ``text``. Raises ValueError for anything that ``encoded`` would not have written."""
    if not _CANONICAL.fullmatch(text):
        raise ValueError("not canonical base64url")
    return base64.urlsafe_b64decode(text + "=" * (-len(text) % 4))
