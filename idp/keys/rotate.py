"""Moving signing keys through their life: publish the next one, then sign with it."""

from __future__ import annotations

from idp.keys.plan import Move, promote
from idp.keys.signing_key import KeyState, SigningKey, make_signing_key
from idp.keys.snapshot import REVISION, KeySource
from idp.storage.signing_key import SigningKeyRow, insert_signing_key, move_signing_key
from mfa_engine import audit
from mfa_engine.audit import Entry, Origin
from mfa_engine.errors import Conflict
from mfa_engine.secrets.keyring import Keyring
from mfa_engine.storage.configuration import move_revision
from mfa_engine.unit import Runner, Unit


def publish_next(
    runner: Runner, keys: KeySource, keyring: Keyring, origin: Origin, protocol: str, subject: str, bits: int
) -> str:
    """Make the next key and tell partners of it; gives its kid. Raises Conflict when one is waiting."""
    if any(key.state is KeyState.NEXT for key in keys.current().published(protocol)):
        raise Conflict(f"a next key for {protocol} is published already: promote it first")
    row = make_signing_key(keyring, protocol, KeyState.NEXT, subject, runner.now(), bits)
    runner.record(lambda unit: _publish(unit, origin, row))
    keys.forget()
    return row.kid


def promote_next(
    runner: Runner, keys: KeySource, origin: Origin, protocol: str, *, at_once: bool = False
) -> tuple[Move, ...]:
    """Sign with the next key from now on; the old one stays published. Raises Conflict."""
    moves = promote(_of(keys, protocol), runner.now(), at_once=at_once)
    runner.record(lambda unit: _move(unit, origin, protocol, moves))
    keys.forget()
    return moves


def _of(keys: KeySource, protocol: str) -> tuple[SigningKey, ...]:
    return keys.current().published(protocol)


def _publish(unit: Unit, origin: Origin, row: SigningKeyRow) -> None:
    move_revision(unit.connection, REVISION)
    insert_signing_key(unit.connection, row)
    audit.record(unit, origin, Entry("key.publish", True, details={"kid": row.kid, "protocol": row.protocol}))


def _move(unit: Unit, origin: Origin, protocol: str, moves: tuple[Move, ...]) -> None:
    move_revision(unit.connection, REVISION)
    for move in moves:
        move_signing_key(unit.connection, move.kid, move.state, unit.now)
    states = {move.kid: move.state.value for move in moves}
    audit.record(
        unit, origin, Entry("key.promote", True, details={"protocol": protocol, "states": str(states)})
    )
