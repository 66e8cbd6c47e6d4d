"""OpenID Connect's part of a session that ends."""

from __future__ import annotations

from idp.applications import clients
from idp.applications.registry import Registry
from idp.storage.access_token import revoke_of_session
from mfa_engine.unit import Unit


class OidcParticipant:
    """Ends the access tokens of a session. Its codes die with it, since they hold while it lives."""

    protocol = "oidc"

    def __init__(self, registry: Registry) -> None:
        self._registry = registry

    def name(self, party: str) -> str:
        """The client's own name; its id when it is gone."""
        found = clients.find(self._registry, party)
        return found.client.client_name if found else party

    def end(self, unit: Unit, session_id: str) -> None:
        """One statement (SESS-05)."""
        revoke_of_session(unit.connection, session_id)
