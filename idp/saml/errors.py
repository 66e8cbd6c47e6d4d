"""The two places a refusal can go to: a page of ours, or the service that asked.

It goes to the service only when its address is proven from metadata (SD section 12).
"""

from __future__ import annotations

from dataclasses import dataclass
from http import HTTPStatus

from idp.saml.status import Status
from metadata.errors import InvalidDocument
from metadata.saml.errors import OversizedDocument, UntrustedDocument
from mfa_engine.errors import DoorwardError


@dataclass
class PageError(DoorwardError):
    """Nobody is proven to have asked, so the answer is a page: ``reason`` is for the audit."""

    http_status: HTTPStatus
    reason: str
    explanation: str

    def __str__(self) -> str:
        return self.explanation


@dataclass
class StatusError(DoorwardError):
    """The service is known and its request cannot be granted: it is told so by a Response."""

    status: Status
    reason: str

    def __str__(self) -> str:
        return f"the request is answered with {self.status.reason or self.status.code}"


def malformed(reason: str, explanation: str) -> PageError:
    """The message is not what the specifications call one (400)."""
    return PageError(HTTPStatus.BAD_REQUEST, reason, explanation)


def untrusted(reason: str, explanation: str) -> PageError:
    """Nothing that we trust vouches for the message or its sender (403)."""
    return PageError(HTTPStatus.FORBIDDEN, reason, explanation)


def page_for(error: InvalidDocument) -> PageError:
    """The page that a refused document deserves: 413, 403, or 400."""
    if isinstance(error, OversizedDocument):
        return PageError(HTTPStatus.REQUEST_ENTITY_TOO_LARGE, error.reason, error.remedy)
    if isinstance(error, UntrustedDocument):
        return untrusted(error.reason, error.remedy)
    return malformed(error.reason, error.remedy)
