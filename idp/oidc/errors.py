"""The errors of OAuth 2.0 and OpenID Connect, and the three forms in which they are answered.

A page before the redirect URI is proven, a redirect after it, JSON where a program asked. The texts
say what to change and never repeat what came in (RFC 6749, sections 4.1.2.1 and 5.2).
"""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import dataclass, field
from enum import StrEnum

from mfa_engine.errors import DoorwardError

REALM = "doorward"
NO_STORE = {"Cache-Control": "no-store", "Pragma": "no-cache"}


class ErrorCode(StrEnum):
    """Registered error codes: RFC 6749, RFC 6750, OpenID Connect Core 3.1.2.6, and where noted."""

    INVALID_REQUEST = "invalid_request"
    INVALID_CLIENT = "invalid_client"
    INVALID_GRANT = "invalid_grant"
    INVALID_SCOPE = "invalid_scope"
    INVALID_TOKEN = "invalid_token"
    INSUFFICIENT_SCOPE = "insufficient_scope"
    UNAUTHORIZED_CLIENT = "unauthorized_client"
    UNSUPPORTED_GRANT_TYPE = "unsupported_grant_type"
    UNSUPPORTED_RESPONSE_TYPE = "unsupported_response_type"
    UNSUPPORTED_RESPONSE_MODE = "unsupported_response_mode"
    ACCESS_DENIED = "access_denied"
    SERVER_ERROR = "server_error"
    TEMPORARILY_UNAVAILABLE = "temporarily_unavailable"
    LOGIN_REQUIRED = "login_required"
    INTERACTION_REQUIRED = "interaction_required"
    CONSENT_REQUIRED = "consent_required"
    REQUEST_NOT_SUPPORTED = "request_not_supported"
    REQUEST_URI_NOT_SUPPORTED = "request_uri_not_supported"
    REGISTRATION_NOT_SUPPORTED = "registration_not_supported"
    UNMET_AUTHENTICATION_REQUIREMENTS = "unmet_authentication_requirements"  # Unmet Authn. Requirements 1.0


class ResponseMode(StrEnum):
    """How an authorization answer travels (OAuth 2.0 Multiple Response Types, section 2.1)."""

    QUERY = "query"


@dataclass(frozen=True, slots=True)
class Destination:
    """Where answers and errors go: a redirect URI that was proven to be the client's, and its state."""

    redirect_uri: str
    state: str | None
    response_mode: ResponseMode = ResponseMode.QUERY


@dataclass
class OAuthError(DoorwardError):
    """A refusal, as JSON or, once a Destination is proven, as redirect."""

    code: ErrorCode
    description: str
    status: int = 400
    challenge: str | None = None  # value of WWW-Authenticate

    def __str__(self) -> str:
        return f"{self.code}: {self.description}"


@dataclass
class ErrorPage(DoorwardError):
    """A refusal on a page of our own: nothing that came in was proven fit to be redirected to."""

    code: ErrorCode
    description: str
    status: int = 400

    def __str__(self) -> str:
        return f"{self.code}: {self.description}"


@dataclass
class ErrorRedirect(DoorwardError):
    """A refusal that the client is told through the browser; ``authorize.answer`` makes its address."""

    code: ErrorCode
    description: str
    destination: Destination

    def __str__(self) -> str:
        return f"{self.code}: {self.description}"


@dataclass(frozen=True, slots=True)
class JsonAnswer:
    """Status, headers and body of an answer that no cache may keep (RFC 6749, section 5.1)."""

    status: int
    body: bytes = field(repr=False)
    headers: Mapping[str, str]


def invalid_request(description: str) -> OAuthError:
    """The request itself is wrong."""
    return OAuthError(ErrorCode.INVALID_REQUEST, description)


def invalid_client() -> OAuthError:
    """Client authentication failed: one text for every cause (RFC 6749, section 5.2)."""
    return OAuthError(
        ErrorCode.INVALID_CLIENT,
        "client authentication failed: check client id, secret and the registered method",
        status=401,
        challenge=f'Basic realm="{REALM}"',
    )


def invalid_grant(description: str) -> OAuthError:
    """What was presented entitles to nothing."""
    return OAuthError(ErrorCode.INVALID_GRANT, description)


def json_answer(document: Mapping[str, object], status: int = 200) -> JsonAnswer:
    """A JSON object as an answer."""
    body = json.dumps(document, separators=(",", ":")).encode()
    return JsonAnswer(status, body, {"Content-Type": "application/json", **NO_STORE})


def json_error(error: OAuthError) -> JsonAnswer:
    """The JSON form of a refusal, with the challenge that a 401 must carry."""
    answer = json_answer({"error": error.code, "error_description": error.description}, error.status)
    if error.challenge is None:
        return answer
    return JsonAnswer(answer.status, answer.body, {**answer.headers, "WWW-Authenticate": error.challenge})
