"""Reading a token with its secret for an act on it."""

from __future__ import annotations

from collections.abc import Callable

from mfa_engine import audit
from mfa_engine.audit import Entry, Origin
from mfa_engine.errors import IntegrityFailure
from mfa_engine.lifecycle.whom import owner
from mfa_engine.storage.token import TokenRow
from mfa_engine.tokentypes.base import Token
from mfa_engine.tokentypes.opening import opened
from mfa_engine.unit import Runner, View


def open_found(runner: Runner, origin: Origin, find: Callable[[View], TokenRow]) -> Token:
    """The token that ``find`` gives, whose exceptions pass through.

    Raises IntegrityFailure, audited, when its secret does not open in its place (KEY-02).
    """
    found: list[TokenRow] = []

    def read(view: View) -> Token:
        found.append(find(view))
        return opened(view.keyring, found[-1])

    try:
        return runner.look(read)
    except IntegrityFailure:
        runner.record(lambda unit: audit.record(unit, origin, broken(found[-1])))
        raise


def broken(row: TokenRow) -> Entry:
    """The audit row of a secret that does not open: swapped, altered, or sealed by another key."""
    return Entry("key.integrity", False, "secret", owner(row), row.serial, {"kind": row.kind})
