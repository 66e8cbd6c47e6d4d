"""Who calls, and may they at all: found out once a request, before its view.

Each blueprint brings its rules, one a view: a right, or a door that stands open. A view without a rule
is closed to everybody. On which people and tokens a right is held is asked where those are loaded
(``reach``).
"""

from __future__ import annotations

import hmac
import ipaddress
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import UTC, datetime
from enum import StrEnum

from flask import Blueprint, g, request

from idp.api import jwt
from idp.api.accounts import Accounts
from idp.api.errors import Unauthorised
from idp.api.read import parameters
from idp.observe.request_id import request_id
from idp.rights import denial
from idp.rights.administrators import principal_of
from idp.rights.catalogue import Right
from idp.rights.principal import NOBODY, Kind, Principal, recognised, service_account
from idp.rights.service_accounts import mark_of, may_call_from
from idp.services import Services
from idp.storage.principal import ServiceAccountRow, read_service_account
from mfa_engine.audit import Origin
from mfa_engine.configuration.rules import Rules
from mfa_engine.errors import InvalidField
from mfa_engine.identity.find_user import recheck
from mfa_engine.identity.user import UserKey


class Door(StrEnum):
    """Whom a view is open to without a right."""

    ANYBODY = "anybody"
    KNOWN = "known"  # whoever has shown a token of ours
    APPLICATION = "application"  # a service account, told by its key or by its network


Rule = Right | Door


@dataclass(frozen=True, slots=True)
class Caller:
    """Who calls, from where, and the rules that this request is judged by.

    ``proven_at`` is when a person last signed in.
    """

    principal: Principal
    origin: Origin
    rules: Rules
    proven_at: datetime | None = None

    @property
    def is_stranger(self) -> bool:
        """Whether no application that we know calls: then nobody answers for what the end user has proven
        before (OTP-07)."""
        return self.principal.kind is not Kind.SERVICE_ACCOUNT

    def may_know(self, realm: str | None) -> bool:
        """Whether the exact reason of a refusal is told, about people of ``realm``."""
        return self.principal.may(Right.DETAILED_ERRORS, realm)


def caller() -> Caller:
    """Who calls the view being served."""
    found: Caller = g.caller
    return found


class Access:
    """Guards blueprints. Made once at start."""

    def __init__(self, services: Services) -> None:
        self._services = services
        self._accounts = Accounts(services.engine)

    def guard(self, blueprint: Blueprint, rules: Mapping[str, Rule]) -> None:
        """Let nobody into the views of ``blueprint`` but whom ``rules`` name, by view."""

        @blueprint.before_request
        def check() -> None:
            rule = rules.get((request.endpoint or "").rpartition(".")[2])
            g.caller = self._caller(fresh=rule not in (Door.ANYBODY, Door.APPLICATION))
            g.origin = g.caller.origin
            _admit(g.caller.principal, rule)

    def _caller(self, *, fresh: bool) -> Caller:
        rules = self._services.engine.rules()
        token = _presented()
        if token:
            principal, proven_at = self._by_token(rules, token, fresh=fresh)
        else:
            principal, proven_at = NOBODY if fresh else self._by_address(rules), None
        is_account = principal.kind is Kind.SERVICE_ACCOUNT
        application = principal.actor if is_account else ""
        origin = Origin(principal.actor, _address(principal), request_id(), application)
        return Caller(principal, origin, rules, proven_at)

    def _by_address(self, rules: Rules) -> Principal:
        row = self._accounts.known(rules.revision).at(request.remote_addr or "")
        return NOBODY if row is None else recognised(row)

    def _by_token(self, rules: Rules, token: str, *, fresh: bool) -> tuple[Principal, datetime]:
        """Raises Unauthorised. What the token says of rights is not asked: they are looked up."""
        try:
            claims = jwt.read(self._services.keyring, token, self._services.clock())
        except jwt.NotOurs:
            raise unauthorised(4304, "The authorization token cannot be decoded.", "bad_token") from None
        except jwt.Expired:
            raise unauthorised(4305, "The authorization token has expired.", "expired_token") from None
        if claims.holder is jwt.Holder.SERVICE_ACCOUNT:
            principal = self._account(rules, claims, fresh=fresh)
        else:
            principal = self._person(rules, claims)
        return principal, datetime.fromtimestamp(claims.iat, UTC)

    def _account(self, rules: Rules, claims: jwt.Claims, *, fresh: bool) -> Principal:
        """The account must be enabled, and be what it was when it got the token."""
        name = claims.username
        row = self._read(name) if fresh else self._accounts.known(rules.revision).by_name.get(name)
        if row is None or not row.enabled or not hmac.compare_digest(mark_of(row), claims.mark):
            raise unauthorised(4305, "The authorization token is void.", "void_token")
        if not may_call_from(row, request.remote_addr or ""):
            raise denial.Denied("This service account may not call from here.", "", "network")
        return service_account(row)

    def _read(self, name: str) -> ServiceAccountRow | None:
        return self._services.engine.look(lambda view: read_service_account(view.connection, name))

    def _person(self, rules: Rules, claims: jwt.Claims) -> Principal:
        """The person must still be let in (AUTH-10); what they may administer is read anew."""
        key = UserKey(claims.resolver, claims.uid)
        user = recheck(rules.realms, rules.resolvers, self._services.entries, key, claims.realm)
        if user is None or not user.enabled:
            raise unauthorised(4305, "The authorization token is void.", "void_token")
        return principal_of(self._services.engine, user)


def unauthorised(code: int, message: str, why: str) -> Unauthorised:
    """401 with one of the codes that clients tell apart."""
    return Unauthorised(message, why=why, code=code)


def _admit(principal: Principal, rule: Rule | None) -> None:
    """Raises Unauthorised and Denied. A view that nobody wrote a rule for is not open to anybody."""
    if rule is Door.ANYBODY:
        return
    right = rule if isinstance(rule, Right) else ""
    if principal.kind is Kind.NOBODY:
        text = "The Authorization header is missing."
        raise Unauthorised(text, right, "unauthenticated", code=4033)
    if rule is None:
        raise denial.Denied("Nobody may call this.", "", "no_rule")
    if rule is Door.APPLICATION and principal.kind is not Kind.SERVICE_ACCOUNT:
        raise denial.Denied("Only service accounts may call this.", "", "no_service_account")
    if isinstance(rule, Right) and not principal.holds(rule):
        raise denial.missing(rule)


def _presented() -> str:
    """The token of the request: bare, or behind ``Bearer``. Other schemes are somebody else's, a proxy's
    for one."""
    value = request.headers.get("PI-Authorization") or request.headers.get("Authorization") or ""
    scheme, blank, rest = value.strip().partition(" ")
    if not blank:
        return scheme
    return rest.strip() if scheme.lower() == "bearer" else ""


def _address(principal: Principal) -> str:
    """The end user's address (AUTH-05): the peer's, unless the peer is trusted to name one.

    Where such a caller names none, what is written is through whom it came: in a form that is no address,
    so that no throttle counts it and no policy takes it for the end user's.
    """
    peer = request.remote_addr or ""
    if not principal.holds(Right.TRUSTED_CALLER):
        return peer
    named = parameters().text("client", longest=60)
    if not named:
        return f"via {peer}"
    try:
        return str(ipaddress.ip_address(named))
    except ValueError:
        raise InvalidField("client", "give the end user's IP address") from None
