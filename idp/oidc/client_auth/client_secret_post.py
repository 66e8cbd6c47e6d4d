"""``client_secret_post``: id and secret in the form (RFC 6749, section 2.3.1)."""

from __future__ import annotations

from idp.oidc.client_auth.presented import Presented
from idp.oidc.parameters import Parameters
from metadata.oidc.relying_party import ClientAuthMethod


def presented(authorization: str | None, form: Parameters) -> Presented | None:
    """Id and secret of the form; None without a secret there. Raises OAuthError when only the id lacks."""
    secret = form.usable("client_secret")
    if secret is None:
        return None
    client_id = form.usable("client_id")
    # Beside a header the form need not repeat the id; two methods are refused by the caller.
    return Presented(ClientAuthMethod.CLIENT_SECRET_POST, client_id or "", secret)
