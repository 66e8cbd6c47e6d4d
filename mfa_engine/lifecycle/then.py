"""What follows from an act on a token, written in the transaction of the act: ended sessions, a mail."""

from __future__ import annotations

from collections.abc import Callable

from mfa_engine.unit import Unit

Then = Callable[[Unit], None]


def nothing(_unit: Unit) -> None:
    """Nothing follows."""
