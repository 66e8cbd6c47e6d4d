"""What the token endpoint is asked for (RFC 6749, sections 4.1.3 and 5.2)."""

from __future__ import annotations

from idp.oidc.errors import ErrorCode, OAuthError
from idp.oidc.parameters import Parameters
from metadata.oidc.own import Capabilities
from metadata.oidc.relying_party import RelyingParty

TOKEN_PARAMETERS = frozenset(
    {"grant_type", "code", "redirect_uri", "code_verifier", "client_id", "client_secret", "scope"}
)


def granted_type(form: Parameters, client: RelyingParty, capabilities: Capabilities) -> str:
    """The grant type that is asked for.

    Raises OAuthError: missing ``invalid_request``, not offered ``unsupported_grant_type``, not
    registered by this client ``unauthorized_client``.
    """
    grant_type = form.needed("grant_type")
    if grant_type not in capabilities.grant_types_supported:
        raise OAuthError(
            ErrorCode.UNSUPPORTED_GRANT_TYPE,
            f"offered are: {', '.join(capabilities.grant_types_supported)}",
        )
    if grant_type not in client.grant_types:
        raise OAuthError(ErrorCode.UNAUTHORIZED_CLIENT, "this client is not registered for the grant type")
    return grant_type
