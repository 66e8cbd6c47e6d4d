"""``none``: a public client says its name and proves nothing; PKCE binds its codes (RFC 6749, 2.1)."""

from __future__ import annotations

from idp.oidc.client_auth.presented import Presented
from idp.oidc.parameters import Parameters
from metadata.oidc.relying_party import ClientAuthMethod


def presented(authorization: str | None, form: Parameters) -> Presented | None:
    """The id of the form, when that is all there is."""
    client_id = form.usable("client_id")
    if authorization is not None or client_id is None or form.usable("client_secret") is not None:
        return None
    return Presented(ClientAuthMethod.NONE, client_id)
