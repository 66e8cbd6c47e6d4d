"""What is refused, as HTTP status and error code of the format."""

from __future__ import annotations

import logging
import math
from dataclasses import dataclass
from datetime import timedelta

from flask import Blueprint, Response, g, request
from werkzeug.exceptions import HTTPException

from idp.api import envelope
from idp.observe.request_id import request_id
from idp.rights.denial import Denied, OutOfReach, record_denial
from idp.services import Services
from mfa_engine import audit
from mfa_engine.audit import Entry, Origin
from mfa_engine.errors import (
    Conflict,
    DatabaseAway,
    DoorwardError,
    IntegrityFailure,
    InvalidField,
    NotAllowed,
    NotFound,
    Unavailable,
)
from mfa_engine.policy.errors import PolicyConflict

log = logging.getLogger(__name__)

PREFIXES = frozenset(
    {
        "application",
        "audit",
        "auth",
        "authenticationlog",
        "caconnector",
        "client",
        "clients",
        "conditionalaccess",
        "container",
        "defaultrealm",
        "event",
        "healthz",
        "info",
        "machine",
        "machineresolver",
        "monitoring",
        "periodictask",
        "policy",
        "privacyideaserver",
        "radiusserver",
        "realm",
        "recover",
        "register",
        "resolver",
        "serviceid",
        "smsgateway",
        "smtpserver",
        "subscriptions",
        "system",
        "token",
        "tokengroup",
        "ttype",
        "user",
        "validate",
    }
)
"""The first parts of the paths that the format uses: who calls one of them is a program."""

_WAIT_SECONDS = 5


@dataclass
class ApiError(DoorwardError):
    """A refusal that has a code of its own."""

    status: int
    code: int
    message: str
    wait: timedelta = timedelta(0)

    def __str__(self) -> str:
        return self.message


@dataclass
class Unauthorised(Denied):
    """Nobody is known who could have a right (401): no key, or one that is not good (any more)."""

    code: int = 4033


def unknown_user(login: str, realm: str) -> ApiError:
    """There is no such person, or none whom the caller may know of: both look the same (ADM-02)."""
    return ApiError(400, 904, f"ERR904: User <{login}@{realm}> does not exist.")


def parameter(message: str) -> ApiError:
    """A parameter is missing or wrong."""
    return ApiError(400, 905, f"ERR905: {message}")


def answer_errors(blueprint: Blueprint, services: Services) -> None:
    """Let every refusal of this blueprint's views be answered in the format."""

    @blueprint.errorhandler(DoorwardError)
    def refused(error: DoorwardError) -> Response:
        if isinstance(error, Denied | OutOfReach):
            record_denial(services.engine, _origin(), error, request.endpoint or "")
        return _answer(services, error)

    @blueprint.errorhandler(HTTPException)
    def http(error: HTTPException) -> Response:
        return http_error(services, error)

    @blueprint.errorhandler(Exception)
    def broken(error: Exception) -> Response:
        log.error("a request failed", exc_info=error)
        message = f"An internal error occurred. Its number is {request_id()}."
        return envelope.failure(services.clock(), 500, -500, message)


def http_error(services: Services, error: HTTPException) -> Response:
    """What the framework refuses: a body that is too large, a method that is not there."""
    status = error.code or 400
    if status == 404:
        return envelope.answer({"error": "Not found"}, 404, envelope.NO_CACHE)
    if status == 413:
        return envelope.failure(services.clock(), 413, 905, "ERR905: body: is too large")
    response = envelope.failure(services.clock(), status, 905, "ERR905: the request cannot be read")
    if status == 405:
        response.headers["Allow"] = dict(error.get_headers()).get("Allow", "")
    return response


def is_for_programs() -> bool:
    """Whether the request being served is a program's: by its path, unless a browser wants a page."""
    wants_page = request.method == "GET" and "text/html" in request.headers.get("Accept", "")
    return request.path.split("/", 2)[1] in PREFIXES and not wants_page


def _origin() -> Origin:
    """As ``access`` found out; before that only the address is known."""
    known: Origin | None = g.get("origin")
    return known or Origin("", request.remote_addr or "", request_id())


def _answer(services: Services, error: DoorwardError) -> Response:
    if isinstance(error, Unavailable | PolicyConflict | IntegrityFailure):
        _audit(services, error)
    status, code, message = _said(error)
    response = envelope.failure(services.clock(), status, code, message)
    wait = _wait_seconds(error)
    if wait:
        response.headers["Retry-After"] = str(wait)
    return response


def _audit(services: Services, error: DoorwardError) -> None:
    """What could not be judged at all has a row of its own, unless that is what cannot be written."""
    if isinstance(error, DatabaseAway):  # nor would this be answered, and somebody waits
        return
    entry = Entry(f"{request.blueprint}.failed", False, type(error).__name__)
    try:
        services.engine.record(lambda unit: audit.record(unit, _origin(), entry))
    except Unavailable:
        log.warning("a request failed and the database does not take its audit row")


def _wait_seconds(error: DoorwardError) -> int:
    if isinstance(error, ApiError):
        return math.ceil(error.wait.total_seconds())
    return _WAIT_SECONDS if isinstance(error, Unavailable) else 0


def _said(error: DoorwardError) -> tuple[int, int, str]:
    """Texts of policy and object errors are bare, all others begin with their code."""
    match error:
        case ApiError():
            return error.status, error.code, error.message
        case Unauthorised():
            return 401, error.code, error.reason
        case InvalidField():
            return 400, 905, f"ERR905: {error}"
        case NotFound():
            return 404, 601, str(error)
        case Conflict():
            return 409, 602, f"ERR602: {error}"
        case NotAllowed():
            return 403, 303, str(error)
        case PolicyConflict():
            return 403, 303, "Policies contradict each other: an administrator has to settle it."
        case Unavailable():
            return 503, 903, f"ERR903: {error}"
        case IntegrityFailure():
            return 503, 903, f"ERR903: This cannot be done at the moment. Its number is {request_id()}."
    return 400, 10, f"ERR10: {error}"
