"""What this installation offers by OpenID Connect: discovery says it, and the checks hold requests to it."""

from __future__ import annotations

from collections.abc import Iterable, Sequence

from idp.errors import ConfigError
from idp.oidc.claims import CLAIMS_SUPPORTED, SCOPES_SUPPORTED
from idp.settings import Settings
from metadata.errors import InvalidDocument
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
