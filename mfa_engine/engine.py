"""The Engine: runs reads and transactions, and keeps the compiled configuration.

It is the Runner that every use case is given. What a use case may rely on: a refused attempt that is
*returned* is committed with its counters and its audit row; an exception leaves nothing behind.
"""

from __future__ import annotations

import logging
import secrets
import time
from collections.abc import Callable
from datetime import datetime, timedelta
from typing import TypeVar

from sqlalchemy import Connection
from sqlalchemy.exc import DataError, IntegrityError

from mfa_engine.configuration.rules import Rules, RulesSource
from mfa_engine.configuration.snapshot import Snapshot
from mfa_engine.delivery.outbox import Outbox
from mfa_engine.errors import Busy, DatabaseAway, InDoubt, InvalidField
from mfa_engine.secrets.keyring import Keyring
from mfa_engine.storage.configuration import CONFIGURATION
from mfa_engine.storage.database import Database, DatabaseError, PoolTimeout, connection_lost, try_again
from mfa_engine.unit import Unit, View

log = logging.getLogger(__name__)

T = TypeVar("T")

_ATTEMPTS = 6  # the first one and five repeats
_DATABASE = "The database"


class Engine:
    """Reads, transactions and the snapshot of one installation. Safe for threads."""

    def __init__(
        self,
        *,
        database: Database,
        keyring: Keyring,
        clock: Callable[[], datetime],
        source: RulesSource,
        outbox: Outbox,
        snapshot_max_age: timedelta,
    ) -> None:
        self._database = database
        self._keyring = keyring
        self.now = clock
        self._outbox = outbox
        self._rules = Snapshot[Rules](
            self, CONFIGURATION, snapshot_max_age, lambda _, before: source.load(self, before)
        )

    def look(self, work: Callable[[View], T]) -> T:
        """Run a short read. Raises Unavailable when the database does not answer, and InvalidField for a
        value that none of its columns can hold."""
        began = time.monotonic()
        for attempt in range(_ATTEMPTS):
            try:
                with self._database.reader.connect() as connection:
                    return work(View(connection, self.now(), self._keyring))
            except PoolTimeout as error:
                raise Busy(_DATABASE) from error
            except DataError as error:
                raise _unfit() from error
            except DatabaseError as error:
                if not self._repeats(error, attempt, began):
                    raise _gave_up(error) from error
        raise DatabaseAway(_DATABASE)

    def record(self, work: Callable[[Unit], T]) -> T:
        """Run ``work`` in one transaction and commit it; again, at most five times, when the database
        reports a serialization failure or deadlock (OPS-01). Raises what ``look`` does.

        Raises InDoubt when the connection was lost at COMMIT: never repeated, never a success (OPS-02).
        """
        began = time.monotonic()
        for attempt in range(_ATTEMPTS):
            try:
                unit, result = self._once(work)
            except PoolTimeout as error:
                raise Busy(_DATABASE) from error
            except IntegrityError:
                raise  # a broken constraint is the use case's to explain
            except DataError as error:
                raise _unfit() from error
            except DatabaseError as error:
                if not self._repeats(error, attempt, began):
                    raise _gave_up(error) from error
                time.sleep((2**attempt + secrets.randbelow(8)) / 1000)
                continue
            if unit.posted:
                self._outbox.send_now(self, tuple(unit.posted))
            return result
        raise DatabaseAway(_DATABASE)

    def _once(self, work: Callable[[Unit], T]) -> tuple[Unit, T]:
        with self._database.writer.connect() as connection:
            transaction = connection.begin()
            try:
                unit = Unit(connection, self.now(), self._keyring)
                result = work(unit)
            except BaseException:
                transaction.rollback()
                raise
            self._commit(connection)
            return unit, result

    def _commit(self, connection: Connection) -> None:
        try:
            connection.commit()
        except DatabaseError as error:
            # Nobody rolls back what failed to commit: on SQLite it would hold the only write lock for ever.
            connection.invalidate()
            if try_again(error):
                raise
            raise InDoubt(_DATABASE) from error

    def _repeats(self, error: DatabaseError, attempt: int, began: float) -> bool:
        """Whether the work may succeed when it is done once more. A lost connection tells of a server that
        was restarted; a second one, of a server that is away. Somebody waits for the answer (OPS-05)."""
        if attempt + 1 == _ATTEMPTS or time.monotonic() - began > self._database.patience_seconds:
            return False
        return try_again(error) or (connection_lost(error) and attempt == 0)

    def send_due(self) -> int:
        """Send what waits in the outbox; gives how many went out. For the worker."""
        return self._outbox.send_due(self)

    def after_fork(self) -> None:
        """In the child, before anything else: the connections that it sees are its parent's."""
        self._database.dispose(close=False)

    def rules(self) -> Rules:
        """Policies, realms and resolvers as compiled: memory, no SQL (invariant 4). A copy older than
        ``snapshot_max_age`` is checked by one statement, and compiled anew when the revision moved."""
        return self._rules.current()

    def forget_rules(self) -> None:
        """The writer of a change reads it back before it answers."""
        self._rules.forget()
        self._rules.current()


def _unfit() -> InvalidField:
    """Somebody sent what is no text, or too much of it: that is theirs to mend, and no outage."""
    return InvalidField(
        "request", "holds a value that cannot be kept: a control character, or too long a text"
    )


def _gave_up(error: DatabaseError) -> DatabaseAway:
    log.error("the database failed: %s", type(error.orig).__name__, exc_info=error.orig)
    return DatabaseAway(_DATABASE)
