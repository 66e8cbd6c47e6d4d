"""OpenID Connect clients: register, change, disable, delete, give a new secret, look up."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from datetime import datetime
from urllib.parse import urlsplit

import msgspec
from sqlalchemy.exc import IntegrityError

from idp.applications.registry import Registry, applications_changed
from idp.storage.access_token import revoke_of_client
from idp.storage.client import (
    ClientRow,
    change_client,
    delete_client,
    insert_client,
    list_clients,
    origin_is_registered,
    read_client,
)
from idp.storage.consent import forget_consents_of
from metadata.oidc.client import (
    RegistrationRules,
    can_be_client_id,
    client_metadata,
    new_client_id,
    read_client_metadata,
)
from metadata.oidc.client_secret import ClientSecret, new_client_secret
from metadata.oidc.errors import InvalidClientMetadata
from metadata.oidc.relying_party import RelyingParty
from mfa_engine import audit
from mfa_engine.audit import Entry, Origin
from mfa_engine.errors import Conflict, InvalidField, NotFound
from mfa_engine.unit import Runner, Unit, View

_DEFAULT_PORTS = {"http": 80, "https": 443}


@dataclass(frozen=True, slots=True)
class Registered:
    """A client as it is registered."""

    client: RelyingParty
    secret_digest: str | None = field(repr=False)  # None for a public client
    created_at: datetime


@dataclass(frozen=True, slots=True)
class Handed:
    """A client and the secret that is shown to its owner this once; empty where there is no new one."""

    client: RelyingParty
    secret: str = field(repr=False)


def register(
    runner: Runner,
    registry: Registry,
    origin: Origin,
    rules: RegistrationRules,
    document: Mapping[str, object],
    *,
    client_id: str = "",
) -> Handed:
    """Store a new client from its metadata, by the names of RFC 7591 and ours.

    Without ``client_id`` it gets a random one. Raises InvalidField; Conflict when the id is taken.
    """
    client = _read(client_id or new_client_id(), document, rules)
    secret = _secret_for(client)

    def store(unit: Unit) -> None:
        applications_changed(unit)
        row = _row(client, secret.digest if secret else None, unit.now, unit.now)
        insert_client(unit.connection, row, web_origins(client))
        _audit(unit, origin, "admin.client.register", client)

    try:
        runner.record(store)
    except IntegrityError:
        known = f"client '{client.client_id}' is registered already"
        raise Conflict(f"{known}: change it, or delete it first") from None
    registry.forget()
    return Handed(client, secret.value if secret else "")


def change(
    runner: Runner,
    registry: Registry,
    origin: Origin,
    rules: RegistrationRules,
    client_id: str,
    changes: Mapping[str, object],
) -> Handed:
    """Give some members of the metadata other values; None takes one out. Raises InvalidField, NotFound.

    A client that becomes a confidential one gets a secret, one that becomes public loses it.
    """

    def store(unit: Unit) -> Handed:
        applications_changed(unit)
        known = _known(unit, client_id)
        client = _read(client_id, client_metadata(known.client) | dict(changes), rules)
        secret = None if known.secret_digest else _secret_for(client)
        digest = None if client.is_public else secret.digest if secret else known.secret_digest
        _store_changed(unit, client, digest, known.created_at)
        _audit(unit, origin, "admin.client.change", client)
        return Handed(client, secret.value if secret else "")

    handed = runner.record(store)
    registry.forget()
    return handed


def set_enabled(runner: Runner, registry: Registry, origin: Origin, client_id: str, *, enabled: bool) -> None:
    """Let people in to it, or nobody any more: logins in progress, codes and tokens included. Raises
    NotFound."""

    def store(unit: Unit) -> None:
        applications_changed(unit)
        known = _known(unit, client_id)
        client = replace(known.client, enabled=enabled)
        _store_changed(unit, client, known.secret_digest, known.created_at)
        _audit(unit, origin, "admin.client.enable" if enabled else "admin.client.disable", client)

    runner.record(store)
    registry.forget()


def new_secret(runner: Runner, registry: Registry, origin: Origin, client_id: str) -> Handed:
    """Give the client another secret; the old one is dead at once. Raises NotFound; Conflict for a public
    client."""
    secret = new_client_secret()

    def store(unit: Unit) -> RelyingParty:
        applications_changed(unit)
        known = _known(unit, client_id)
        if known.client.is_public:
            raise Conflict(f"client '{client_id}' is a public one: it has no secret")
        _store_changed(unit, known.client, secret.digest, known.created_at)
        _audit(unit, origin, "admin.client.secret", known.client)
        return known.client

    client = runner.record(store)
    registry.forget()
    return Handed(client, secret.value)


def delete(runner: Runner, registry: Registry, origin: Origin, client_id: str) -> None:
    """Forget it, with its tokens and with what people agreed to share with it. Raises NotFound."""

    def remove(unit: Unit) -> None:
        applications_changed(unit)
        known = _known(unit, client_id)
        delete_client(unit.connection, client_id)
        revoke_of_client(unit.connection, client_id)
        forget_consents_of(unit.connection, f"oidc:{client_id}")
        _audit(unit, origin, "admin.client.delete", known.client)

    runner.record(remove)
    registry.forget()


def find(registry: Registry, client_id: str) -> Registered | None:
    """The client, from memory where it is fresh; None when there is none."""
    if not can_be_client_id(client_id):  # a stranger may claim any name: none of these is remembered
        return None
    return registry.find(("client", client_id), lambda view: _find(view, client_id))


def list_all(runner: Runner, *, after: str, limit: int) -> tuple[Registered, ...]:
    """Clients by their id, behind ``after``. One statement."""
    rows = runner.look(lambda view: list_clients(view.connection, after, limit))
    return tuple(map(_registered, rows))


def is_known_origin(registry: Registry, origin: str) -> bool:
    """Whether scripts of this web origin belong to some client (WEB-05). From memory where it is fresh."""
    return registry.find(("origin", origin), lambda view: origin_is_registered(view.connection, origin))


def web_origins(client: RelyingParty) -> frozenset[str]:
    """Scheme, host and port of its redirect URIs, as browsers write them (RFC 6454, section 6.2)."""
    return frozenset(filter(None, map(_web_origin, client.redirect_uris)))


def _web_origin(uri: str) -> str:
    parts = urlsplit(uri)
    if parts.scheme not in _DEFAULT_PORTS or not parts.hostname:
        return ""
    host = f"[{parts.hostname}]" if ":" in parts.hostname else parts.hostname
    port = "" if parts.port in (None, _DEFAULT_PORTS[parts.scheme]) else f":{parts.port}"
    return f"{parts.scheme}://{host}{port}"


def _read(client_id: str, document: Mapping[str, object], rules: RegistrationRules) -> RelyingParty:
    try:
        return read_client_metadata(client_id, document, rules)
    except InvalidClientMetadata as error:
        raise InvalidField(error.field, error.remedy) from None


def _secret_for(client: RelyingParty) -> ClientSecret | None:
    return None if client.is_public else new_client_secret()


def _known(unit: Unit, client_id: str) -> Registered:
    known = _find(unit, client_id)
    if known is None:
        raise NotFound("client", client_id)
    return known


def _find(view: View | Unit, client_id: str) -> Registered | None:
    row = read_client(view.connection, client_id)
    return None if row is None else _registered(row)


def _registered(row: ClientRow) -> Registered:
    client = replace(msgspec.convert(row.document, RelyingParty), enabled=row.enabled)
    return Registered(client, row.secret_hash, row.created_at)


def _store_changed(unit: Unit, client: RelyingParty, digest: str | None, created_at: datetime) -> None:
    change_client(unit.connection, _row(client, digest, created_at, unit.now), web_origins(client))


def _row(client: RelyingParty, digest: str | None, created_at: datetime, now: datetime) -> ClientRow:
    document = msgspec.to_builtins(client)
    return ClientRow(client.client_id, document, digest, client.enabled, created_at, now)


def _audit(unit: Unit, origin: Origin, event: str, client: RelyingParty) -> None:
    """What it may do is in the row, so that an exception such as one from PKCE is seen to be granted."""
    details = {
        "client_id": client.client_id,
        "name": client.client_name,
        "redirect_uris": client.redirect_uris,
        "scope": client.scope,
        "authentication": client.token_endpoint_auth_method.value,
        "require_pkce": client.require_pkce,
        "consent": client.consent.value,
    }
    audit.record(unit, origin, Entry(event, True, details=details))
