"""Checking the stored rows against their MACs."""

from __future__ import annotations

from dataclasses import asdict, dataclass

from mfa_engine.audit.record import mac_holds
from mfa_engine.storage.audit import AuditRow, audit_after
from mfa_engine.unit import Runner, View

_BATCH = 1000


@dataclass(frozen=True, slots=True)
class Verified:
    """How many rows were looked at, and the first that was altered (None: all are as written)."""

    rows: int
    first_bad: str | None


def verify(runner: Runner) -> Verified:
    """Walk all rows, oldest first, and stop at the first one that was changed or forged (AUD-01).

    Rows that were deleted leave no trace in a MAC; the signed chain over batches will show those.
    """
    rows, after = 0, ""
    while True:
        batch, bad = _look_at(runner, after)
        if bad is not None:
            return Verified(rows + batch.index(bad), bad.id)
        rows += len(batch)
        if len(batch) < _BATCH:
            return Verified(rows, None)
        after = batch[-1].id


def _look_at(runner: Runner, after: str) -> tuple[tuple[AuditRow, ...], AuditRow | None]:
    """A batch of rows, and the first of them that does not hold."""

    def read(view: View) -> tuple[tuple[AuditRow, ...], AuditRow | None]:
        batch = audit_after(view.connection, after, _BATCH)
        return batch, next((row for row in batch if not mac_holds(view.keyring, asdict(row))), None)

    return runner.look(read)
