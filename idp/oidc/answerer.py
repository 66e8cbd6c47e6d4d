"""How a finished login becomes an authorization code, and a refused one an error at the client."""

from __future__ import annotations

import secrets
from collections.abc import Callable
from typing import Any
from urllib.parse import urlsplit

import msgspec
from flask import Response

from idp.applications import clients
from idp.applications.registry import Registry
from idp.observe.request_id import request_id
from idp.oidc.authorize.accepted import AcceptedRequest
from idp.oidc.authorize.answer import refusal_location, success_location
from idp.oidc.claims import ClaimValue, userinfo_claims
from idp.oidc.errors import ErrorCode
from idp.oidc.grants.authorization_code import LIFETIME
from idp.oidc.grants.issued_code import KEPT, PURPOSE, IssuedCode
from idp.oidc.leave import leave
from idp.oidc.names import Names
from idp.oidc.tokens.handle import HandleKind, new_handle
from idp.pages import App, errors
from idp.pages.login import Detail
from idp.pages.respond import Respond
from idp.services import Granted, IssueRefused, Refusal, Sharing
from idp.storage.one_time import insert_one_time
from idp.storage.sso_session import ParticipantRow, note_participant
from metadata.oidc.redirect_uri import is_registered
from metadata.oidc.relying_party import Consent, RelyingParty
from mfa_engine.identity.user import User
from mfa_engine.unit import Unit

_REFUSALS = {
    Refusal.LOGIN_REQUIRED: (ErrorCode.LOGIN_REQUIRED, "nobody is signed in as was asked for"),
    Refusal.INTERACTION_REQUIRED: (ErrorCode.INTERACTION_REQUIRED, "a page has to be shown"),
    Refusal.CONSENT_REQUIRED: (ErrorCode.CONSENT_REQUIRED, "the person has to be asked first"),
    Refusal.UNREACHABLE: (
        ErrorCode.UNMET_AUTHENTICATION_REQUIREMENTS,
        "the person cannot sign in as strongly as was asked for",
    ),
    Refusal.DENIED: (ErrorCode.ACCESS_DENIED, "the person said no"),
    Refusal.DISABLED: (ErrorCode.ACCESS_DENIED, "the person or the application is not let in"),
    Refusal.REPLAYED: (ErrorCode.ACCESS_DENIED, "this request was answered before"),
}


class OidcAnswerer:
    """Answers with a code. Its request is an AcceptedRequest as plain values."""

    def __init__(self, issuer: str, names: Names, registry: Registry, respond: Respond) -> None:
        self._issuer = issuer
        self._names = names
        self._registry = registry
        self._respond = respond

    def app(self, request: Any) -> App:
        """By the name that it was registered with, and its home page."""
        client_id = _accepted(request).client_id
        client = self._client(client_id)
        return App(client.client_name, client.client_uri or "") if client else App(client_id)

    def preferred_class(self, request: Any) -> str | None:
        """None: a client's default is among what it asks for (``authorize.checks``)."""
        del request
        return None

    def accepts_session(self, request: Any, user: User) -> bool:
        """Not when an account is to be chosen, or another person was named (``id_token_hint``)."""
        accepted = _accepted(request)
        return "select_account" not in accepted.prompt and self._is_meant(accepted, user)

    def sharing(self, request: Any, user: User) -> Sharing | None:
        """The scopes and the claims that they come to. An application that only wants to know that it is
        the same person again needs no consent, and gets no claim."""
        accepted = _accepted(request)
        client = self._client(accepted.client_id)
        if client is None:
            return None
        wished = "consent" in accepted.prompt
        by_rule = client.consent is not Consent.ADMIN and accepted.scope != ("openid",)
        if not wished and not by_rule:
            return None
        return Sharing(
            names=accepted.scope,
            details=self._details(accepted, user),
            site=_site(client, accepted.redirect_uri),
            anew=wished or client.consent is Consent.ALWAYS,
        )

    def issue(self, unit: Unit, granted: Granted) -> Callable[[bool], Response]:
        """A code, and the client as participant of the session. Two statements.

        That the client is enabled was asserted by the statement that noted the session's use.
        """
        accepted = _accepted(granted.request)
        if not self._is_meant(accepted, granted.user):
            raise IssueRefused(Refusal.LOGIN_REQUIRED)
        client = self._client(accepted.client_id)
        if client is None or not is_registered(client, accepted.redirect_uri):
            raise IssueRefused(Refusal.DISABLED)
        code = new_handle(HandleKind.AUTHORIZATION_CODE)
        issued = self._issued(unit, granted, accepted)
        insert_one_time(
            unit.connection,
            PURPOSE,
            code.digest,
            issued.document(),
            unit.now,
            unit.now + KEPT,
            session_id=issued.session_id,
            client_id=issued.client_id,
        )
        subject = self._names.subject(granted.user.key)
        row = ParticipantRow(issued.session_id, "oidc", issued.client_id, subject, "", issued.sid)
        note_participant(unit.connection, row, unit.now)
        location = success_location(accepted.destination, code=code.value, issuer=self._issuer)
        return lambda after_form: leave(
            self._respond,
            App(client.client_name, client.client_uri or ""),
            location,
            after_form=after_form,
            signed_in=True,
            languages=accepted.ui_locales,
        )

    def refuse(self, request: Any, why: Refusal, *, after_form: bool) -> Response:
        """The error at the redirect URI; a page when that has been taken back meanwhile."""
        accepted, app = _accepted(request), self.app(request)
        client = self._client(accepted.client_id)
        if client is None or not is_registered(client, accepted.redirect_uri):
            return self._respond.error(errors.not_allowed(app, request_id()))
        code, description = _REFUSALS[why]
        location = refusal_location(accepted.destination, code, description, issuer=self._issuer)
        return leave(self._respond, app, location, after_form=after_form, languages=accepted.ui_locales)

    def _client(self, client_id: str) -> RelyingParty | None:
        found = clients.find(self._registry, client_id)
        return found.client if found else None

    def _is_meant(self, accepted: AcceptedRequest, user: User) -> bool:
        return accepted.hinted_subject in (None, self._names.subject(user.key))

    def _details(self, accepted: AcceptedRequest, user: User) -> tuple[Detail, ...]:
        """All that would be told; the bare identifier is named only where there is nothing else."""
        claims = userinfo_claims(self._names.subject(user.key), user, accepted.scope)
        subject = claims.pop("sub")
        told = claims or {"sub": subject}
        return tuple(Detail(name, _shown(value)) for name, value in told.items())

    def _issued(self, unit: Unit, granted: Granted, accepted: AcceptedRequest) -> IssuedCode:
        return IssuedCode(
            client_id=accepted.client_id,
            redirect_uri=accepted.redirect_uri,
            code_challenge=accepted.code_challenge,
            expires_at=unit.now + LIFETIME,
            grant_id=secrets.token_urlsafe(16),
            session_id=granted.session.id,
            sid=self._names.sid(granted.session.id, accepted.client_id),
            person=granted.session.person,
            scope=granted.consented or accepted.scope,
            acr=granted.answer.context_class,
            amr=granted.answer.methods,
            auth_time=granted.answer.auth_time,
            nonce=accepted.nonce,
        )


def _accepted(request: Any) -> AcceptedRequest:
    return msgspec.convert(request, AcceptedRequest)


def _site(client: RelyingParty, redirect_uri: str) -> str:
    """Whose it is: the host that people know, or an application's private scheme."""
    parts = urlsplit(client.client_uri or redirect_uri)
    return parts.hostname or f"{parts.scheme}:"


def _shown(value: ClaimValue) -> str:
    if isinstance(value, bool):
        return str(value).lower()
    return value if isinstance(value, str) else ", ".join(value)
