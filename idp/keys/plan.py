"""What a rotation does, decided without I/O: no published step breaks what was signed before."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime, timedelta

from idp.keys.signing_key import KeyState, SigningKey
from mfa_engine.errors import Conflict

PUBLISHED_BEFORE_USE = timedelta(days=7)  # partners fetch again within this time (SAML-24)


@dataclass(frozen=True, slots=True)
class Move:
    """One key goes to another state; None: it is removed from what is published."""

    kid: str
    state: KeyState


def promote(keys: Iterable[SigningKey], now: datetime, *, at_once: bool = False) -> tuple[Move, ...]:
    """The published next key becomes the active one, and the active one retires (JOSE-08).

    Raises Conflict when there is no next key, or when it was published less than seven days ago and
    ``at_once`` is not set.
    """
    known = list(keys)
    coming = [key for key in known if key.state is KeyState.NEXT]
    if not coming:
        raise Conflict("there is no next key: publish one first, with `doorward keys publish`")
    if not at_once and coming[0].state_since + PUBLISHED_BEFORE_USE > now:
        raise Conflict("the next key was published less than 7 days ago: partners may not know it yet")
    retiring = [Move(key.kid, KeyState.RETIRED) for key in known if key.state is KeyState.ACTIVE]
    return (*retiring, Move(coming[0].kid, KeyState.ACTIVE))
