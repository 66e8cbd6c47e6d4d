"""Redeeming an authorization code: the decision (RFC 6749, section 4.1.3; RFC 7636; RFC 9700, 2.1.1).

Pure. Who calls it looks the code up by digest, asks ``redeem``, and records: for a Redeemable one
conditional UPDATE spends the code, and when that changes no row another request was first, which is
REPLAYED. A Refused one is a value, so that burning, revocation and audit commit with it.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import datetime, timedelta
from enum import StrEnum

from idp.oidc.errors import OAuthError, invalid_grant
from idp.oidc.parameters import Parameters
from idp.oidc.pkce import verifier_fits
from idp.oidc.tokens.handle import HandleKind, handle_digest
from metadata.oidc.relying_party import RelyingParty

LIFETIME = timedelta(seconds=60)


@dataclass(frozen=True, slots=True)
class CodeRequest:
    """What the client sent. ``code_digest`` is None when it cannot be one of our codes."""

    code_digest: str | None = field(repr=False)
    redirect_uri: str
    code_verifier: str | None = field(repr=False)


@dataclass(frozen=True, slots=True)
class StoredCode:
    """A code as it lies in the database. ``holder_allowed``: the person is still enabled, and the
    session in which the code was issued has not ended, both read in the same statement."""

    client_id: str
    redirect_uri: str
    code_challenge: str | None
    expires_at: datetime
    spent: bool
    holder_allowed: bool


class RefusalReason(StrEnum):
    """Why nothing is issued: for the audit, the caller gets one code for all."""

    UNKNOWN = "unknown_code"
    OTHER_CLIENT = "other_client"
    REPLAYED = "code_replayed"
    EXPIRED = "code_expired"
    REDIRECT_URI = "redirect_uri_differs"
    VERIFIER = "pkce_failed"
    HOLDER = "holder_not_allowed"


@dataclass(frozen=True, slots=True)
class Refused:
    """Nothing is issued. ``revoke_grant``: all that came from this code dies too."""

    reason: RefusalReason
    description: str
    burn_code: bool = True
    revoke_grant: bool = False

    @property
    def error(self) -> OAuthError:
        """What the client is told: ``invalid_grant`` whatever the reason."""
        return invalid_grant(self.description)


@dataclass(frozen=True, slots=True)
class Redeemable:
    """Tokens may be issued, if the conditional UPDATE that spends the code changes one row."""


UNKNOWN = Refused(RefusalReason.UNKNOWN, "the code is unknown: start a new login", burn_code=False)
OTHER_CLIENT = Refused(RefusalReason.OTHER_CLIENT, "the code was issued to another client", revoke_grant=True)
REPLAYED = Refused(
    RefusalReason.REPLAYED,
    "the code was used before: what it gave has been revoked, start a new login",
    burn_code=False,
    revoke_grant=True,
)
EXPIRED = Refused(RefusalReason.EXPIRED, "the code has expired: redeem it within a minute")
REDIRECT_URI = Refused(
    RefusalReason.REDIRECT_URI, "redirect_uri differs from that of the authorization request"
)
VERIFIER = Refused(
    RefusalReason.VERIFIER, "code_verifier does not fit the code_challenge of the authorization request"
)
HOLDER = Refused(RefusalReason.HOLDER, "the login that the code stands for is no longer valid")


def read_code_request(form: Parameters) -> CodeRequest:
    """The request. Raises OAuthError (invalid_request) when ``code`` or ``redirect_uri`` is missing."""
    return CodeRequest(
        handle_digest(HandleKind.AUTHORIZATION_CODE, form.needed("code")),
        form.needed("redirect_uri"),
        form.usable("code_verifier"),
    )


def redeem(
    stored: StoredCode | None, request: CodeRequest, client: RelyingParty, now: datetime
) -> Redeemable | Refused:
    """Whether ``client``, already authenticated, may have tokens for this code.

    Every try that fails at a code burns it: whoever guesses a verifier has one guess.
    """
    if stored is None:
        return UNKNOWN
    if stored.client_id != client.client_id:
        return OTHER_CLIENT
    if stored.spent:
        return REPLAYED
    if stored.expires_at <= now:
        return EXPIRED
    if stored.redirect_uri != request.redirect_uri:
        return REDIRECT_URI
    if not verifier_fits(request.code_verifier, stored.code_challenge):
        return VERIFIER
    if not stored.holder_allowed or not client.enabled:
        return HOLDER
    return Redeemable()
