"""Client authentication: exactly one method, the registered one (RFC 6749, sections 2.3 and 5.2)."""

from __future__ import annotations

import hmac
import secrets

from idp.oidc.client_auth import client_secret_basic, client_secret_post, none
from idp.oidc.client_auth.presented import Presented
from idp.oidc.errors import invalid_client, invalid_request
from idp.oidc.parameters import Parameters
from metadata.oidc.client_secret import DIGEST_CHARACTERS, secret_digest
from metadata.oidc.relying_party import RelyingParty

METHODS = (client_secret_basic.presented, client_secret_post.presented, none.presented)

# Compared with when there is no secret, so that an unknown client id costs what a wrong secret does.
_NOBODYS_DIGEST = secrets.token_hex(DIGEST_CHARACTERS // 2)


def read_client(authorization: str | None, form: Parameters) -> Presented:
    """Who the caller says to be, by which method.

    Raises OAuthError: 400 ``invalid_request`` for two methods at once, 401 ``invalid_client`` for none.
    """
    found = [one for presented in METHODS if (one := presented(authorization, form)) is not None]
    if len(found) > 1:
        raise invalid_request("use one way to authenticate the client, not two")
    if not found:
        raise invalid_client()
    return found[0]


def authenticate(presented: Presented, client: RelyingParty | None, digest: str | None) -> RelyingParty:
    """The client, proven to be who it says.

    ``client`` and ``digest`` are what is registered under the presented id: None when there is nothing.
    Raises OAuthError (401 ``invalid_client``) with one text and one timing for every cause.
    """
    right_secret = hmac.compare_digest(secret_digest(presented.secret), digest or _NOBODYS_DIGEST)
    if client is None or client.client_id != presented.client_id:
        raise invalid_client()
    if presented.method is not client.token_endpoint_auth_method:
        raise invalid_client()
    if not client.enabled or not (client.is_public or right_secret):
        raise invalid_client()
    return client
