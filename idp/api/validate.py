"""``/validate``: is this person, or token, recognised by what was sent?"""

from __future__ import annotations

from flask import Blueprint, Response

from idp.api import envelope, outcome
from idp.api.access import Access, Caller, Door, Rule, caller
from idp.api.answer import assertion_fields, read_answer
from idp.api.envelope import Authentication
from idp.api.errors import ApiError, answer_errors, parameter, unknown_user
from idp.api.outcome import Asked, Said
from idp.api.reach import narrowed
from idp.api.read import Parameters, parameters
from idp.api.trigger import trigger_challenges
from idp.rights.catalogue import Right
from idp.services import Services
from mfa_engine.authentication.attempt import Attempt
from mfa_engine.authentication.check import check as check_attempt
from mfa_engine.authentication.outcome import (
    Challenged,
    Matched,
    Outcome,
    PassedWithoutToken,
    Reason,
    Rejected,
    Throttled,
)
from mfa_engine.configuration.rules import subject_of
from mfa_engine.errors import NotFound
from mfa_engine.lifecycle.whom import owner_key
from mfa_engine.policy.decisions.response import response_details
from mfa_engine.storage.token import token_by_serial

_LONGEST_TRANSACTION = 40


def validate_blueprint(services: Services, access: Access) -> Blueprint:
    """The views. Parameters that nobody knows are ignored here: programs that validate send many."""
    blueprint = Blueprint("validate", __name__, url_prefix="/validate")
    access.guard(blueprint, _rules(services))
    answer_errors(blueprint, services)

    @blueprint.route("/check", methods=["GET", "POST"])
    def check() -> Response:
        """Verify a code, an answer or an assertion. 5 SQL statements and 1 COMMIT for a code; who calls
        is known from memory."""
        given, who = parameters(), caller()
        attempt = read_attempt(given, who)
        rules = narrowed(who.rules, given.text("resolver"))
        result = check_attempt(services.engine, rules, attempt)
        return _respond(services, _said(services, who, attempt, result))

    @blueprint.route("/triggerchallenge", methods=["GET", "POST"])
    def triggerchallenge() -> Response:
        """Challenge all tokens of a person, or one token, without PIN."""
        return _respond(services, trigger_challenges(services, caller(), parameters()))

    @blueprint.get("/polltransaction", defaults={"transaction_id": ""})
    @blueprint.get("/polltransaction/<transaction_id>")
    def polltransaction(transaction_id: str) -> Response:
        """Whether a challenge was answered elsewhere. No token that there is today is answered anywhere
        but in ``check``, so every transaction, open or unknown, is pending. A poll spends nothing."""
        del transaction_id  # read with the other parameters
        parameters().required("transaction_id")
        return _respond(services, Said(False, Authentication.REJECT, {"challenge_status": "pending"}))

    return blueprint


def _rules(services: Services) -> dict[str, Rule]:
    """Programs of the format may send no key, so that the door stands open unless it was closed."""
    door = Door.ANYBODY if services.settings.api.open_validation else Door.APPLICATION
    return {"check": door, "triggerchallenge": Right.TRIGGER_CHALLENGE, "polltransaction": door}


def read_attempt(given: Parameters, who: Caller) -> Attempt:
    """What is to be checked. Raises InvalidField and ApiError (905)."""
    login, serial = given.text("user").strip(), given.text("serial")
    fields = assertion_fields(given)
    if not (login or serial or given.text("credential_id", "credentialid")):
        raise parameter("You need to specify a serial, user or credential_id.")
    return Attempt(
        who.origin,
        read_answer(given.secret("pass"), fields),
        login=login,
        realm=given.text("realm"),
        serial=serial,
        transaction_id=given.text("transaction_id", "state", longest=_LONGEST_TRANSACTION),
        code_alone=bool(serial) and given.flag("otponly"),
        by_stranger=who.is_stranger,
    )


def _said(services: Services, who: Caller, attempt: Attempt, result: Outcome) -> Said:
    """Raises ApiError and NotFound where the exact answer is one."""
    user = outcome.user_of(result)
    exact = who.may_know(user.realm if user else attempt.realm or who.rules.realms.default)
    asked = Asked(bool(attempt.transaction_id), bool(attempt.answer.fields), attempt.code_alone)
    match result:
        case Matched() | PassedWithoutToken():
            origin = attempt.origin
            subject = subject_of(user, address=origin.address, application=origin.application)
            details = response_details(who.rules.policies, subject).value
            return outcome.accepted(result, asked, details)
        case Challenged():
            return outcome.challenged(result, exact)
        case Throttled():
            return outcome.throttled(result, who.rules.settings.throttle, exact)
        case Rejected():
            if exact:
                _raise_exact(services, who, attempt, result)
            return outcome.rejected(result, asked, exact)


def _raise_exact(services: Services, who: Caller, attempt: Attempt, result: Rejected) -> None:
    """What the format answers by an error: that the person or token is not there, or that they do not
    belong together."""
    if result.reason in (Reason.UNKNOWN_USER, Reason.AMBIGUOUS_USER):
        if not attempt.login:
            raise ApiError(400, 904, "ERR904: The owner of the token does not exist.")
        raise unknown_user(attempt.login, attempt.realm or who.rules.realms.default or "")
    if result.reason is Reason.UNKNOWN_TOKEN and attempt.serial:
        raise NotFound("token", attempt.serial)
    if result.reason is Reason.NO_TOKEN and attempt.login and attempt.serial and result.user:
        row = services.engine.look(lambda view: token_by_serial(view.connection, attempt.serial))
        if row is None:
            raise NotFound("token", attempt.serial)
        if owner_key(row) != result.user.key:
            raise parameter("Given serial does not belong to given user!")


def _respond(services: Services, said: Said) -> Response:
    response = envelope.authentication(services.clock(), said.value, said.word, said.detail, said.status)
    if said.wait_seconds:
        response.headers["Retry-After"] = str(said.wait_seconds)
    return response
