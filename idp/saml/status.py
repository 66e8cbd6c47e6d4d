"""What came of a request, in the words of SAML (SAML Core, section 3.2.2; SD-E01 to SD-E33).

The top level says whose fault it is: Requester the message's, Responder ours or the person's.
"""

from __future__ import annotations

from dataclasses import dataclass

from metadata.saml.markup import text
from metadata.saml.vocabulary import StatusCode


@dataclass(frozen=True, slots=True)
class Status:
    """A top-level code, a second-level one, and a text for the operator of the service."""

    code: StatusCode
    reason: StatusCode | None = None
    message: str | None = None


SUCCESS = Status(StatusCode.SUCCESS)
PARTIAL_LOGOUT = Status(StatusCode.SUCCESS, StatusCode.PARTIAL_LOGOUT)
VERSION_TOO_HIGH = Status(StatusCode.VERSION_MISMATCH, StatusCode.REQUEST_VERSION_TOO_HIGH)
VERSION_TOO_LOW = Status(StatusCode.VERSION_MISMATCH, StatusCode.REQUEST_VERSION_TOO_LOW)
REQUEST_UNSUPPORTED = Status(StatusCode.REQUESTER, StatusCode.REQUEST_UNSUPPORTED)
REQUEST_DENIED = Status(StatusCode.REQUESTER, StatusCode.REQUEST_DENIED)
UNSUPPORTED_BINDING = Status(StatusCode.REQUESTER, StatusCode.UNSUPPORTED_BINDING)
INVALID_NAME_ID_POLICY = Status(StatusCode.REQUESTER, StatusCode.INVALID_NAME_ID_POLICY)
UNKNOWN_PRINCIPAL = Status(StatusCode.REQUESTER, StatusCode.UNKNOWN_PRINCIPAL)
NO_PASSIVE = Status(StatusCode.RESPONDER, StatusCode.NO_PASSIVE)
NO_AUTHN_CONTEXT = Status(StatusCode.RESPONDER, StatusCode.NO_AUTHN_CONTEXT)
ACCESS_DENIED = Status(StatusCode.RESPONDER, StatusCode.REQUEST_DENIED)


def unavailable(correlation_id: str) -> Status:
    """Something of ours does not work (SD-E25): all that is told is where to find it in our log."""
    return Status(StatusCode.RESPONDER, message=correlation_id)


def status_element(status: Status) -> str:
    """``samlp:Status`` in canonical form, to stand where ``samlp`` is declared."""
    second = message = ""
    if status.reason is not None:
        second = f'<samlp:StatusCode Value="{status.reason}"></samlp:StatusCode>'
    if status.message is not None:
        message = f"<samlp:StatusMessage>{text(status.message)}</samlp:StatusMessage>"
    top = f'<samlp:StatusCode Value="{status.code}">{second}</samlp:StatusCode>'
    return f"<samlp:Status>{top}{message}</samlp:Status>"
