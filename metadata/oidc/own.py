"""Our own discovery document, from the capabilities that are switched on.

OpenID Connect Discovery 1.0, section 3; RFC 8414, section 2; RFC 9207, section 3. The checks of
requests read the same Capabilities, so that the document cannot promise what is refused.
"""

from __future__ import annotations

from dataclasses import dataclass
from urllib.parse import urlsplit

from metadata.errors import InvalidDocument
from metadata.oidc.redirect_uri import refusal
from metadata.oidc.relying_party import ApplicationType, ClientAuthMethod

OPENID_CONFIGURATION = "/.well-known/openid-configuration"
OAUTH_AUTHORIZATION_SERVER = "/.well-known/oauth-authorization-server"


@dataclass(frozen=True, slots=True)
class Capabilities:
    """Who we are and what is switched on. Paths are appended to the issuer as they are."""

    issuer: str
    scopes_supported: tuple[str, ...]
    claims_supported: tuple[str, ...]
    acr_values_supported: tuple[str, ...]
    ui_locales_supported: tuple[str, ...] = ("en",)
    response_types_supported: tuple[str, ...] = ("code",)
    response_modes_supported: tuple[str, ...] = ("query",)
    grant_types_supported: tuple[str, ...] = ("authorization_code",)
    prompt_values_supported: tuple[str, ...] = ("none", "login", "consent", "select_account")
    token_endpoint_auth_methods_supported: tuple[ClientAuthMethod, ...] = (
        ClientAuthMethod.CLIENT_SECRET_BASIC,
        ClientAuthMethod.CLIENT_SECRET_POST,
        ClientAuthMethod.NONE,
    )
    authorization_path: str = "/oidc/authorize"
    token_path: str = "/oidc/token"
    userinfo_path: str = "/oidc/userinfo"
    jwks_path: str = "/oidc/jwks"
    end_session_path: str = "/oidc/logout"


def check_issuer(issuer: str, *, allow_http_localhost: bool = False) -> str:
    """The issuer unchanged. Raises InvalidDocument when clients could not compare it reliably.

    A trailing slash would have a twin without one (OIDC-08); query and fragment are forbidden by
    RFC 8414, section 2.
    """
    remedy = refusal(issuer, ApplicationType.WEB, allow_http_localhost=allow_http_localhost)
    if remedy is None and ("?" in issuer or issuer.endswith("/")):
        remedy = "leave the query and the slash at the end out"
    if remedy is None and not issuer.startswith(urlsplit(issuer.lower())._replace(path="").geturl()):
        remedy = "write scheme and host in small letters"
    if remedy is not None:
        raise InvalidDocument("issuer", remedy)
    return issuer


def discovery_document(capabilities: Capabilities) -> dict[str, object]:
    """The document, in the order in which people read it. What is off is absent.

    Written although off: flags whose absence means true, and those that conformance tools ask for.
    """
    issuer = capabilities.issuer
    return {
        "issuer": issuer,
        "authorization_endpoint": issuer + capabilities.authorization_path,
        "token_endpoint": issuer + capabilities.token_path,
        "userinfo_endpoint": issuer + capabilities.userinfo_path,
        "jwks_uri": issuer + capabilities.jwks_path,
        "end_session_endpoint": issuer + capabilities.end_session_path,
        "scopes_supported": list(capabilities.scopes_supported),
        "response_types_supported": list(capabilities.response_types_supported),
        "response_modes_supported": list(capabilities.response_modes_supported),
        "grant_types_supported": list(capabilities.grant_types_supported),
        "code_challenge_methods_supported": ["S256"],
        "token_endpoint_auth_methods_supported": [
            method.value for method in capabilities.token_endpoint_auth_methods_supported
        ],
        "subject_types_supported": ["public"],
        "id_token_signing_alg_values_supported": ["RS256"],
        "acr_values_supported": list(capabilities.acr_values_supported),
        "claims_supported": list(capabilities.claims_supported),
        "claim_types_supported": ["normal"],
        "prompt_values_supported": list(capabilities.prompt_values_supported),
        "ui_locales_supported": list(capabilities.ui_locales_supported),
        "authorization_response_iss_parameter_supported": True,
        "claims_parameter_supported": False,
        "request_parameter_supported": False,
        "request_uri_parameter_supported": False,
        "request_object_signing_alg_values_supported": ["RS256"],
    }


def well_known_paths(issuer: str) -> tuple[str, str]:
    """Where the document is served: behind the issuer's path, and by RFC 8414, section 3, before it."""
    path = urlsplit(issuer).path
    return path + OPENID_CONFIGURATION, OAUTH_AUTHORIZATION_SERVER + path
