"""``/application``: the portals and apps that people sign in to, registered by programs.

Beside the compatible format, in its envelope: ``/application/partner`` for SAML service providers,
``/application/client`` for OpenID Connect clients.
"""

from __future__ import annotations

from typing import Any

from flask import Blueprint, Response

from idp.api import envelope
from idp.api.access import Access, Rule, caller
from idp.api.errors import answer_errors
from idp.api.read import Parameters, parameters
from idp.applications import clients, service_providers
from idp.applications.clients import Handed
from idp.applications.service_providers import ProviderSettings, release_of
from idp.rights.catalogue import Right
from idp.services import Services
from metadata.oidc.client import client_metadata
from mfa_engine.errors import InvalidField

_ANYWHERE = frozenset({"nonce"})
_LARGEST_METADATA = 512 * 1024
_PAGE = 100

RULES: dict[str, Rule] = {
    "list_partners": Right.PARTNER_READ,
    "register_partner": Right.PARTNER_WRITE,
    "enable_partner": Right.PARTNER_WRITE,
    "disable_partner": Right.PARTNER_WRITE,
    "delete_partner": Right.PARTNER_WRITE,
    "list_clients": Right.CLIENT_READ,
    "register_client": Right.CLIENT_WRITE,
    "enable_client": Right.CLIENT_WRITE,
    "disable_client": Right.CLIENT_WRITE,
    "delete_client": Right.CLIENT_WRITE,
}

_CLIENT = frozenset(
    {
        "client_id",
        "client_name",
        "redirect_uris",
        "post_logout_redirect_uris",
        "scope",
        "token_endpoint_auth_method",
        "application_type",
        "client_uri",
        "contacts",
    }
)
_LISTS = frozenset({"redirect_uris", "post_logout_redirect_uris", "contacts"})


def application_blueprint(services: Services, access: Access) -> Blueprint:
    """The views: each reads, asks a use case, and says what came of it."""
    blueprint = Blueprint("application", __name__, url_prefix="/application")
    access.guard(blueprint, RULES)
    answer_errors(blueprint, services)
    _partner_views(blueprint, services)
    _client_views(blueprint, services)
    return blueprint


def _partner_views(blueprint: Blueprint, services: Services) -> None:
    engine, registry = services.engine, services.registry
    http = services.settings.plain_http

    @blueprint.get("/partner")
    def list_partners() -> Response:
        """A page of service providers by entityID, behind ``after``."""
        after = _given({"after"}).text("after")
        found = service_providers.list_all(engine, after=after, limit=_PAGE)
        rows = [
            {"entity_id": known.provider.entity_id, "name": known.name, "enabled": known.enabled}
            for known in found
        ]
        return _success(services, rows)

    @blueprint.post("/partner")
    def register_partner() -> Response:
        """Register a service provider by its ``metadata``; ``release`` names what it is told of people."""
        given = _given({"metadata", "release"})
        document = given.document("metadata", _LARGEST_METADATA)
        if not document:
            raise InvalidField("metadata", "give the service provider's metadata document")
        settings = ProviderSettings(release_of(given.several("release")))
        known = service_providers.register(
            engine, registry, caller().origin, document.encode(), settings, loopback_http=http
        )
        return _success(services, {"entity_id": known.provider.entity_id, "name": known.name})

    @blueprint.post("/partner/enable")
    def enable_partner() -> Response:
        """Let people in to it again."""
        return _set_partner(services, enabled=True)

    @blueprint.post("/partner/disable")
    def disable_partner() -> Response:
        """Let nobody in any more, logins in progress included."""
        return _set_partner(services, enabled=False)

    @blueprint.delete("/partner")
    def delete_partner() -> Response:
        """Forget it."""
        entity_id = _given({"entity_id"}).required("entity_id")
        service_providers.delete(engine, registry, caller().origin, entity_id)
        return _success(services, True)


def _client_views(blueprint: Blueprint, services: Services) -> None:
    engine, registry = services.engine, services.registry

    @blueprint.get("/client")
    def list_clients() -> Response:
        """A page of clients by their id, behind ``after``."""
        after = _given({"after"}).text("after")
        found = clients.list_all(engine, after=after, limit=_PAGE)
        rows = [{"enabled": known.client.enabled, **client_metadata(known.client)} for known in found]
        return _success(services, rows)

    @blueprint.post("/client")
    def register_client() -> Response:
        """Register a client by its metadata (RFC 7591, section 2); its secret is told this once."""
        given = _given(_CLIENT)
        document = {name: _member(given, name) for name in _CLIENT - {"client_id"} if name in given}
        handed = clients.register(
            engine,
            registry,
            caller().origin,
            services.registration_rules,
            document,
            client_id=given.text("client_id"),
        )
        return envelope.success(services.clock(), _handed(handed), None, envelope.NO_STORE)

    @blueprint.post("/client/enable")
    def enable_client() -> Response:
        """Let people in to it again."""
        return _set_client(services, enabled=True)

    @blueprint.post("/client/disable")
    def disable_client() -> Response:
        """Let nobody in any more: logins in progress, codes and tokens included."""
        return _set_client(services, enabled=False)

    @blueprint.delete("/client")
    def delete_client() -> Response:
        """Forget it, with its tokens."""
        clients.delete(engine, registry, caller().origin, _given({"client_id"}).required("client_id"))
        return _success(services, True)


def _set_partner(services: Services, *, enabled: bool) -> Response:
    entity_id = _given({"entity_id"}).required("entity_id")
    origin = caller().origin
    service_providers.set_enabled(services.engine, services.registry, origin, entity_id, enabled=enabled)
    return _success(services, True)


def _set_client(services: Services, *, enabled: bool) -> Response:
    client_id = _given({"client_id"}).required("client_id")
    clients.set_enabled(services.engine, services.registry, caller().origin, client_id, enabled=enabled)
    return _success(services, True)


def _member(given: Parameters, name: str) -> Any:
    return list(given.several(name)) if name in _LISTS else given.text(name)


def _handed(handed: Handed) -> dict[str, Any]:
    secret = {"client_secret": handed.secret} if handed.secret else {}
    return {**client_metadata(handed.client), "client_id": handed.client.client_id, **secret}


def _success(services: Services, value: Any) -> Response:
    return envelope.success(services.clock(), value)


def _given(allowed: frozenset[str] | set[str]) -> Parameters:
    """The parameters of this request. Raises InvalidField for one that it has no use for (ADM-03)."""
    given = parameters()
    given.only(_ANYWHERE, allowed)
    return given
