"""SAML service providers: register by metadata, change, disable, delete, look up."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import msgspec
from sqlalchemy.exc import IntegrityError

from idp.applications.registry import Registry, applications_changed
from idp.storage.service_provider import (
    ServiceProviderRow,
    change_service_provider,
    delete_service_provider,
    insert_service_provider,
    list_service_providers,
    read_service_provider,
)
from metadata.entity import ServiceProvider
from metadata.errors import InvalidDocument
from metadata.saml.document import DESCRIPTOR, parse
from metadata.saml.read import service_provider
from mfa_engine import audit
from mfa_engine.audit import Entry, Origin
from mfa_engine.errors import Conflict, InvalidField, NotFound
from mfa_engine.unit import Runner, Unit, View

URI_NAMES: Mapping[str, tuple[str, str]] = {
    "display_name": ("urn:oid:2.16.840.1.113730.3.1.241", "displayName"),
    "email": ("urn:oid:0.9.2342.19200300.100.1.3", "mail"),
    "given_name": ("urn:oid:2.5.4.42", "givenName"),
    "family_name": ("urn:oid:2.5.4.4", "sn"),
    "phone": ("urn:oid:2.5.4.20", "telephoneNumber"),
    "groups": ("urn:oid:1.3.6.1.4.1.5923.1.5.1.1", "isMemberOf"),
    "login": ("urn:oid:0.9.2342.19200300.100.1.1", "uid"),
}
"""Our attributes, and the names that service providers know them by (eduPerson, inetOrgPerson)."""


class Rule(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """One attribute that is released, and its name in the assertion."""

    attribute: str
    name: str
    friendly_name: str | None = None


class ProviderSettings(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """Our choices about one service provider. Nothing is released without a rule."""

    release: tuple[Rule, ...] = ()


@dataclass(frozen=True, slots=True)
class Registered:
    """A service provider as its metadata and our settings have it."""

    provider: ServiceProvider
    settings: ProviderSettings
    enabled: bool

    @property
    def name(self) -> str:
        """What people call it: its display name, else its entityID."""
        names = self.provider.display_names
        english = next((name.text for name in names if name.language.startswith("en")), None)
        return english or (names[0].text if names else self.provider.entity_id)


def release_of(names: Sequence[str]) -> tuple[Rule, ...]:
    """Rules for some of our attributes under their usual names. Raises InvalidField."""
    unknown = [name for name in names if name not in URI_NAMES]
    if unknown:
        raise InvalidField("release", f"'{unknown[0]}' is unknown: choose of {', '.join(sorted(URI_NAMES))}")
    return tuple(Rule(name, *URI_NAMES[name]) for name in names)


def read_metadata(document: bytes, *, loopback_http: bool) -> ServiceProvider:
    """The service provider that ``document`` describes. Raises InvalidField with what to change."""
    try:
        return service_provider(parse(document, DESCRIPTOR), loopback_http=loopback_http)
    except InvalidDocument as error:
        raise InvalidField("metadata", f"cannot be used ({error.reason}): {error.remedy}") from None


def register(
    runner: Runner,
    registry: Registry,
    origin: Origin,
    document: bytes,
    settings: ProviderSettings,
    *,
    loopback_http: bool,
    replace: bool = False,
) -> Registered:
    """Store a service provider from its metadata. Raises InvalidField; Conflict when it is known and
    ``replace`` is not set."""
    provider = read_metadata(document, loopback_http=loopback_http)
    xml = document.decode("utf-8")

    def store(unit: Unit) -> None:
        applications_changed(unit)
        values = {"metadata_xml": xml, "settings": msgspec.to_builtins(settings), "changed_at": unit.now}
        if not replace or not change_service_provider(unit.connection, provider.entity_id, values):
            row = ServiceProviderRow(
                provider.entity_id, xml, msgspec.to_builtins(settings), True, unit.now, unit.now
            )
            insert_service_provider(unit.connection, row)
        _audit(unit, origin, "admin.sp.register", provider.entity_id)

    try:
        runner.record(store)
    except IntegrityError:
        raise Conflict(
            f"'{provider.entity_id}' is registered already: change it, or delete it first"
        ) from None
    registry.forget()
    return Registered(provider, settings, enabled=True)


def set_enabled(runner: Runner, registry: Registry, origin: Origin, entity_id: str, *, enabled: bool) -> None:
    """Let people in to it, or nobody any more, logins in progress included. Raises NotFound."""
    event = "admin.sp.enable" if enabled else "admin.sp.disable"
    _change(runner, registry, origin, entity_id, {"enabled": enabled}, event)


def set_release(
    runner: Runner, registry: Registry, origin: Origin, entity_id: str, release: tuple[Rule, ...]
) -> None:
    """Say what it is told about people. Raises NotFound."""
    settings = msgspec.to_builtins(ProviderSettings(release))
    _change(runner, registry, origin, entity_id, {"settings": settings}, "admin.sp.release")


def delete(runner: Runner, registry: Registry, origin: Origin, entity_id: str) -> None:
    """Forget it. Raises NotFound."""

    def remove(unit: Unit) -> None:
        applications_changed(unit)
        if not delete_service_provider(unit.connection, entity_id):
            raise NotFound("service provider", entity_id)
        _audit(unit, origin, "admin.sp.delete", entity_id)

    runner.record(remove)
    registry.forget()


def find(registry: Registry, entity_id: str, *, loopback_http: bool) -> Registered | None:
    """The service provider, from memory where it is fresh; None when there is none."""

    def read(view: View) -> Registered | None:
        row = read_service_provider(view.connection, entity_id)
        return None if row is None else _registered(row, loopback_http=loopback_http)

    return registry.find(("sp", entity_id), read)


def list_all(runner: Runner, *, after: str, limit: int, loopback_http: bool) -> tuple[Registered, ...]:
    """Service providers by entityID, behind ``after``. One statement."""
    rows = runner.look(lambda view: list_service_providers(view.connection, after, limit))
    return tuple(_registered(row, loopback_http=loopback_http) for row in rows)


def _registered(row: ServiceProviderRow, *, loopback_http: bool) -> Registered:
    provider = read_metadata(row.metadata_xml.encode(), loopback_http=loopback_http)
    return Registered(provider, msgspec.convert(row.settings, ProviderSettings), row.enabled)


def _change(
    runner: Runner, registry: Registry, origin: Origin, entity_id: str, values: dict[str, Any], event: str
) -> None:
    def store(unit: Unit) -> None:
        applications_changed(unit)
        changed = {**values, "changed_at": unit.now}
        if not change_service_provider(unit.connection, entity_id, changed):
            raise NotFound("service provider", entity_id)
        _audit(unit, origin, event, entity_id)

    runner.record(store)
    registry.forget()


def _audit(unit: Unit, origin: Origin, event: str, entity_id: str) -> None:
    audit.record(unit, origin, Entry(event, True, details={"entity_id": entity_id}))
