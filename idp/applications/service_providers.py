"""SAML service providers: register by metadata, change, disable, delete, look up."""

from __future__ import annotations

import logging
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any
from urllib.parse import urlsplit

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
from metadata.entity import LocalizedText, ServiceProvider
from metadata.errors import InvalidDocument
from metadata.saml.document import DESCRIPTOR, parse
from metadata.saml.read import service_provider
from metadata.saml.validity import is_over
from metadata.saml.vocabulary import Binding
from mfa_engine import audit
from mfa_engine.audit import Entry, Origin
from mfa_engine.errors import Conflict, InvalidField, NotFound
from mfa_engine.unit import Runner, Unit, View

log = logging.getLogger(__name__)

LONGEST_ENTITY_ID = 512  # characters: what the tables hold
LONGEST_ATTRIBUTE_NAME = 256  # characters: SD-G02
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
    """Our choices about one service provider. Nothing is released without a rule; ``name`` is what people
    read at sign-in, where its metadata's own name will not do."""

    release: tuple[Rule, ...] = ()
    name: str = ""


@dataclass(frozen=True, slots=True)
class Registered:
    """A service provider as its metadata and our settings have it."""

    provider: ServiceProvider
    settings: ProviderSettings
    enabled: bool

    @property
    def name(self) -> str:
        """What people call it: the name it was given here, else its display name, else its entityID."""
        return self.settings.name or _english(self.provider.display_names) or self.provider.entity_id

    @property
    def start_url(self) -> str:
        """Where people begin anew: the page that it names for them, else the site that gets the answers."""
        page = _english(self.provider.information_urls)
        if page:
            return page
        posts = (end for end in self.provider.consumer_services if end.binding == Binding.POST)
        site = urlsplit(next(posts).location)
        return f"{site.scheme}://{site.netloc}/"

    def is_usable(self, now: datetime) -> bool:
        """Whether people may be sent to it: it is enabled, and its metadata has not expired."""
        ends = self.provider.valid_until
        return self.enabled and (ends is None or not is_over(ends, now))


def _english(texts: Sequence[LocalizedText]) -> str:
    """The English one, else the first; empty when there is none."""
    first = texts[0].text if texts else ""
    return next((text.text for text in texts if text.language.startswith("en")), first)


def release_of(wishes: Sequence[str]) -> tuple[Rule, ...]:
    """Rules for attributes of ours, each wish being ``attribute`` for its usual name, or
    ``attribute=name`` for another. Raises InvalidField."""
    return tuple(_rule(wish) for wish in wishes)


def _rule(wish: str) -> Rule:
    attribute, equals, name = wish.partition("=")
    if equals:
        return Rule(attribute, _attribute_name(name))
    if attribute not in URI_NAMES:
        usual = ", ".join(sorted(URI_NAMES))
        raise InvalidField("release", f"'{wish}' has no usual name: choose of {usual}, or give name=NAME")
    return Rule(attribute, *URI_NAMES[attribute])


def _attribute_name(name: str) -> str:
    if not name or len(name) > LONGEST_ATTRIBUTE_NAME or not name.isprintable():
        raise InvalidField("release", f"give a name of 1 to {LONGEST_ATTRIBUTE_NAME} characters behind the =")
    return name


def read_metadata(document: bytes, *, loopback_http: bool) -> ServiceProvider:
    """The service provider that ``document`` describes. Raises InvalidField with what to change."""
    try:
        provider = service_provider(parse(document, DESCRIPTOR), loopback_http=loopback_http)
    except InvalidDocument as error:
        raise InvalidField("metadata", f"cannot be used ({error.reason}): {error.remedy}") from None
    if len(provider.entity_id) > LONGEST_ENTITY_ID:
        raise InvalidField("metadata", f"give an entityID of at most {LONGEST_ENTITY_ID} characters")
    return provider


def register(
    runner: Runner,
    registry: Registry,
    origin: Origin,
    document: bytes,
    settings: ProviderSettings | None = None,
    *,
    loopback_http: bool,
    replace: bool = False,
) -> Registered:
    """Store a service provider from its metadata, enabled, with nothing released unless ``settings`` say so.

    One that is known raises Conflict; with ``replace`` it gets the new metadata instead, and keeps its
    settings where none are given. Raises InvalidField for metadata that cannot be used or has expired.
    """
    provider = read_metadata(document, loopback_http=loopback_http)
    if provider.valid_until is not None and is_over(provider.valid_until, runner.now()):
        raise InvalidField("metadata", f"has expired at {provider.valid_until:%Y-%m-%d %H:%M} UTC: renew it")
    new = _new_row(provider, document, settings, runner.now())
    renewed: dict[str, Any] = {"metadata_xml": new.metadata_xml, "changed_at": new.changed_at}
    if settings is not None:
        renewed["settings"] = new.settings

    def store(unit: Unit) -> None:
        applications_changed(unit)
        if not replace or not change_service_provider(unit.connection, new.entity_id, renewed):
            insert_service_provider(unit.connection, new)
        _audit(unit, origin, "admin.sp.register", new.entity_id, settings)

    try:
        runner.record(store)
    except IntegrityError:
        raise Conflict(f"'{new.entity_id}' is registered already: replace it, or delete it first") from None
    registry.forget()
    return get(registry, new.entity_id, loopback_http=loopback_http)


def _new_row(
    provider: ServiceProvider, document: bytes, settings: ProviderSettings | None, now: datetime
) -> ServiceProviderRow:
    stored = msgspec.to_builtins(settings or ProviderSettings())
    return ServiceProviderRow(provider.entity_id, document.decode("utf-8"), stored, True, now, now)


def set_enabled(runner: Runner, registry: Registry, origin: Origin, entity_id: str, *, enabled: bool) -> None:
    """Let people in to it, or nobody any more, logins in progress included. Raises NotFound."""

    def store(unit: Unit) -> None:
        applications_changed(unit)
        values = {"enabled": enabled, "changed_at": unit.now}
        if not change_service_provider(unit.connection, entity_id, values):
            raise NotFound("service provider", entity_id)
        _audit(unit, origin, "admin.sp.enable" if enabled else "admin.sp.disable", entity_id)

    runner.record(store)
    registry.forget()


def set_release(
    runner: Runner, registry: Registry, origin: Origin, entity_id: str, release: tuple[Rule, ...]
) -> None:
    """Say what it is told about people, in place of what was said before. Raises NotFound."""

    def store(unit: Unit) -> None:
        applications_changed(unit)  # from here on two changes take turns
        row = read_service_provider(unit.connection, entity_id)
        if row is None:
            raise NotFound("service provider", entity_id)
        settings = msgspec.structs.replace(_settings(row), release=release)
        values = {"settings": msgspec.to_builtins(settings), "changed_at": unit.now}
        change_service_provider(unit.connection, entity_id, values)
        _audit(unit, origin, "admin.sp.release", entity_id, settings)

    runner.record(store)
    registry.forget()


def delete(runner: Runner, registry: Registry, origin: Origin, entity_id: str) -> None:
    """Forget it. The names that it knows people by are kept, for none may ever mean somebody else.
    Raises NotFound."""

    def remove(unit: Unit) -> None:
        applications_changed(unit)
        if not delete_service_provider(unit.connection, entity_id):
            raise NotFound("service provider", entity_id)
        _audit(unit, origin, "admin.sp.delete", entity_id)

    runner.record(remove)
    registry.forget()


def find(registry: Registry, entity_id: str, *, loopback_http: bool) -> Registered | None:
    """The service provider, from memory where it is fresh; None when there is none that can be used."""
    if len(entity_id) > LONGEST_ENTITY_ID:  # a stranger may claim any name: none of these is remembered
        return None

    def read(view: View) -> Registered | None:
        row = read_service_provider(view.connection, entity_id)
        return None if row is None else _usable(row, loopback_http=loopback_http)

    return registry.find(("sp", entity_id), read)


def get(registry: Registry, entity_id: str, *, loopback_http: bool) -> Registered:
    """The same for whoever names one that has to be there. Raises NotFound."""
    found = find(registry, entity_id, loopback_http=loopback_http)
    if found is None:
        raise NotFound("service provider", entity_id)
    return found


def list_all(runner: Runner, *, after: str, limit: int) -> tuple[Registered, ...]:
    """Service providers by entityID, behind ``after``. One statement."""
    rows = runner.look(lambda view: list_service_providers(view.connection, after, limit))
    return tuple(_registered(row, loopback_http=True) for row in rows)


def _registered(row: ServiceProviderRow, *, loopback_http: bool) -> Registered:
    provider = read_metadata(row.metadata_xml.encode(), loopback_http=loopback_http)
    return Registered(provider, _settings(row), row.enabled)


def _settings(row: ServiceProviderRow) -> ProviderSettings:
    return msgspec.convert(row.settings, ProviderSettings)


def _usable(row: ServiceProviderRow, *, loopback_http: bool) -> Registered | None:
    """None, and a line in the log, where it was registered when the settings allowed more than now."""
    try:
        return _registered(row, loopback_http=loopback_http)
    except InvalidField as error:
        log.warning("the service provider '%s' is not used: %s", row.entity_id, error)
        return None


def _audit(
    unit: Unit, origin: Origin, event: str, entity_id: str, settings: ProviderSettings | None = None
) -> None:
    details: dict[str, object] = {"entity_id": entity_id}
    if settings is not None:
        details["release"] = [rule.attribute for rule in settings.release]
    audit.record(unit, origin, Entry(event, True, details=details))
