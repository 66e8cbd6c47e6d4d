"""Whether what an issued value rests on still stands, as conditions within the statement that decides."""

from __future__ import annotations

from typing import Any

from sqlalchemy import ColumnElement, bindparam, exists

from idp.storage.client import ClientTable
from idp.storage.sso_session import SsoSessionTable
from mfa_engine.storage.base import Instant

_session = SsoSessionTable.__table__.c
_client = ClientTable.__table__.c


def session_alive(session_id: ColumnElement[Any]) -> ColumnElement[bool]:
    """The session of that id is there, neither idle for too long nor over, at ``b_now``."""
    now = bindparam("b_now", type_=Instant())
    return exists().where(_session.id == session_id, _session.idle_at > now, _session.ends_at > now)


def client_enabled(client_id: ColumnElement[Any]) -> ColumnElement[bool]:
    """The OpenID Connect client of that id is registered and enabled."""
    return exists().where(_client.client_id == client_id, _client.enabled.is_(True))
