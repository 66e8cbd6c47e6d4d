"""/account/sessions: where the person is signed in; ends one of these sessions, or all others."""

from __future__ import annotations

from flask import Response, request

from idp.login.ways import way_kind
from idp.logout.of_person import alive_of, end_where
from idp.pages.account import AccountArea, Method, OwnSession, SessionsPage
from idp.pages.done import Done
from idp.pages.login import WayKind
from idp.storage.sso_session import ParticipantRow, SessionRow, participants_of
from idp.web.account.shell import SESSIONS, shell
from idp.web.applications import application_name
from idp.web.visitor import Visitor
from mfa_engine.authentication.assurance import Proof
from mfa_engine.errors import NotFound
from mfa_engine.unit import View

_METHODS = {WayKind.SECURITY_KEY: Method.SECURITY_KEY, WayKind.MAIL_CODE: Method.MAIL_CODE}


def show(visitor: Visitor) -> Response:
    """The list, this browser first."""
    key, current = visitor.user.key, visitor.session.id

    def read(view: View) -> list[tuple[SessionRow, tuple[ParticipantRow, ...]]]:
        return [(row, participants_of(view.connection, row.id)) for row in alive_of(view, key)]

    found = visitor.services.engine.look(read)
    found.sort(key=lambda pair: (pair[0].id != current, -pair[0].used_at.timestamp()))
    sessions = tuple(_session(visitor, row, participants) for row, participants in found)
    page = SessionsPage(**shell(visitor), here=AccountArea.SESSIONS, sessions=sessions)
    return visitor.page("account/sessions.html", page)


def act(visitor: Visitor) -> Response:
    """End one session of the person's own, or all but this one. Raises NotFound for any other."""
    services, current, handle = visitor.services, visitor.session.id, request.form.get("session", "")
    key, one = visitor.user.key, request.form.get("act") == "end"

    def which(row: SessionRow) -> bool:
        return row.id == handle if one else row.id != current

    if not one and request.form.get("act") != "end-others":
        raise NotFound("act", request.form.get("act", ""))
    ended = services.engine.record(
        lambda unit: end_where(unit, services, visitor.origin, key, which, "by_owner")
    )
    if one and not ended:
        raise NotFound("session", handle)
    return visitor.go(SESSIONS, Done.SESSION_ENDED if one else Done.OTHER_SESSIONS_ENDED)


def _session(visitor: Visitor, row: SessionRow, participants: tuple[ParticipantRow, ...]) -> OwnSession:
    methods = (_method(visitor, Proof.read(document)) for document in row.proofs)
    apps = (application_name(visitor.services, one.protocol, one.party) for one in participants)
    return OwnSession(
        handle=row.id,
        user_agent=row.user_agent,
        address=row.address,
        since=row.created_at,
        methods=tuple(dict.fromkeys(methods)),
        apps=tuple(dict.fromkeys(apps)),
        current=row.id == visitor.session.id,
    )


def _method(visitor: Visitor, proof: Proof) -> Method:
    """What the person did for it; a token that is gone since is known by its type."""
    if proof.is_known_by_heart:
        return Method.PASSWORD
    kind = visitor.rules.types.get(proof.kind)
    return Method.CODE if kind is None else _METHODS.get(way_kind(kind), Method.CODE)
