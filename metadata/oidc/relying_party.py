"""A relying party as Doorward knows it: the validated form of RFC 7591 client metadata."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum


class ApplicationType(StrEnum):
    """Where the client runs (OpenID Connect Dynamic Client Registration 1.0, section 2)."""

    WEB = "web"
    NATIVE = "native"


class ClientAuthMethod(StrEnum):
    """How the client shows who it is at the token endpoint (RFC 7591, section 2)."""

    CLIENT_SECRET_BASIC = "client_secret_basic"
    CLIENT_SECRET_POST = "client_secret_post"
    NONE = "none"


class Consent(StrEnum):
    """Whether a person is asked before the client gets claims about them."""

    ASK = "ask"  # once, and again for what is new
    ALWAYS = "always"
    ADMIN = "admin"  # never: an administrator answered for everybody


@dataclass(frozen=True, slots=True)
class RelyingParty:
    """One registered client. Field names are those of RFC 7591 where it has one.

    Made by ``client.read_client_metadata``, so every value here has been validated. Secrets are not
    part of it: only their digests are kept, by the storage.
    """

    client_id: str
    client_name: str
    redirect_uris: tuple[str, ...]
    application_type: ApplicationType = ApplicationType.WEB
    response_types: tuple[str, ...] = ("code",)
    grant_types: tuple[str, ...] = ("authorization_code",)
    token_endpoint_auth_method: ClientAuthMethod = ClientAuthMethod.CLIENT_SECRET_BASIC
    scope: tuple[str, ...] = ("openid",)
    post_logout_redirect_uris: tuple[str, ...] = ()
    client_uri: str | None = None
    contacts: tuple[str, ...] = ()
    default_max_age: int | None = None  # seconds
    default_acr_values: tuple[str, ...] = ()
    enabled: bool = True
    require_pkce: bool = True
    consent: Consent = Consent.ASK

    @property
    def is_public(self) -> bool:
        """True for a client that cannot keep a secret (RFC 6749, section 2.1)."""
        return self.token_endpoint_auth_method is ClientAuthMethod.NONE

    @property
    def needs_pkce(self) -> bool:
        """Whether a request without code challenge is refused: always so for public clients."""
        return self.require_pkce or self.is_public
