"""How a finished login becomes a Response: name, attributes, statement, signatures."""

from __future__ import annotations

from collections.abc import Callable
from contextlib import suppress
from typing import Any

import msgspec
from flask import Response
from sqlalchemy.exc import IntegrityError

from idp.applications.service_providers import Registered
from idp.login.door import origin_of_request
from idp.observe.request_id import request_id
from idp.pages import App, errors
from idp.pages.respond import Respond
from idp.saml.attributes import ReleaseRule, SamlAttribute, release
from idp.saml.errors import StatusError
from idp.saml.name_id import NameId, NameIdChoice, new_persistent_value, persistent, transient
from idp.saml.own import OwnIdentity
from idp.saml.partners import Partners
from idp.saml.rejected import REJECTED
from idp.saml.responses import Responses
from idp.saml.session_handle import SessionHandles
from idp.saml.sso.address import ReturnAddress
from idp.saml.sso.assertion import Statement
from idp.saml.status import ACCESS_DENIED, INVALID_NAME_ID_POLICY, NO_AUTHN_CONTEXT, NO_PASSIVE, Status
from idp.services import Granted, IssueRefused, Refusal
from idp.storage.persistent_id import insert_persistent_id, note_by_persistent_id
from idp.storage.sso_session import ParticipantRow, note_participant
from metadata.saml.vocabulary import NameIdFormat
from mfa_engine import audit
from mfa_engine.audit import Entry, Subject
from mfa_engine.errors import Unavailable
from mfa_engine.identity.user import User
from mfa_engine.unit import Unit

_STATUS: dict[Refusal, Status] = {
    Refusal.LOGIN_REQUIRED: NO_PASSIVE,
    Refusal.INTERACTION_REQUIRED: NO_PASSIVE,
    Refusal.UNREACHABLE: NO_AUTHN_CONTEXT,
}


class StoredRequest(msgspec.Struct, frozen=True):
    """What of an accepted AuthnRequest is needed at the end of its login."""

    address: ReturnAddress
    name_id: NameIdChoice


class SamlAnswerer:
    """Writes who takes part, and renders the Response by POST."""

    def __init__(
        self, own: OwnIdentity, partners: Partners, respond: Respond, handles: SessionHandles
    ) -> None:
        self._own = own
        self._partners = partners
        self._respond = respond
        self._responses = Responses(own, partners, respond)
        self._handles = handles

    def app(self, request: Any) -> App:
        """By its display name."""
        return self._partners.app(_stored(request).address.service)

    def preferred_class(self, request: Any) -> str | None:
        """None of its own."""
        del request
        return None

    def accepts_session(self, request: Any, user: User) -> bool:
        """Whoever is signed in: a request that names a person is not answered (SD-E22)."""
        del request, user
        return True

    def sharing(self, request: Any, user: User) -> None:
        """What is released is the operator's rule, so nobody is asked."""
        del request, user

    def issue(self, unit: Unit, granted: Granted) -> Callable[[bool], Response]:
        """One statement, for a name of either format; two more when a service is given the name that lasts
        for the first time. Nothing when the request cannot be granted: the service is told so."""
        stored = _stored(granted.request)
        address, now = stored.address, unit.now
        found = self._partners.enabled(address.service)
        if found is None or not found.is_usable(now) or not _is_known(address, found):
            raise IssueRefused(Refusal.DISABLED)
        try:
            statement = self._statement(unit, granted, stored, _attributes(found, granted.user))
        except StatusError as error:
            status = error.status
            _note_failure(unit, granted, error)
            return lambda _after_form: self._responses.failure(status, address)
        return lambda _after_form: self._responses.success(statement, address, now)

    def refuse(self, request: Any, why: Refusal, *, after_form: bool) -> Response:
        """A signed Response with the status that says why; a page where nothing may be sent."""
        del after_form
        address = _stored(request).address
        app = self._partners.app(address.service)
        if why is Refusal.REPLAYED:
            return self._respond.error(errors.already_done(app))
        if why is Refusal.DISABLED:
            return self._respond.error(errors.not_allowed(app, request_id()))
        return self._responses.failure(_STATUS.get(why, ACCESS_DENIED), address)

    def _statement(
        self, unit: Unit, granted: Granted, stored: StoredRequest, attributes: tuple[SamlAttribute, ...]
    ) -> Statement:
        handle = self._handles.of(granted.session.id, stored.address.service)
        return Statement(
            issuer=self._own.entity_id,
            name_id=self._noted_name(unit, granted, stored, handle),
            context_class=granted.answer.context_class,
            authn_instant=granted.answer.auth_time,
            session_index=handle,
            session_ends_at=granted.session.row.ends_at,
            attributes=attributes,
        )

    def _noted_name(self, unit: Unit, granted: Granted, stored: StoredRequest, handle: str) -> NameId:
        """The person's name at the service, which is noted as taking part under it."""
        own, service, format_ = self._own.entity_id, stored.address.service, stored.name_id.format
        row = ParticipantRow(granted.session.id, "saml", service, handle, format_.value, handle)
        if format_ is NameIdFormat.TRANSIENT:
            note_participant(unit.connection, row, unit.now)
            return transient(handle, own, service)
        return persistent(_lasting_name(unit, row, granted.user, stored.name_id), own, service)


def _stored(request: Any) -> StoredRequest:
    return msgspec.convert(request, StoredRequest)


def _is_known(address: ReturnAddress, found: Registered) -> bool:
    """The consumer service is still one of its metadata, which may have changed since the request."""
    return any(end.location == address.location for end in found.provider.consumer_services)


def _attributes(found: Registered, user: User) -> tuple[SamlAttribute, ...]:
    """What our rules release to the service. Raises StatusError."""
    rules = [ReleaseRule(rule.attribute, rule.name, rule.friendly_name) for rule in found.settings.release]
    person = {**user.attributes, "display_name": (user.display_name,), "login": (user.login,)}
    return release(rules, person).attributes


def _lasting_name(unit: Unit, row: ParticipantRow, user: User, choice: NameIdChoice) -> str:
    """The name that the service has always known the person by; made at the first time, when it may be."""
    known = note_by_persistent_id(unit.connection, row, user.key, unit.now)
    if known is not None:
        return known
    if not choice.may_create:
        raise StatusError(INVALID_NAME_ID_POLICY, "name_id_policy")
    with suppress(IntegrityError), unit.connection.begin_nested():  # another login of theirs may be first
        insert_persistent_id(unit.connection, new_persistent_value(), user.key, row.party, unit.now)
    made = note_by_persistent_id(unit.connection, row, user.key, unit.now)
    if made is None:
        raise Unavailable("The database")
    return made


def _note_failure(unit: Unit, granted: Granted, error: StatusError) -> None:
    user = granted.user
    whom = Subject(user.login, user.realm, user.key.resolver, user.key.uid)
    entry = Entry(REJECTED, False, error.reason, whom)
    audit.record(unit, origin_of_request(granted.application), entry)
