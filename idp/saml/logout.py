"""Single logout that a service starts (SAML Profiles, section 4.4; SD-L01 to SD-L10).

A request on the front channel ends something only when it is signed and verifies (SD-L03): an
unsigned one leads to the page that asks the person. Whether the name was ever given to this
service, and which sessions it means, the caller finds in its sessions (SD-E31, SD-E32).
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta

from idp.saml.bindings.redirect import Received
from idp.saml.errors import StatusError, malformed, page_for
from idp.saml.identifiers import new_identifier
from idp.saml.message import (
    EXTENSIONS,
    ISSUER,
    Header,
    OneUse,
    check_destination,
    check_version,
    known_service,
    read_header,
    verify_query,
)
from idp.saml.name_id import NameId
from idp.saml.sso.address import ReturnAddress
from idp.saml.status import REQUEST_DENIED, REQUEST_UNSUPPORTED, Status, status_element
from metadata.entity import ServiceProvider
from metadata.errors import InvalidDocument
from metadata.saml import markup, vocabulary
from metadata.saml.datatypes import in_order, instant, text
from metadata.saml.document import Element
from metadata.saml.errors import MalformedDocument
from metadata.saml.signature import SIGNATURE
from metadata.saml.validity import SKEW, is_ahead, is_older, is_over
from metadata.saml.vocabulary import Binding, tag

LOGOUT_REQUEST = tag(vocabulary.PROTOCOL, "LogoutRequest")
SESSION_INDEX = tag(vocabulary.PROTOCOL, "SessionIndex")
BASE_ID = tag(vocabulary.ASSERTION, "BaseID")
NAME_ID = tag(vocabulary.ASSERTION, "NameID")
ENCRYPTED_ID = tag(vocabulary.ASSERTION, "EncryptedID")
CHILDREN = (ISSUER, SIGNATURE, EXTENSIONS, BASE_ID, NAME_ID, ENCRYPTED_ID, SESSION_INDEX)

REQUEST_LIFE = timedelta(minutes=5)


@dataclass(frozen=True, slots=True)
class LogoutRequest:
    """Whose session is to end. No ``session_indexes`` means all that the service sees of the person.

    ``name_id`` is None where the person is named in a form that we never give out.
    """

    header: Header
    name_id: NameId | None
    session_indexes: tuple[str, ...]
    not_on_or_after: datetime | None


@dataclass(frozen=True, slots=True)
class LogoutAccepted:
    """The service may end these sessions. ``address`` is None when it wants no answer by Redirect."""

    name_id: NameId
    session_indexes: tuple[str, ...]
    address: ReturnAddress | None
    one_use: OneUse


@dataclass(frozen=True, slots=True)
class LogoutUnproven:
    """Nobody signed for it: the person is asked, nothing is ended, no answer is sent."""

    issuer: str


@dataclass(frozen=True, slots=True)
class LogoutRefused:
    """The sender is proven and is told why not. ``reason`` is for the audit."""

    address: ReturnAddress | None
    status: Status
    reason: str


def read(root: Element) -> LogoutRequest:
    """The LogoutRequest that ``root`` is.

    Raises PageError (400): root_element, schema, issuer, issue_instant.
    """
    if root.tag != LOGOUT_REQUEST:
        raise malformed("root_element", "send a LogoutRequest to this address")
    try:
        return _read(root)
    except InvalidDocument as error:
        raise page_for(error) from error


def judge(
    request: LogoutRequest, received: Received, found: ServiceProvider | None, location: str, now: datetime
) -> LogoutAccepted | LogoutUnproven | LogoutRefused:
    """Whether ``request``, read from ``received.root``, may end sessions.

    ``found`` is the enabled service provider of that issuer, ``location`` our logout endpoint as in
    our metadata. Raises PageError: 403 with issuer, metadata_expired, signature, unknown_key,
    weak_key, algorithm, weak_algorithm; 400 with destination.
    """
    header = request.header
    service = known_service(found, header.issuer, now)
    if received.signature is None:
        return LogoutUnproven(header.issuer)
    verify_query(received.signature, service.signing_keys)
    check_destination(header.destination, location, signed=True)
    address = _address(request, received, service)
    try:
        check_version(header.version)
        _check_times(request, now)
        return LogoutAccepted(_name(request), request.session_indexes, address, _one_use(request))
    except StatusError as error:
        return LogoutRefused(address, error.status, error.reason)


def response(issuer: str, status: Status, address: ReturnAddress, now: datetime) -> str:
    """A LogoutResponse, which the Redirect binding signs beside the message."""
    return (
        f'<samlp:LogoutResponse xmlns:samlp="{vocabulary.PROTOCOL}"'
        f' Destination="{markup.attribute(address.location)}" ID="{new_identifier()}"'
        f' InResponseTo="{markup.attribute(address.in_response_to)}" IssueInstant="{markup.instant(now)}"'
        f' Version="2.0"><saml:Issuer xmlns:saml="{vocabulary.ASSERTION}">{markup.text(issuer)}</saml:Issuer>'
        f"{status_element(status)}</samlp:LogoutResponse>"
    )


def _read(root: Element) -> LogoutRequest:
    found = in_order(root, CHILDREN, repeatable=(SESSION_INDEX,))
    if len(found[BASE_ID]) + len(found[NAME_ID]) + len(found[ENCRYPTED_ID]) != 1:
        raise MalformedDocument("schema", "name the person once, by NameID")
    ends = root.get("NotOnOrAfter")
    return LogoutRequest(
        header=read_header(root, found[ISSUER]),
        name_id=_name_id(found[NAME_ID][0]) if found[NAME_ID] else None,
        session_indexes=tuple(text(element) for element in found[SESSION_INDEX]),
        not_on_or_after=None if ends is None else instant(ends, "NotOnOrAfter"),
    )


def _name_id(element: Element) -> NameId:
    return NameId(
        value=text(element),
        format=element.get("Format"),
        name_qualifier=element.get("NameQualifier"),
        sp_name_qualifier=element.get("SPNameQualifier"),
    )


def _address(request: LogoutRequest, received: Received, service: ServiceProvider) -> ReturnAddress | None:
    for endpoint in service.logout_services:
        if endpoint.binding == Binding.REDIRECT:
            header = request.header
            return ReturnAddress(header.issuer, endpoint.answers_to, header.id, received.relay_state)
    return None


def _check_times(request: LogoutRequest, now: datetime) -> None:
    """SD-E30. What was made long ago is old, whatever end it gives itself."""
    made, ends = request.header.issue_instant, request.not_on_or_after
    if is_ahead(made, now) or is_older(made, REQUEST_LIFE, now) or (ends is not None and is_over(ends, now)):
        raise StatusError(REQUEST_DENIED, "expired")


def _name(request: LogoutRequest) -> NameId:
    if request.name_id is None:
        raise StatusError(REQUEST_UNSUPPORTED, "name_id_unsupported")
    return request.name_id


def _one_use(request: LogoutRequest) -> OneUse:
    header = request.header
    return OneUse(header.issuer, header.id, header.issue_instant + REQUEST_LIFE + SKEW)
