"""``/token``: enrol, list, change and delete tokens.

A parameter that an endpoint does not know is refused here (ADM-03), unlike at the validation.
"""

from __future__ import annotations

from collections.abc import Callable

from flask import Blueprint, Response

from idp.api import envelope
from idp.api.access import Access, Caller, Rule, caller
from idp.api.enrolment import PARAMETERS as ENROLMENT
from idp.api.enrolment import enrol_token
from idp.api.errors import ApiError, answer_errors, parameter
from idp.api.reach import person_to_change, serials_of, token_to_change
from idp.api.read import Parameters, parameters
from idp.api.token_list import FILTERS, list_page
from idp.factors.aftermath import assigned, removed, stopped
from idp.rights.catalogue import Right
from idp.rights.denial import Denied, OutOfReach, record_denial
from idp.services import Services
from mfa_engine.errors import Conflict, NotFound
from mfa_engine.lifecycle import assign as assigning
from mfa_engine.lifecycle import change, pin
from mfa_engine.lifecycle import delete as deleting
from mfa_engine.lifecycle.then import Then
from mfa_engine.storage.token import TokenRow

ANYWHERE = frozenset({"nonce", "client", "client_id", "client_user_agent", "timeout"})
"""What clients send with any request: read elsewhere, or of no consequence."""

Act = Callable[[TokenRow], None]

_PERSON = frozenset({"user", "realm", "resolver"})
_TOKEN = frozenset({"serial"})

RULES: dict[str, Rule] = {
    "init": Right.TOKEN_ENROL,
    "list_tokens": Right.TOKEN_LIST,
    "delete": Right.TOKEN_DELETE,
    "enable": Right.TOKEN_ENABLE,
    "disable": Right.TOKEN_DISABLE,
    "reset": Right.TOKEN_RESET,
    "assign": Right.TOKEN_ASSIGN,
    "unassign": Right.TOKEN_UNASSIGN,
    "setpin": Right.TOKEN_SET_PIN,
}


def token_blueprint(services: Services, access: Access) -> Blueprint:
    """The views: each reads, asks a use case, and says what came of it."""
    blueprint = Blueprint("token", __name__, url_prefix="/token")
    access.guard(blueprint, RULES)
    answer_errors(blueprint, services)
    engine = services.engine

    @blueprint.post("/init")
    def init() -> Response:
        """Enrol a token, or finish what was begun."""
        given = _given(ENROLMENT)
        detail = enrol_token(services, caller(), given)
        return envelope.success(services.clock(), True, detail, envelope.NO_STORE)

    @blueprint.get("/")
    def list_tokens() -> Response:
        """One page of tokens."""
        return envelope.success(services.clock(), list_page(services, caller(), _given(FILTERS)))

    @blueprint.delete("/", defaults={"serial": ""})
    @blueprint.delete("/<serial>")
    def delete(serial: str) -> Response:
        """Delete one token, or several and say of each how it went."""
        del serial  # read with the other parameters
        given, who = _given(_TOKEN, {"serials"}), caller()
        return _one_or_several(
            services,
            who,
            given,
            Right.TOKEN_DELETE,
            lambda row: deleting.delete(engine, who.origin, row.serial, _gone(services, who, row)),
        )

    @blueprint.post("/enable", defaults={"serial": ""})
    @blueprint.post("/enable/<serial>")
    def enable(serial: str) -> Response:
        """Let a token, or all of a person, be used again."""
        del serial
        origin = caller().origin
        return _each(services, Right.TOKEN_ENABLE, lambda row: change.enable(engine, origin, row.serial))

    @blueprint.post("/disable", defaults={"serial": ""})
    @blueprint.post("/disable/<serial>")
    def disable(serial: str) -> Response:
        """Accept a token, or none of a person, no more."""
        del serial
        origin = caller().origin
        stop = stopped(services, origin)
        return _each(
            services, Right.TOKEN_DISABLE, lambda row: change.disable(engine, origin, row.serial, stop)
        )

    @blueprint.post("/reset", defaults={"serial": ""})
    @blueprint.post("/reset/<serial>")
    def reset(serial: str) -> Response:
        """Set failure counters to zero."""
        del serial
        origin = caller().origin
        return _each(services, Right.TOKEN_RESET, lambda row: change.reset(engine, origin, row.serial))

    @blueprint.post("/assign")
    def assign() -> Response:
        """Give a token to a person."""
        given, who = _given(_TOKEN, _PERSON, {"pin", "encryptpin"}), caller()
        _assign(services, who, given)
        return envelope.success(services.clock(), True)

    @blueprint.post("/unassign")
    def unassign() -> Response:
        """Take a token from its owner, or several and say of each how it went."""
        given, who = _given(_TOKEN, _PERSON, {"serials"}), caller()
        return _one_or_several(
            services,
            who,
            given,
            Right.TOKEN_UNASSIGN,
            lambda row: assigning.unassign(engine, who.origin, row.serial, _gone(services, who, row)),
        )

    @blueprint.post("/setpin", defaults={"serial": ""})
    @blueprint.post("/setpin/<serial>")
    def setpin(serial: str) -> Response:
        """Give a token another PIN."""
        del serial
        given, who = _given(_TOKEN, {"otppin", "encryptpin"}), caller()
        row = token_to_change(services, who, Right.TOKEN_SET_PIN, given.required("serial"))
        pin.set_pin(engine, who.rules, who.origin, row.serial, given.secret("otppin"))
        return envelope.success(services.clock(), 1)

    return blueprint


def _given(*allowed: frozenset[str] | set[str]) -> Parameters:
    """The parameters of this request. Raises InvalidField for one that it has no use for."""
    given = parameters()
    given.only(ANYWHERE, *allowed)
    return given


def _gone(services: Services, who: Caller, row: TokenRow) -> Then:
    """The sessions that rest on it end, and its owner is told."""
    return removed(services, who.rules, who.origin, row)


def _each(services: Services, right: Right, act: Act) -> Response:
    """Do it to the token, or to all tokens of the person, that is named."""
    given, who = _given(_TOKEN, _PERSON), caller()
    return _counted(services, who, given, right, act)


def _one_or_several(services: Services, who: Caller, given: Parameters, right: Right, act: Act) -> Response:
    if "serials" not in given:
        return _counted(services, who, given, right, act)
    failed: list[str] = []
    unauthorized: list[str] = []
    done = 0
    for serial in given.several("serials"):
        try:
            act(token_to_change(services, who, right, serial))
            done += 1
        except (Denied, OutOfReach) as denied:
            record_denial(services.engine, who.origin, denied)
            (unauthorized if isinstance(denied, Denied) else failed).append(serial)
        except (NotFound, Conflict):
            failed.append(serial)
    value = {"count_success": done, "failed": failed, "unauthorized": unauthorized}
    return envelope.success(services.clock(), value)


def _counted(services: Services, who: Caller, given: Parameters, right: Right, act: Act) -> Response:
    """The answer is how many were changed. All have to be within reach before the first one is."""
    serials = serials_of(services, who, given, right)
    rows = [token_to_change(services, who, right, serial) for serial in serials]
    done = 0
    for row in rows:
        try:
            act(row)
            done += 1
        except Conflict:
            if "serial" in given:
                raise
    return envelope.success(services.clock(), done)


def _assign(services: Services, who: Caller, given: Parameters) -> None:
    """Both the token and the person have to be within reach."""
    user = person_to_change(services, who, given, Right.TOKEN_ASSIGN)
    if user is None:
        raise parameter("Missing parameter: 'user'")
    row = token_to_change(services, who, Right.TOKEN_ASSIGN, given.required("serial"))
    if row.uid is not None:
        raise ApiError(400, 1103, f"ERR1103: Token {row.serial} is already assigned.")
    assigning.assign(
        services.engine,
        who.rules,
        who.origin,
        row.serial,
        user,
        given.secret("pin"),
        assigned(services, who.origin, user),
    )
