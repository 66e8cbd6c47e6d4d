"""What the browser says it signed for (WebAuthn, sections 5.8.1, 7.1 and 7.2)."""

from __future__ import annotations

import base64
import hmac
import json
from collections.abc import Collection
from typing import Final

from mfa_engine.algorithms.webauthn.errors import CeremonyRefused, Reason, malformed

CREATE: Final = "webauthn.create"
GET: Final = "webauthn.get"
_MAX_BYTES: Final = 16_384


def check_client_data(raw: bytes, ceremony: str, challenge: bytes, origins: Collection[str]) -> None:
    """That ``raw`` answers ``challenge`` in this ceremony, on one of exactly these origins.

    A page framed by another site is refused. Raises CeremonyRefused.
    """
    data = _read(raw)
    if _text(data, "type") != ceremony:
        raise CeremonyRefused(Reason.TYPE, f"the answer is not one to {ceremony}")
    # The text is compared, not its bytes, so that a challenge has one spelling.
    expected = base64.urlsafe_b64encode(challenge).rstrip(b"=")
    if not hmac.compare_digest(_text(data, "challenge").encode(), expected):
        raise CeremonyRefused(Reason.CHALLENGE, "the answer is not one to this challenge")
    if _text(data, "origin") not in origins:
        raise CeremonyRefused(Reason.ORIGIN, "the answer comes from a page that is not ours")
    if data.get("crossOrigin", False) is not False or "topOrigin" in data:
        raise CeremonyRefused(Reason.CROSS_ORIGIN, "the page was framed by another site")


def _read(raw: bytes) -> dict[str, object]:
    if len(raw) > _MAX_BYTES:
        raise malformed(f"clientDataJSON of more than {_MAX_BYTES} bytes")
    try:
        data = json.loads(raw.decode("utf-8"), object_pairs_hook=_members)
    except (ValueError, RecursionError) as error:
        raise malformed("clientDataJSON is not JSON in UTF-8 with each member once") from error
    if not isinstance(data, dict):
        raise malformed("clientDataJSON is not an object")
    return data


def _members(pairs: list[tuple[str, object]]) -> dict[str, object]:
    members = dict(pairs)
    if len(members) != len(pairs):
        raise ValueError("a member stands twice")
    return members


def _text(data: dict[str, object], name: str) -> str:
    value = data.get(name)
    # A lone surrogate, which JSON can spell, is no text that could be encoded again.
    if not isinstance(value, str) or not value.isascii():
        raise malformed(f"clientDataJSON has no usable {name}")
    return value
