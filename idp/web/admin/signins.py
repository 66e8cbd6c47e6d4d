"""A person's last sign-ins, in plain words from the audit."""

from __future__ import annotations

from collections.abc import Iterable, Mapping

from idp.pages import reasons
from idp.pages.page import Event
from idp.services import Services
from idp.web.applications import called
from mfa_engine.identity.user import UserKey
from mfa_engine.storage.audit import AuditRow, newest_audit
from mfa_engine.storage.token import TokenRow

_LOOKED_AT, _SHOWN = 100, 10
_LOGINS = ("oidc:", "saml:", "page:")


def last_sign_ins(services: Services, key: UserKey, tokens: Iterable[TokenRow]) -> tuple[Event, ...]:
    """The newest ones first, failures included. One statement."""
    person = key.resolver, key.uid
    rows = services.engine.look(
        lambda view: newest_audit(view.connection, limit=_LOOKED_AT, event="auth.*", person=person)
    )
    names = {token.serial: token.description or token.serial for token in tokens}
    return tuple(_event(services, row, names) for row in rows if _is_one(row))[:_SHOWN]


def _is_one(row: AuditRow) -> bool:
    """A login is one thing to people, however many right answers it took; each wrong one stands alone."""
    in_login = row.application.startswith(_LOGINS)
    return {
        "auth.login": True,
        "auth.password": not row.success,
        "auth.check": not row.success or not in_login,
    }.get(row.event, False)


def _event(services: Services, row: AuditRow, names: Mapping[str, str]) -> Event:
    token = names.get(row.serial, row.serial) if row.serial else ""
    where = called(services, row.application)
    return reasons.sign_in(row.at, where, success=row.success, reason=row.reason, token=token)
