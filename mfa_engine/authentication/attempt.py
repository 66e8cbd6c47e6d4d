"""What came in, already parsed: one attempt to be recognised by a second factor."""

from __future__ import annotations

from dataclasses import dataclass, field

from mfa_engine.audit.entry import Origin
from mfa_engine.identity.user import User
from mfa_engine.tokentypes.base import Answer


@dataclass(frozen=True, slots=True)
class Attempt:
    """One attempt, from whichever door.

    Either ``login`` (as typed, with an optional ``realm``), or ``user`` (the login flow has found and
    proven the person), or ``serial``. ``code_alone``: what was sent has no PIN in it, because the
    first factor was proven before (the login flow) or the caller says so for one token.
    ``by_stranger``: nobody whom we know asks, so that what comes without a right PIN proves no first
    factor, and locks no token (OTP-07).
    """

    origin: Origin
    answer: Answer = field(repr=False)
    login: str = ""
    realm: str = ""
    user: User | None = None
    serial: str = ""
    transaction_id: str = ""
    code_alone: bool = False
    by_stranger: bool = False
    kinds: frozenset[str] | None = None  # only tokens of these types (None: what policy says)
