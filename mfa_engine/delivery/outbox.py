"""The outbox: post in the unit, send right after COMMIT, retry from the worker until it is too late."""

from __future__ import annotations

import logging
import secrets
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import timedelta
from typing import Protocol

import msgspec

from mfa_engine.errors import IntegrityFailure, Unavailable
from mfa_engine.secrets.sealed import seal, unseal
from mfa_engine.storage.outbox import OutboxRow, claim, delete_messages, due_messages, insert_message
from mfa_engine.unit import Runner, Unit

log = logging.getLogger(__name__)

_LEASE = timedelta(seconds=30)  # how long a sender may take before another tries
_LONGEST_PAUSE = timedelta(minutes=10)


@dataclass(frozen=True, slots=True)
class Message:
    """What is to be carried. ``content`` may hold a code: it is sealed while it waits."""

    kind: str  # which carrier: "email"
    content: Mapping[str, str] = field(repr=False)
    keep_trying: timedelta = timedelta(minutes=5)  # a code is worth nothing when it is too old


class CarrierFailed(Exception):
    """The far end did not take the message. The text has no content of it."""


class Carrier(Protocol):
    """Carries one kind of message. Asked with no transaction open."""

    def carry(self, content: Mapping[str, str]) -> None:
        """Hand the message over. Raises CarrierFailed."""
        ...


def post(unit: Unit, message: Message) -> None:
    """Put ``message`` into the outbox, in the transaction of the act that causes it."""
    message_id = secrets.token_hex(16)
    insert_message(
        unit.connection,
        {
            "id": message_id,
            "kind": message.kind,
            "body": seal(
                unit.keyring, "outbox", "body", message_id, msgspec.json.encode(dict(message.content))
            ),
            "attempts": 1,
            "due_at": unit.now + _LEASE,  # the request itself tries first
            "give_up_at": unit.now + message.keep_trying,
        },
    )
    unit.posted.append((message_id, message.kind, dict(message.content)))


class Outbox:
    """Sends what was posted, by the carrier of its kind."""

    def __init__(self, carriers: Mapping[str, Carrier]) -> None:
        self._carriers = carriers

    def send_now(self, runner: Runner, posted: Sequence[tuple[str, str, Mapping[str, str]]]) -> None:
        """The request's own first try, after COMMIT. What fails stays for the worker, and undoes nothing:
        the act is done."""
        sent = [message_id for message_id, kind, content in posted if self._carried(kind, content)]
        if not sent:
            return
        try:
            runner.record(lambda unit: delete_messages(unit.connection, sent))
        except Unavailable:
            log.warning("%d messages were sent and could not be taken out: they will go again", len(sent))

    def send_due(self, runner: Runner, limit: int = 20) -> int:
        """Send what waits, each taken by a lease first; gives how many went out."""
        now = runner.now()
        rows = runner.look(lambda view: due_messages(view.connection, now, limit))
        return sum(self._send(runner, row) for row in rows)

    def _send(self, runner: Runner, row: OutboxRow) -> bool:
        now = runner.now()
        pause = min(_LEASE * 2**row.attempts, _LONGEST_PAUSE)
        if not runner.record(lambda unit: claim(unit.connection, row.id, now, now + pause)):
            return False
        content = self._open(runner, row) if now < row.give_up_at else None
        sent = content is not None and self._carried(row.kind, content)
        if sent or content is None:
            runner.record(lambda unit: delete_messages(unit.connection, [row.id]))
        return sent

    def _open(self, runner: Runner, row: OutboxRow) -> Mapping[str, str] | None:
        """None when the message does not open in its place: it is not what was posted (KEY-02)."""
        try:
            body = runner.look(lambda view: unseal(view.keyring, "outbox", "body", row.id, row.body))
        except IntegrityFailure as error:
            log.error("a waiting message is thrown away: %s", error)
            return None
        return msgspec.json.decode(body, type=dict[str, str])

    def _carried(self, kind: str, content: Mapping[str, str]) -> bool:
        try:
            self._carrier(kind).carry(content)
        except CarrierFailed as error:
            log.warning("a message by %s could not be sent: %s", kind, error)
            return False
        return True

    def _carrier(self, kind: str) -> Carrier:
        carrier = self._carriers.get(kind)
        if carrier is None:
            raise CarrierFailed("nothing is set that carries it")
        return carrier
