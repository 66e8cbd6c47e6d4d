"""Responses on their way: signed, in a page that posts itself to the consumer service."""

from __future__ import annotations

from datetime import datetime

from flask import Response

from idp.pages.headers import leave_headers
from idp.pages.login import LeaveFormPage
from idp.pages.respond import Respond
from idp.saml.bindings import post
from idp.saml.own import OwnIdentity
from idp.saml.partners import Partners
from idp.saml.sso import response
from idp.saml.sso.address import ReturnAddress
from idp.saml.sso.assertion import Statement
from idp.saml.status import Status


class Responses:
    """Renders them; nothing is decided here."""

    def __init__(self, own: OwnIdentity, partners: Partners, respond: Respond) -> None:
        self._own = own
        self._partners = partners
        self._respond = respond

    def success(self, statement: Statement, address: ReturnAddress, now: datetime) -> Response:
        """The page that takes an assertion to the service."""
        return self._page(address, response.success(statement, address, self._own.credential(), now))

    def failure(self, status: Status, address: ReturnAddress) -> Response:
        """The page that tells the service why it gets none."""
        xml = response.failure(
            self._own.entity_id, status, address, self._own.credential(), self._respond.now()
        )
        return self._page(address, xml)

    def _page(self, address: ReturnAddress, xml: str) -> Response:
        form = post.send(address.location, xml, address.relay_state)
        page = LeaveFormPage(
            app=self._partners.app(address.service), destination=form.action, fields=form.fields
        )
        return self._respond.page("login/leave_form.html", page, headers=leave_headers(form.action))
