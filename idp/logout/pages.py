"""The question before a session ends, and the report afterwards."""

from __future__ import annotations

from flask import Response, request

from idp.logout.end import Ended
from idp.logout.plan import Initiator, report
from idp.pages.login import LogoutPage, LogoutReportPage
from idp.services import Services
from idp.sessions.sso import SsoSession
from idp.storage.sso_session import ParticipantRow, participants_of


def ask(services: Services, session: SsoSession, *, stay_url: str, hints: str = "") -> Response:
    """Whether the person wants to sign out. The form posts to the address that this page is shown at."""
    rows = services.engine.look(lambda view: participants_of(view.connection, session.id))
    page = LogoutPage(apps=len({(row.protocol, row.party) for row in rows}), stay_url=stay_url)
    return services.respond.page("login/logout.html", page, binding=_binding(session), hints=hints)


def answered_yes(services: Services, session: SsoSession) -> bool:
    """Whether the form that came in is the one of ``ask``, from this very browser, and says yes."""
    return services.respond.form_is_ours(_binding(session)) and request.form.get("answer") == "yes"


def tell(
    services: Services, ended: Ended | None, initiator: Initiator | None, *, hints: str = ""
) -> Response:
    """That the session is over, and which applications may still be open. ``ended`` is None when there
    was none."""
    lines = report(ended.participants, initiator, lambda row: _name(services, row)) if ended else ()
    return services.respond.page("login/logout_report.html", LogoutReportPage(apps=lines), hints=hints)


def _name(services: Services, row: ParticipantRow) -> str:
    protocols = (part for part in services.participants if part.protocol == row.protocol)
    return next((part.name(row.party) for part in protocols), row.party)


def _binding(session: SsoSession) -> str:
    return f"logout:{session.row.cookie_hash}"
