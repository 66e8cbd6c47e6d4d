"""The service providers as the SAML face sees them: found by the name that a message gives."""

from __future__ import annotations

from idp.applications import service_providers
from idp.applications.registry import Registry
from idp.applications.service_providers import Registered
from idp.pages import App


class Partners:
    """Looks them up in memory, where it is fresh. ``loopback_http`` is for a demonstration only."""

    def __init__(self, registry: Registry, *, loopback_http: bool) -> None:
        self._registry = registry
        self._loopback_http = loopback_http

    def enabled(self, entity_id: str) -> Registered | None:
        """The one of that name, when it is registered and enabled (SAML-20)."""
        found = self._find(entity_id)
        return found if found is not None and found.enabled else None

    def app(self, entity_id: str) -> App:
        """As pages name it, enabled or not: with the address where people begin anew, if it is known."""
        found = self._find(entity_id)
        return App(entity_id) if found is None else App(found.name, found.start_url)

    def _find(self, entity_id: str) -> Registered | None:
        return service_providers.find(self._registry, entity_id, loopback_http=self._loopback_http)
