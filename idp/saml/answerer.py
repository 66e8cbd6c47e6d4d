"""How a finished login becomes a Response: name, attributes, statement, signatures."""

from __future__ import annotations

import hmac
from collections.abc import Callable
from typing import Any

import msgspec
from flask import Response
from sqlalchemy.exc import IntegrityError

from idp.applications import service_providers
from idp.applications.registry import Registry
from idp.applications.service_providers import Registered
from idp.observe.request_id import request_id
from idp.pages import App, errors
from idp.pages.headers import leave_headers
from idp.pages.login import LeaveFormPage
from idp.pages.respond import Respond
from idp.saml.attributes import ReleaseRule, release
from idp.saml.bindings import post
from idp.saml.errors import StatusError
from idp.saml.name_id import NameId, NameIdChoice, new_persistent_value, persistent
from idp.saml.own import OwnIdentity
from idp.saml.sso.address import ReturnAddress
from idp.saml.sso.assertion import Statement
from idp.saml.sso.response import failure, success
from idp.saml.status import ACCESS_DENIED, INVALID_NAME_ID_POLICY, NO_AUTHN_CONTEXT, NO_PASSIVE, Status
from idp.services import Granted, IssueRefused, Refusal
from idp.storage.persistent_id import insert_persistent_id, read_persistent_id
from idp.storage.sso_session import ParticipantRow, note_participant
from metadata.saml.vocabulary import NameIdFormat
from mfa_engine.identity.user import User
from mfa_engine.unit import Unit

_STATUS = {
    Refusal.LOGIN_REQUIRED: NO_PASSIVE,
    Refusal.INTERACTION_REQUIRED: NO_PASSIVE,
    Refusal.UNREACHABLE: NO_AUTHN_CONTEXT,
    Refusal.DENIED: ACCESS_DENIED,
}


class StoredRequest(msgspec.Struct, frozen=True):
    """What of an accepted AuthnRequest is needed at the end of its login."""

    address: ReturnAddress
    name_id: NameIdChoice
    contexts: tuple[str, ...]
    is_passive: bool


class SamlAnswerer:
    """Writes who takes part, and renders the Response by POST."""

    def __init__(
        self,
        own: OwnIdentity,
        registry: Registry,
        respond: Respond,
        index_key: bytes,
        *,
        loopback_http: bool,
    ) -> None:
        self._own = own
        self._registry = registry
        self._respond = respond
        self._index_key = index_key
        self._loopback_http = loopback_http

    def app(self, request: Any) -> App:
        """By its display name, with the page that it names for people."""
        stored = msgspec.convert(request, StoredRequest)
        found = self._find(stored.address.service)
        if found is None:
            return App(stored.address.service)
        urls = found.provider.information_urls
        return App(found.name, urls[0].text if urls else "")

    def preferred_class(self, request: Any) -> str | None:
        """None of its own."""
        del request
        return None

    def issue(self, unit: Unit, granted: Granted) -> Callable[[bool], Response]:
        """One statement for a transient name; two or three for a persistent one."""
        stored = msgspec.convert(granted.request, StoredRequest)
        found = self._find(stored.address.service)
        if found is None or not found.enabled:
            raise IssueRefused(Refusal.DISABLED)
        name = self._name_id(unit, granted, stored)
        index = self._derived("index", granted, stored)
        row = ParticipantRow(
            granted.session.id, "saml", stored.address.service, name.value, name.format or "", index
        )
        note_participant(unit.connection, row, unit.now)
        statement = Statement(
            issuer=self._own.entity_id,
            name_id=name,
            context_class=granted.answer.context_class,
            authn_instant=granted.answer.auth_time,
            session_index=index,
            session_ends_at=granted.session.row.ends_at,
            attributes=release(_rules(found), attributes_of(granted.user)).attributes,
        )
        now = unit.now
        return lambda _after_form: self._post(
            stored.address, success(statement, stored.address, self._own.credential(), now)
        )

    def refuse(self, request: Any, why: Refusal, *, after_form: bool) -> Response:
        """A signed Response with the status that says why; a page where nothing may be sent."""
        del after_form
        stored = msgspec.convert(request, StoredRequest)
        if why is Refusal.REPLAYED:
            return self._respond.error(errors.already_done(self.app(request)))
        if why is Refusal.DISABLED:
            app = self.app(request)
            return self._respond.error(errors.untrusted_request(app, request_id()))
        return self.refuse_with(stored.address, _STATUS[why])

    def refuse_with(self, address: ReturnAddress, status: Status) -> Response:
        """A signed Response without assertion."""
        xml = failure(self._own.entity_id, status, address, self._own.credential(), self._respond.now())
        return self._post(address, xml)

    def _post(self, address: ReturnAddress, xml: str) -> Response:
        form = post.send(address.location, xml, address.relay_state)
        found = self._find(address.service)
        page = LeaveFormPage(
            app=App(found.name if found else address.service), destination=form.action, fields=form.fields
        )
        return self._respond.page("login/leave_form.html", page, headers=leave_headers(form.action))

    def _name_id(self, unit: Unit, granted: Granted, stored: StoredRequest) -> NameId:
        own, service = self._own.entity_id, stored.address.service
        if stored.name_id.format is NameIdFormat.TRANSIENT:
            # Of this session and service, so that logout finds it, and of no other: nothing to store.
            return NameId(self._derived("transient", granted, stored), NameIdFormat.TRANSIENT, own, service)
        return persistent(_lasting_value(unit, granted.user, stored), own, service)

    def _derived(self, purpose: str, granted: Granted, stored: StoredRequest) -> str:
        """160 bits that stand for this session at this service, and tell nothing of the session's cookie."""
        text = f"{purpose}\0{granted.session.id}\0{stored.address.service}".encode()
        return f"_{hmac.digest(self._index_key, text, 'sha256')[:20].hex()}"

    def _find(self, entity_id: str) -> Registered | None:
        return service_providers.find(self._registry, entity_id, loopback_http=self._loopback_http)


def attributes_of(user: User) -> dict[str, tuple[str, ...]]:
    """The person's attributes by our names, the display name never missing."""
    return {**user.attributes, "display_name": (user.display_name,), "login": (user.login,)}


def _rules(found: Registered) -> tuple[ReleaseRule, ...]:
    return tuple(
        ReleaseRule(rule.attribute, rule.name, rule.friendly_name) for rule in found.settings.release
    )


def _lasting_value(unit: Unit, user: User, stored: StoredRequest) -> str:
    """The name that this service has known the person by; made at the first time, when it may be."""
    key, service = user.key, stored.address.service
    known = read_persistent_id(unit.connection, key.resolver, key.uid, service)
    if known is not None:
        return known
    if not stored.name_id.may_create:
        raise StatusError(INVALID_NAME_ID_POLICY, "name_id_policy")
    value = new_persistent_value()
    try:
        with unit.connection.begin_nested():
            insert_persistent_id(unit.connection, value, key.resolver, key.uid, service, unit.now)
    except IntegrityError:  # another login of this person was first
        return read_persistent_id(unit.connection, key.resolver, key.uid, service) or value
    return value
