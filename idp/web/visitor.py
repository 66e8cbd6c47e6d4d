"""Whoever is at a page of ours: signed in well enough, and with the rights that they have at this moment."""

from __future__ import annotations

from dataclasses import dataclass, replace
from datetime import datetime, timedelta

from flask import Response, request

from idp.login.context import Context
from idp.observe.request_id import request_id
from idp.pages import Notice, Page, Problem, done, errors
from idp.pages.errors import ErrorPage
from idp.pages.headers import console_headers
from idp.rights.denial import Denied, OutOfReach, record_denial
from idp.rights.principal import Kind, Principal
from idp.services import Services
from idp.sessions.sso import SsoSession
from mfa_engine.audit import Origin
from mfa_engine.configuration.rules import Rules
from mfa_engine.identity.user import User

IDLE = timedelta(minutes=15)
"""How long a session that is not used may still be shown pages of ours (assurance.md 7)."""


@dataclass(frozen=True, slots=True)
class Visitor:
    """What a view is given."""

    context: Context
    session: SsoSession
    user: User
    principal: Principal

    @property
    def services(self) -> Services:
        return self.context.services

    @property
    def rules(self) -> Rules:
        return self.context.rules

    @property
    def now(self) -> datetime:
        return self.context.now

    @property
    def origin(self) -> Origin:
        """Where this visitor's acts come from, and whose they are."""
        return replace(self.context.origin, actor=self.principal.actor)

    @property
    def administers(self) -> bool:
        return self.principal.kind is Kind.ADMINISTRATOR

    @property
    def idle_seconds(self) -> int:
        """How long the page may stay unused until it asks for a sign-in again."""
        row = self.session.row
        left = min(IDLE, timedelta(seconds=row.idle_seconds), row.ends_at - self.now)
        return max(0, int(left.total_seconds()))

    @property
    def notice(self) -> Notice | None:
        """What the act before this page did."""
        return done.notice(request.args.get("done"))

    def page(self, template: str, page: Page, problem: Problem | None = None) -> Response:
        """The page, its forms bound to this session, with the status that its problem has."""
        response = self.services.respond.page(
            template,
            page,
            binding=self.session.id,
            status=problem.status if problem else 200,
            headers=console_headers(),
        )
        if problem and problem.retry_after_seconds:
            response.headers["Retry-After"] = str(problem.retry_after_seconds)
        return response

    def error(self, page: ErrorPage) -> Response:
        """A page that ends something."""
        return self.services.respond.error(page, headers=console_headers())

    def go(self, path: str, what: done.Done | None = None) -> Response:
        """303 to a page of ours, which then says what was done."""
        return self.services.respond.see_other(f"{path}?done={what}" if what else path)

    def refuse(self, denied: Denied | OutOfReach) -> Response:
        """The page for what is refused, and its audit row (ADM-01). What is out of reach looks as if it
        were not there (ADM-02)."""
        rule = str(request.url_rule or "")
        record_denial(self.services.engine, self.origin, denied, f"{request.method} {rule}")
        if isinstance(denied, OutOfReach):
            return self.error(errors.nothing_here())
        if denied.why == "higher_role":
            return self.error(errors.higher_role())
        return self.error(errors.right_missing(denied.right))

    def not_our_form(self) -> Response:
        """The form was not on a page that we sent to this session (WEB-01)."""
        return self.error(errors.not_our_form(request_id()))
