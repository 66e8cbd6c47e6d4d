"""What follows from an act on a token, written in the transaction of the act: ended sessions, a mail."""

from __future__ import annotations

from collections.abc import Callable

from mfa_engine.storage.token import TokenRow
from mfa_engine.unit import Unit

Then = Callable[[Unit, TokenRow], None]
"""Given the token as it was before the act: whose it was, and what it was called."""


def nothing(_unit: Unit, _token: TokenRow) -> None:
    """Nothing follows."""
