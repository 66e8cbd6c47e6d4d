"""The sessions in which a service provider was given an answer: those that it may speak of."""

from __future__ import annotations

from collections.abc import Mapping

from sqlalchemy import Connection, bindparam, select

from idp.storage.sso_session import ParticipantTable, SessionRow, SsoSessionTable
from mfa_engine.identity.user import UserKey

_session = SsoSessionTable.__table__.c
_participant = ParticipantTable.__table__.c
_AT_SERVICE = (
    select(*[_session[name] for name in SessionRow.__slots__], _participant.session_index)
    .join_from(SsoSessionTable, ParticipantTable, _participant.session_id == _session.id)
    .where(_participant.protocol == "saml", _participant.party == bindparam("b_party"))
)
_BY_INDEX = _AT_SERVICE.where(_participant.session_index == bindparam("b_session_index"))
_OF_PERSON = _AT_SERVICE.where(
    _session.resolver == bindparam("b_resolver"), _session.uid == bindparam("b_uid")
)


def session_by_index(connection: Connection, entity_id: str, session_index: str) -> Mapping[str, SessionRow]:
    """The session that this service knows by that index, by the index; empty when it has ended. One
    statement."""
    values = {"b_party": entity_id, "b_session_index": session_index}
    return {row.session_index: SessionRow(*row[:-1]) for row in connection.execute(_BY_INDEX, values)}


def sessions_of_person(connection: Connection, entity_id: str, person: UserKey) -> Mapping[str, SessionRow]:
    """The sessions of one person that this service takes part in, by its index of each. One statement."""
    values = {"b_party": entity_id, "b_resolver": person.resolver, "b_uid": person.uid}
    return {row.session_index: SessionRow(*row[:-1]) for row in connection.execute(_OF_PERSON, values)}
