"""Client metadata (RFC 7591, section 2; OpenID Connect Dynamic Client Registration 1.0) to RelyingParty."""

from __future__ import annotations

import re
import secrets
from collections.abc import Mapping
from dataclasses import dataclass
from urllib.parse import urlsplit

from metadata.oidc.errors import InvalidClientMetadata, RegistrationError
from metadata.oidc.members import Members
from metadata.oidc.own import Capabilities
from metadata.oidc.redirect_uri import refusal
from metadata.oidc.relying_party import ApplicationType, ClientAuthMethod, Consent, RelyingParty

DEFAULT_SCOPE = ("openid", "profile", "email")

_CLIENT_ID = re.compile(r"[\x21-\x7e]{1,120}")
_MAIL = re.compile(r"[^@\s]{1,64}@[^@\s]{1,255}")

# A client that asks for one of these relies on a protection that it would silently not get.
_NOT_OFFERED = (
    "jwks",
    "jwks_uri",
    "sector_identifier_uri",
    "id_token_encrypted_response_alg",
    "userinfo_signed_response_alg",
    "userinfo_encrypted_response_alg",
    "authorization_signed_response_alg",
    "request_object_signing_alg",
    "backchannel_logout_uri",
    "frontchannel_logout_uri",
    "software_statement",
)
_NOT_OFFERED_FLAGS = (
    "require_signed_request_object",
    "require_pushed_authorization_requests",
    "dpop_bound_access_tokens",
    "tls_client_certificate_bound_access_tokens",
)


@dataclass(frozen=True, slots=True)
class RegistrationRules:
    """What a registrar may ask for. ``by_administrator`` admits the members that are Doorward's own."""

    capabilities: Capabilities
    by_administrator: bool = False
    allow_http_localhost: bool = False


def new_client_id() -> str:
    """A client id that nobody has: 128 random bits, 22 characters."""
    return secrets.token_urlsafe(16)


def read_client_metadata(
    client_id: str, document: Mapping[str, object], rules: RegistrationRules
) -> RelyingParty:
    """The relying party that ``document`` describes; members that we do not know are dropped.

    Raises InvalidClientMetadata, which names the member and the remedy.
    """
    members = Members(document)
    _refuse_what_is_not_offered(members)
    application_type = members.choice("application_type", ApplicationType, tuple(ApplicationType))
    method = members.choice(
        "token_endpoint_auth_method",
        ClientAuthMethod,
        rules.capabilities.token_endpoint_auth_methods_supported,
    )
    grant_types = _subset(members, "grant_types", rules.capabilities.grant_types_supported)
    response_types = _subset(members, "response_types", rules.capabilities.response_types_supported)
    if ("authorization_code" in grant_types) != ("code" in response_types):
        raise InvalidClientMetadata("response_types", "code goes with the grant type authorization_code")
    ours = Members(document if rules.by_administrator else {})
    return RelyingParty(
        client_id=_client_id(client_id),
        client_name=members.text("client_name", most=128) or client_id,
        redirect_uris=_redirect_uris(members, "redirect_uris", application_type, rules, least=1),
        application_type=application_type,
        response_types=response_types,
        grant_types=grant_types,
        token_endpoint_auth_method=method,
        scope=_scope(members, rules.capabilities),
        post_logout_redirect_uris=_redirect_uris(
            members, "post_logout_redirect_uris", application_type, rules, least=0
        ),
        client_uri=_web_address(members, "client_uri", rules),
        contacts=_contacts(members),
        default_max_age=members.seconds("default_max_age"),
        default_acr_values=_acr_values(members, rules.capabilities),
        enabled=ours.flag("enabled", default=True),
        require_pkce=_require_pkce(ours, method),
        consent=ours.choice("consent", Consent, tuple(Consent)),
    )


def client_metadata(client: RelyingParty) -> dict[str, object]:
    """The client as a document again, defaults and Doorward's own members included, no secret."""
    document: dict[str, object] = {
        "client_id": client.client_id,
        "client_name": client.client_name,
        "application_type": client.application_type.value,
        "redirect_uris": list(client.redirect_uris),
        "post_logout_redirect_uris": list(client.post_logout_redirect_uris),
        "response_types": list(client.response_types),
        "grant_types": list(client.grant_types),
        "token_endpoint_auth_method": client.token_endpoint_auth_method.value,
        "scope": " ".join(client.scope),
        "client_uri": client.client_uri,
        "contacts": list(client.contacts),
        "default_max_age": client.default_max_age,
        "default_acr_values": list(client.default_acr_values),
        "subject_type": "public",
        "id_token_signed_response_alg": "RS256",
        "enabled": client.enabled,
        "require_pkce": client.require_pkce,
        "consent": client.consent.value,
    }
    return {name: value for name, value in document.items() if value is not None}


def _refuse_what_is_not_offered(members: Members) -> None:
    for name in _NOT_OFFERED:
        if members.present(name):
            raise InvalidClientMetadata(name, "leave it out: this server does not offer it")
    for name in _NOT_OFFERED_FLAGS:
        if members.flag(name, default=False):
            raise InvalidClientMetadata(name, "leave it out: this server does not offer it")
    if members.text("subject_type", most=20) not in (None, "public"):
        raise InvalidClientMetadata("subject_type", "choose public")
    if members.text("id_token_signed_response_alg", most=20) not in (None, "RS256"):
        raise InvalidClientMetadata("id_token_signed_response_alg", "choose RS256")


def can_be_client_id(text: str) -> bool:
    """Whether any client may ever be registered by this id."""
    return _CLIENT_ID.fullmatch(text) is not None and "://" not in text


def _client_id(client_id: str) -> str:
    if not can_be_client_id(client_id):
        raise InvalidClientMetadata("client_id", "use 1 to 120 printable ASCII characters, not a URL")
    return client_id


def _subset(members: Members, name: str, offered: tuple[str, ...]) -> tuple[str, ...]:
    """What the client names of the offer; the first of the offer is the default of RFC 7591."""
    named = members.texts(name, most=20)
    if named is None:
        return offered[:1]
    if not named or not set(named) <= set(offered):
        raise InvalidClientMetadata(name, f"choose among: {', '.join(offered)}")
    return named


def _redirect_uris(
    members: Members, name: str, application_type: ApplicationType, rules: RegistrationRules, *, least: int
) -> tuple[str, ...]:
    uris = members.texts(name, most=50) or ()
    if len(uris) < least:
        raise InvalidClientMetadata(name, "give at least one", RegistrationError.INVALID_REDIRECT_URI)
    for uri in uris:
        remedy = refusal(uri, application_type, allow_http_localhost=rules.allow_http_localhost)
        if remedy is not None:
            raise InvalidClientMetadata(name, remedy, RegistrationError.INVALID_REDIRECT_URI)
    return uris


def _scope(members: Members, capabilities: Capabilities) -> tuple[str, ...]:
    named = members.words("scope", most=50)
    if named is None:
        return tuple(scope for scope in DEFAULT_SCOPE if scope in capabilities.scopes_supported)
    if not set(named) <= set(capabilities.scopes_supported):
        raise InvalidClientMetadata("scope", f"choose among: {', '.join(capabilities.scopes_supported)}")
    return named


def _web_address(members: Members, name: str, rules: RegistrationRules) -> str | None:
    uri = members.text(name, most=2048)
    if uri is None:
        return None
    remedy = refusal(uri, ApplicationType.WEB, allow_http_localhost=rules.allow_http_localhost)
    if remedy is not None or not urlsplit(uri).hostname:
        raise InvalidClientMetadata(name, "give an https address")
    return uri


def _contacts(members: Members) -> tuple[str, ...]:
    contacts = members.texts("contacts", most=10) or ()
    if not all(_MAIL.fullmatch(contact) for contact in contacts):
        raise InvalidClientMetadata("contacts", "give mail addresses")
    return contacts


def _acr_values(members: Members, capabilities: Capabilities) -> tuple[str, ...]:
    named = members.texts("default_acr_values", most=20) or ()
    if not set(named) <= set(capabilities.acr_values_supported):
        raise InvalidClientMetadata("default_acr_values", "name only what this server's discovery lists")
    return named


def _require_pkce(ours: Members, method: ClientAuthMethod) -> bool:
    required = ours.flag("require_pkce", default=True)
    if not required and method is ClientAuthMethod.NONE:
        raise InvalidClientMetadata("require_pkce", "a public client cannot do without")
    return required
