"""/saml/slo: a service asks for the end of a session; it ends here, and the service is told (SD-L01 to L10).

An unsigned request ends nothing: the person is asked, and answers by a form that comes back here (SD-L03).
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import replace

from flask import Response, request

from idp.login.door import held, origin_of_request
from idp.logout import pages
from idp.logout.end import Ended, end_session
from idp.logout.plan import Initiator
from idp.observe.request_id import request_id
from idp.pages import errors
from idp.saml import logout, rejected
from idp.saml.bindings import redirect
from idp.saml.bindings.redirect import Message
from idp.saml.errors import PageError, StatusError, malformed
from idp.saml.face import Face
from idp.saml.logout import LogoutAccepted, LogoutRefused, LogoutUnproven
from idp.saml.name_id import is_same, persistent, transient
from idp.saml.replay import claim
from idp.saml.sso.address import ReturnAddress
from idp.saml.status import PARTIAL_LOGOUT, SUCCESS, UNKNOWN_PRINCIPAL, Status
from idp.services import IssueRefused
from idp.sessions import sso
from idp.sessions.sso import SsoSession
from idp.storage.persistent_id import holder
from idp.storage.service_session import session_by_index, sessions_of_person
from idp.storage.sso_session import SessionRow
from mfa_engine import audit
from mfa_engine.audit import Entry, Origin
from mfa_engine.unit import Unit, View


def sign_off(face: Face) -> Response:
    """End the sessions that a proven service names; ask the person where nobody is proven."""
    body = request.get_data()
    session = _browser_session(face)
    if request.method == "POST" and "answer" in request.form:
        return _answered(face, session)
    try:
        received = redirect.receive(request.query_string, body)
        asked = logout.read(received.root)
    except PageError as error:
        return rejected.refuse(face, error)
    issuer = asked.header.issuer
    found = face.partners.enabled(issuer)
    try:
        verdict = logout.judge(
            asked, received, found.provider if found else None, face.own.slo_location, face.services.clock()
        )
        return _answer(face, verdict, issuer, session)
    except PageError as error:
        return rejected.refuse(face, error, issuer)


def _browser_session(face: Face) -> SsoSession | None:
    cookies = held(face.services)
    if not cookies.session:
        return None
    return face.services.engine.look(lambda view: sso.find(view, cookies.session))


def _answered(face: Face, session: SsoSession | None) -> Response:
    """The person said yes; with a second click, when nothing is left to end."""
    if session is None:
        return pages.tell(face.services, None, None)
    if not pages.answered_yes(face.services, session):
        return face.services.respond.error(errors.not_our_form(request_id()))
    person = session.person
    origin = replace(origin_of_request(), actor=f"person:{person.resolver}/{person.uid}")
    ended = end_session(face.services, origin, session.row)
    response = pages.tell(face.services, ended, None)
    face.services.cookies.drop_session(response)
    return response


def _answer(
    face: Face,
    verdict: LogoutAccepted | LogoutRefused | LogoutUnproven,
    issuer: str,
    session: SsoSession | None,
) -> Response:
    match verdict:
        case LogoutUnproven():
            return _ask(face, issuer, session)
        case LogoutRefused():
            return _refuse(face, verdict.address, verdict.status, verdict.reason, issuer)
        case LogoutAccepted():
            try:
                return _end_named(face, verdict, issuer, session)
            except StatusError as error:
                return _refuse(face, verdict.address, error.status, error.reason, issuer)


def _ask(face: Face, issuer: str, session: SsoSession | None) -> Response:
    if session is None:
        return pages.tell(face.services, None, None)
    return pages.ask(face.services, session, stay_url=face.partners.app(issuer).url)


def _refuse(face: Face, address: ReturnAddress | None, status: Status, reason: str, issuer: str) -> Response:
    """The service is told where it takes answers; else the person sees that it did not work."""
    if address is None:
        raise malformed(reason, f"the sign-out is answered with {status.reason or status.code}")
    rejected.note(face, reason, issuer)
    return _redirect(face, address, status)


def _end_named(face: Face, accepted: LogoutAccepted, issuer: str, session: SsoSession | None) -> Response:
    """The sessions end first and always; then the service hears how far that went (SD-L04, SD-L06)."""
    services = face.services
    rows = services.engine.look(lambda view: _named(view, face, accepted, issuer))
    origin = replace(origin_of_request(f"saml:{issuer}"), actor=f"saml:{issuer}")
    services.engine.record(lambda unit: _begin(unit, origin, accepted, nothing_to_end=not rows))
    ended = [done for row in rows if (done := end_session(services, origin, row)) is not None]
    response = _tell(face, accepted.address, Initiator("saml", issuer), ended)
    if session is not None and session.row.id in {row.id for row in rows}:
        services.cookies.drop_session(response)
    return response


def _named(view: View, face: Face, accepted: LogoutAccepted, issuer: str) -> tuple[SessionRow, ...]:
    """The sessions that the service means: those of its SessionIndexes, else all of that name there.

    Raises StatusError (UnknownPrincipal) for a name that it was never given (SD-E31); one whose sessions
    have all ended names none (SD-E32).
    """
    name, own = accepted.name_id, face.own.entity_id
    if face.handles.is_ours(name.value, issuer):
        issued = transient(name.value, own, issuer)
        known = session_by_index(view.connection, issuer, name.value)
    else:
        issued = persistent(name.value, own, issuer)
        known = _of_holder(view, name.value, issuer)
    if not is_same(name, issued):
        raise StatusError(UNKNOWN_PRINCIPAL, "unknown_principal")
    wanted = accepted.session_indexes
    return tuple(row for index, row in known.items() if not wanted or index in wanted)


def _of_holder(view: View, name: str, issuer: str) -> Mapping[str, SessionRow]:
    person = holder(view.connection, name, issuer)
    if person is None:
        raise StatusError(UNKNOWN_PRINCIPAL, "unknown_principal")
    return sessions_of_person(view.connection, issuer, person)


def _begin(unit: Unit, origin: Origin, accepted: LogoutAccepted, *, nothing_to_end: bool) -> None:
    """The request is spent. Raises PageError for one that was seen before."""
    try:
        claim(unit, accepted.one_use)
    except IssueRefused:
        raise malformed(rejected.REPLAYED, "this sign-out was asked for before") from None
    if nothing_to_end:
        audit.record(unit, origin, Entry("saml.logout", True, "already_ended"))


def _tell(
    face: Face, address: ReturnAddress | None, initiator: Initiator, ended: Sequence[Ended]
) -> Response:
    """An answer to the service; a page where it wants none."""
    if address is None:
        return pages.tell(face.services, ended[0] if ended else None, initiator)
    others = any(
        Initiator(row.protocol, row.party) != initiator for done in ended for row in done.participants
    )
    return _redirect(face, address, PARTIAL_LOGOUT if others else SUCCESS)


def _redirect(face: Face, address: ReturnAddress, status: Status) -> Response:
    xml = logout.response(face.own.entity_id, status, address, face.services.clock())
    location = redirect.send(
        address.location, Message.RESPONSE, xml, address.relay_state, face.own.credential()
    )
    return face.services.respond.see_other(location)
