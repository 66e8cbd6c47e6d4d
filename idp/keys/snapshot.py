"""All signing keys in memory, as of one revision: signing and publishing cost no SQL."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import timedelta

from sqlalchemy import Connection

from idp.keys.signing_key import KeyState, SigningKey, make_signing_key, open_signing_key
from idp.storage.signing_key import SigningKeyRow, all_signing_keys, insert_signing_key
from mfa_engine.configuration.snapshot import Snapshot
from mfa_engine.errors import Unavailable
from mfa_engine.secrets.keyring import Keyring
from mfa_engine.storage.configuration import move_revision
from mfa_engine.unit import Runner, Unit, View

REVISION = "keys"


@dataclass(frozen=True, slots=True)
class SigningKeys:
    """Every key, by protocol and state."""

    revision: int
    keys: tuple[SigningKey, ...]

    def active(self, protocol: str) -> SigningKey:
        """The key to sign with. Raises Unavailable when there is none."""
        for key in self.keys:
            if key.protocol == protocol and key.state is KeyState.ACTIVE:
                return key
        raise Unavailable(f"The signing key for {protocol}")

    def published(self, protocol: str) -> tuple[SigningKey, ...]:
        """All keys that partners are told of, the active one first."""
        of_protocol = (key for key in self.keys if key.protocol == protocol)
        return tuple(sorted(of_protocol, key=lambda key: (key.state is not KeyState.ACTIVE, key.state_since)))


class KeySource:
    """Keeps the snapshot: asks for its revision when it is older than ``max_age``. Safe for threads."""

    def __init__(self, runner: Runner, max_age: timedelta) -> None:
        self._keys = Snapshot[SigningKeys](
            runner, REVISION, max_age, lambda revision, _: runner.look(lambda view: _read(view, revision))
        )

    def current(self) -> SigningKeys:
        """The keys as of now, at most ``max_age`` old."""
        return self._keys.current()

    def forget(self) -> None:
        """Whoever changed a key reads it back before answering."""
        self._keys.forget()


def _read(view: View, revision: int) -> SigningKeys:
    rows = all_signing_keys(view.connection)
    return SigningKeys(revision, tuple(open_signing_key(view.keyring, row) for row in rows))


def make_missing_key(runner: Runner, keyring: Keyring, protocol: str, subject: str, bits: int) -> None:
    """At the first start: an active key for ``protocol``. Of two nodes that start at once one stores."""
    if not runner.look(lambda view: _has_active(view.connection, protocol)):
        row = make_signing_key(keyring, protocol, KeyState.ACTIVE, subject, runner.now(), bits)
        runner.record(lambda unit: _store_if_missing(unit, row))


def _store_if_missing(unit: Unit, row: SigningKeyRow) -> None:
    move_revision(unit.connection, REVISION)  # locks the row: the other node waits here
    if not _has_active(unit.connection, row.protocol):
        insert_signing_key(unit.connection, row)


def _has_active(connection: Connection, protocol: str) -> bool:
    rows = all_signing_keys(connection)
    return any(row.protocol == protocol and row.state == KeyState.ACTIVE for row in rows)
