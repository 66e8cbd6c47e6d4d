"""SAML's part of a session that ends."""

from __future__ import annotations

from idp.saml.partners import Partners
from mfa_engine.unit import Unit


class SamlParticipant:
    """Nothing of ours is left to end: an assertion lives for minutes, and a service keeps its own session."""

    protocol = "saml"

    def __init__(self, partners: Partners) -> None:
        self._partners = partners

    def name(self, party: str) -> str:
        """The service's display name; its entityID when it is gone."""
        return self._partners.app(party).name

    def end(self, unit: Unit, session_id: str) -> None:
        """What the service was told goes with the session's row."""
        del unit, session_id
