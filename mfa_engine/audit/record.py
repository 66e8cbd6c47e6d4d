"""Writing an audit row: escaped, and under a keyed MAC that the database's owner cannot make."""

from __future__ import annotations

import hmac
import secrets
from collections.abc import Mapping
from datetime import datetime
from typing import Any

import msgspec

from mfa_engine.audit.entry import Entry, Origin
from mfa_engine.secrets.keyring import Keyring
from mfa_engine.storage.audit import insert_audit
from mfa_engine.unit import Unit

_VERSION_BYTES = 4
_LONGEST = 1000


def record(unit: Unit, origin: Origin, entry: Entry) -> str:
    """Write one row in the unit's transaction and give its id. An act that cannot be audited does not
    happen: whatever goes wrong here undoes the act with it (AUD-03)."""
    values: dict[str, Any] = {
        "id": f"{int(unit.now.timestamp() * 1_000_000):016x}{secrets.token_hex(8)}",
        "at": unit.now,
        "event": entry.event,
        "success": entry.success,
        "reason": entry.reason,
        "actor": printable(origin.actor),
        "resolver": entry.subject.resolver,
        "uid": entry.subject.uid,
        "subject": printable(entry.subject.login),
        "realm": printable(entry.subject.realm),
        "serial": entry.serial,
        "application": printable(origin.application),
        "address": printable(origin.address)[:60],
        "request_id": printable(origin.request_id)[:40],
        "details": {name: _plain(value) for name, value in entry.details.items()},
    }
    values["mac"] = mac(unit.keyring, values)
    insert_audit(unit.connection, values)
    return str(values["id"])


def mac(keyring: Keyring, values: Mapping[str, Any], version: int | None = None) -> bytes:
    """The key version and HMAC-SHA-256 over all columns but the MAC, in one canonical form."""
    version = keyring.newest if version is None else version
    content = {name: _canonical(value) for name, value in values.items() if name != "mac"}
    text = msgspec.json.encode(content, order="deterministic")
    return version.to_bytes(_VERSION_BYTES) + hmac.digest(keyring.key("audit", version), text, "sha256")


def mac_holds(keyring: Keyring, values: Mapping[str, Any]) -> bool:
    """Whether a stored row is as it was written."""
    stored = bytes(values["mac"])
    try:
        expected = mac(keyring, values, int.from_bytes(stored[:_VERSION_BYTES]))
    except KeyError:
        return False
    return hmac.compare_digest(stored, expected)


def printable(text: str) -> str:
    """One line, whatever was sent: control characters and direction marks escaped, cut short (AUD-04)."""
    if len(text) <= _LONGEST and text.isprintable():
        return text
    shown = "".join(c if c.isprintable() else c.encode("unicode_escape").decode() for c in text[:_LONGEST])
    return shown if len(text) <= _LONGEST else shown + "…"


def _plain(value: object) -> object:
    if isinstance(value, str):
        return printable(value)
    if value is None or isinstance(value, bool | int | float):
        return value
    if isinstance(value, list | tuple | set | frozenset):
        items = [_plain(item) for item in value]
        return sorted(items, key=str) if isinstance(value, set | frozenset) else items
    return printable(str(value))


def _canonical(value: Any) -> Any:
    return value.isoformat() if isinstance(value, datetime) else value
