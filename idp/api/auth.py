"""``/auth``: a token for the other endpoints, for whoever proves who they are.

A service account shows its key. A person gives the password, and then a second factor: never a token
for a password alone (AUTH-02).
"""

from __future__ import annotations

import secrets
from dataclasses import replace

from flask import Blueprint, Response, request

from idp.api import envelope, jwt
from idp.api.access import Access, Caller, Door, Rule, caller
from idp.api.enrolment import DEFAULT_TYPE
from idp.api.envelope import Authentication
from idp.api.errors import ApiError, answer_errors
from idp.api.read import parameters
from idp.api.sign_in import SignedIn, sign_in, wrong_credentials
from idp.api.words import menus, type_labels, wire_rights
from idp.rights.catalogue import Right
from idp.rights.principal import Kind, Principal, service_account
from idp.rights.service_accounts import KEY_PREFIX, key_is_right, mark_of, may_call_from
from idp.services import Services
from idp.storage.principal import ServiceAccountRow, read_service_account
from mfa_engine import audit
from mfa_engine.audit import Entry, Subject

RULES: dict[str, Rule] = {"log_in": Door.ANYBODY, "rights": Door.KNOWN}

_LOGOUT_SECONDS = 120
_PAGE_SIZE = 15
_LOG_LEVEL = 30


def auth_blueprint(services: Services, access: Access) -> Blueprint:
    """The views. Parameters that nobody knows are ignored."""
    blueprint = Blueprint("auth", __name__, url_prefix="/auth")
    access.guard(blueprint, RULES)
    answer_errors(blueprint, services)

    @blueprint.post("")
    def log_in() -> Response:
        """Key; or password, and then the answer to the challenge."""
        given, who = parameters(), caller()
        name = given.text("username").strip()
        if not name:
            raise ApiError(401, 4032, "The user name is missing.")
        key = given.secret("password")
        if key.startswith(KEY_PREFIX):
            return _with_key(services, who, name, key)
        said = sign_in(services, who, given, name)
        if not isinstance(said, SignedIn):
            return envelope.authentication(services.clock(), False, Authentication.CHALLENGE, said)
        return _answer(services, said.principal, _of_person(services, who, said))

    @blueprint.get("/rights")
    def rights() -> Response:
        """The token types that the caller may enrol."""
        who = caller()
        types = who.rules.types if who.principal.holds(Right.TOKEN_ENROL) else {}
        return envelope.success(services.clock(), type_labels(types))

    return blueprint


def _with_key(services: Services, who: Caller, name: str, key: str) -> Response:
    """A service account, from one of its networks. Whatever is wrong, the answer is one."""
    row = services.engine.look(lambda view: read_service_account(view.connection, name))
    reason = _why_not(row, key)
    details = {"account": name}
    entry = Entry("auth.token", not reason, reason, Subject(), details=details)
    acting = who.origin
    if row is not None and not reason:
        acting = audit.Origin(f"service:{row.name}", acting.address, acting.request_id)
    services.engine.record(lambda unit: audit.record(unit, acting, entry))
    if row is None or reason:
        raise wrong_credentials()
    return _answer(services, service_account(row), _of_account(services, who, row))


def _why_not(row: ServiceAccountRow | None, key: str) -> str:
    if not key_is_right(row, key):
        return "wrong_key"
    return "" if row and may_call_from(row, request.remote_addr or "") else "network"


def _base(services: Services, who: Caller, principal: Principal, username: str, realm: str) -> jwt.Claims:
    """What all tokens say."""
    now = int(services.clock().timestamp())
    is_person = principal.kind is Kind.PERSON
    return jwt.Claims(
        username=username,
        realm=realm,
        role=jwt.Role.USER if is_person else jwt.Role.ADMIN,
        authtype="password",
        rights=wire_rights(principal, who.rules.types),
        nonce=secrets.token_hex(16),
        holder=jwt.Holder.PERSON if principal.user else jwt.Holder.SERVICE_ACCOUNT,
        iat=now,
        exp=now + int(jwt.LIFE.total_seconds()),
    )


def _of_account(services: Services, who: Caller, row: ServiceAccountRow) -> jwt.Claims:
    claims = _base(services, who, service_account(row), row.name, "")
    return replace(claims, mark=mark_of(row))


def _of_person(services: Services, who: Caller, signed_in: SignedIn) -> jwt.Claims:
    user = signed_in.user
    claims = _base(services, who, signed_in.principal, user.login, user.realm)
    return replace(claims, resolver=user.key.resolver, uid=user.key.uid)


def _answer(services: Services, principal: Principal, claims: jwt.Claims) -> Response:
    """The token, and what clients of the format read beside it."""
    value = {
        "token": jwt.issue(services.keyring, claims),
        "role": claims.role,
        "username": claims.username,
        "realm": claims.realm,
        "log_level": _LOG_LEVEL,
        "auth": True,
        "rights": claims.rights,
        "menus": menus(principal),
        "logout_time": _LOGOUT_SECONDS,
        "token_page_size": _PAGE_SIZE,
        "audit_page_size": _PAGE_SIZE,
        "default_tokentype": DEFAULT_TYPE,
        "container_wizard": {"enabled": False},
    }
    return envelope.authentication(services.clock(), value, Authentication.ACCEPT)
