"""What this installation offers by OpenID Connect: discovery says it, and the checks hold requests to it."""

from __future__ import annotations

from collections.abc import Iterable, Sequence

from idp.errors import ConfigError
from idp.oidc.claims import CLAIMS_SUPPORTED, SCOPES_SUPPORTED
from idp.services import Services
from idp.settings import Settings
from metadata.errors import InvalidDocument
from metadata.oidc.client import RegistrationRules
from metadata.oidc.own import Capabilities, check_issuer
from mfa_engine.authentication.assurance import statable_classes
from mfa_engine.tokentypes.worth import Worth


def offered(settings: Settings, worths: Iterable[Worth], languages: Sequence[str]) -> Capabilities:
    """From the settings, what the token types are worth, and the languages there are pages in.

    Raises ConfigError for a base URL that clients could not compare reliably.
    """
    try:
        issuer = check_issuer(settings.base_url, allow_http_localhost=settings.plain_http)
    except InvalidDocument as error:
        raise ConfigError("settings", "server.base_url", error.remedy) from None
    return Capabilities(
        issuer=issuer,
        scopes_supported=SCOPES_SUPPORTED,
        claims_supported=CLAIMS_SUPPORTED,
        acr_values_supported=statable_classes(worths),
        ui_locales_supported=tuple(languages),
    )


def registration_rules(services: Services) -> RegistrationRules:
    """What an administrator may register here: for the command line and the admin pages."""
    worths = (kind.worth for kind in services.engine.rules().types.values())
    capabilities = offered(services.settings, worths, services.pages.catalogues.tags)
    http = services.settings.oidc.allow_http_localhost
    return RegistrationRules(capabilities, by_administrator=True, allow_http_localhost=http)
