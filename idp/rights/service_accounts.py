"""Service accounts: applications that validate or administer by the wire API.

An account has named rights, realms and networks, a random key that is shown once, and no pages.
"""

from __future__ import annotations

import hashlib
import hmac
import ipaddress
import re
import secrets
from collections.abc import Iterable
from dataclasses import dataclass, field

from sqlalchemy.exc import IntegrityError

from idp.rights import denial
from idp.rights.catalogue import Right, read_rights
from idp.rights.principal import Principal, service_account
from idp.rights.scope import read_realms
from idp.storage.principal import (
    ServiceAccountRow,
    change_service_account,
    delete_service_account,
    insert_service_account,
    list_service_accounts,
    read_service_account,
)
from mfa_engine import audit
from mfa_engine.audit import Entry, Origin
from mfa_engine.configuration.rules import Rules
from mfa_engine.engine import Engine
from mfa_engine.errors import Conflict, InvalidField, NotFound
from mfa_engine.storage.configuration import move_revision
from mfa_engine.unit import Runner, Unit

KEY_PREFIX = "dwsa_"
"""Of every key, so that none is ever mistaken for a person's password and asked of a directory."""

_NAME = re.compile(r"[A-Za-z0-9](?:[A-Za-z0-9._-]{1,58}[A-Za-z0-9])")
_NO_HASH = hashlib.sha256(b"").hexdigest()


@dataclass(frozen=True, slots=True)
class Wanted:
    """The account that is wanted. ``networks`` as addresses or CIDR; none: it may call from anywhere."""

    name: str
    rights: tuple[str, ...] = ()
    realms: tuple[str, ...] = ()
    networks: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Created:
    """The account and its key, which cannot be shown again."""

    name: str
    key: str = field(repr=False)


def all_service_accounts(runner: Runner, by: Principal) -> tuple[ServiceAccountRow, ...]:
    """All of them, by name. Raises Denied."""
    if not by.may(Right.SERVICE_ACCOUNT_READ):
        raise denial.missing(Right.SERVICE_ACCOUNT_READ)
    return runner.look(lambda view: list_service_accounts(view.connection))


def create_service_account(
    engine: Engine, rules: Rules, by: Principal, origin: Origin, wanted: Wanted
) -> Created:
    """Store a new account, enabled. Raises InvalidField, Conflict when the name is taken, and Denied:
    nobody gives an account more than they hold."""
    rights = read_rights(wanted.rights)
    realms, networks = read_realms(rules, wanted.realms), _networks(wanted.networks)
    if not _NAME.fullmatch(wanted.name):
        raise InvalidField("name", "give 3 to 60 letters, digits, hyphens, dots or underscores")
    if Right.RECOGNISED_BY_ADDRESS in rights and not networks:
        raise InvalidField("networks", "an account that is recognised by its network needs one")
    if not by.may(Right.SERVICE_ACCOUNT_WRITE) or not by.covers(rights, realms):
        raise denial.missing(Right.SERVICE_ACCOUNT_WRITE)
    key = KEY_PREFIX + secrets.token_urlsafe(32)

    def store(unit: Unit) -> None:
        move_revision(unit.connection)
        row = ServiceAccountRow(
            wanted.name, _hash(key), sorted(rights), list(realms), list(networks), True, unit.now
        )
        insert_service_account(unit.connection, row)
        details = {"account": row.name, "rights": row.rights, "realms": row.realms, "networks": row.networks}
        audit.record(unit, origin, Entry("admin.service_account.create", True, details=details))

    try:
        engine.record(store)
    except IntegrityError:
        raise Conflict(f"there is a service account '{wanted.name}' already") from None
    engine.forget_rules()
    return Created(wanted.name, key)


def enable_service_account(engine: Engine, by: Principal, origin: Origin, name: str) -> None:
    """Let the account call again. Raises NotFound, and Denied when it may more than ``by``."""
    row = engine.look(lambda view: read_service_account(view.connection, name))
    if row is not None:
        account = service_account(row)
        if not by.covers(account.rights, account.realms):
            raise denial.missing(Right.SERVICE_ACCOUNT_WRITE)
    _set_enabled(engine, by, origin, name, enabled=True)


def disable_service_account(engine: Engine, by: Principal, origin: Origin, name: str) -> None:
    """The account, and every login that it holds, is worth nothing from now on. Raises NotFound, Denied."""
    _set_enabled(engine, by, origin, name, enabled=False)


def remove_service_account(engine: Engine, by: Principal, origin: Origin, name: str) -> None:
    """Forget the account. Raises NotFound, Denied."""
    _check_may_change(by)

    def remove(unit: Unit) -> None:
        move_revision(unit.connection)
        if not delete_service_account(unit.connection, name):
            raise NotFound("service account", name)
        audit.record(unit, origin, Entry("admin.service_account.delete", True, details={"account": name}))

    engine.record(remove)
    engine.forget_rules()


def key_is_right(account: ServiceAccountRow | None, key: str) -> bool:
    """Whether this is the account's key and the account is enabled. The same work without an account."""
    stored = _NO_HASH if account is None else account.secret_hash
    same = hmac.compare_digest(stored, _hash(key))
    return same and account is not None and account.enabled


def may_call_from(account: ServiceAccountRow, address: str) -> bool:
    """Whether ``address`` is in one of the account's networks, or it has none."""
    return not account.networks or prefix_length(account, address) is not None


def prefix_length(account: ServiceAccountRow, address: str) -> int | None:
    """The length of the narrowest network of the account that ``address`` is in; None: in none."""
    try:
        parsed = ipaddress.ip_address(address)
    except ValueError:
        return None
    if isinstance(parsed, ipaddress.IPv6Address) and parsed.ipv4_mapped:
        parsed = parsed.ipv4_mapped
    networks = map(ipaddress.ip_network, account.networks)
    return max((net.prefixlen for net in networks if parsed in net), default=None)


def mark_of(account: ServiceAccountRow) -> str:
    """Changes with anything that the account may do or is known by: what it was given before is void."""
    facts = [
        account.name,
        account.secret_hash,
        *account.rights,
        "",
        *account.realms,
        "",
        *account.networks,
        account.created_at.isoformat(),
    ]
    return _hash("\n".join(facts))[:32]


def _set_enabled(engine: Engine, by: Principal, origin: Origin, name: str, *, enabled: bool) -> None:
    _check_may_change(by)

    def change(unit: Unit) -> None:
        move_revision(unit.connection)
        if not change_service_account(unit.connection, name, {"enabled": enabled}):
            raise NotFound("service account", name)
        event = "admin.service_account.enable" if enabled else "admin.service_account.disable"
        audit.record(unit, origin, Entry(event, True, details={"account": name}))

    engine.record(change)
    engine.forget_rules()


def _check_may_change(by: Principal) -> None:
    if not by.may(Right.SERVICE_ACCOUNT_WRITE):
        raise denial.missing(Right.SERVICE_ACCOUNT_WRITE)


def _networks(texts: Iterable[str]) -> tuple[str, ...]:
    networks = []
    for text in texts:
        try:
            networks.append(str(ipaddress.ip_network(text.strip(), strict=False)))
        except ValueError:
            raise InvalidField("networks", "give addresses or networks like 192.0.2.0/24") from None
    return tuple(networks)


def _hash(key: str) -> str:
    return hashlib.sha256(key.encode()).hexdigest()
