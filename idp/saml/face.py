"""What every view of SAML works with, put together once from the services."""

from __future__ import annotations

from dataclasses import dataclass

from idp.saml.own import OwnIdentity
from idp.saml.partners import Partners
from idp.saml.responses import Responses
from idp.saml.session_handle import SessionHandles
from idp.saml.sso.checks import SsoEndpoint
from idp.services import Services


@dataclass(frozen=True, slots=True)
class Face:
    """One installation, as it speaks SAML."""

    services: Services
    own: OwnIdentity
    partners: Partners
    responses: Responses
    handles: SessionHandles
    endpoint: SsoEndpoint  # knows the classes that OpenID Connect knows: there is one table

    @classmethod
    def of(cls, services: Services) -> Face:
        """The face of these services."""
        own = OwnIdentity(services.settings, services.keys)
        partners = Partners(services.registry, loopback_http=services.settings.plain_http)
        responses = Responses(own, partners, services.respond)
        handles = SessionHandles.of_keyring(services.keyring)
        classes = frozenset(services.capabilities.acr_values_supported)
        return cls(services, own, partners, responses, handles, SsoEndpoint(own.sso_location, classes))
