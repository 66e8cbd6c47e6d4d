"""Enrolling by ``/token/init``: in one request, or in two where the holder has to prove the token."""

from __future__ import annotations

import base64
import binascii
import hashlib
import secrets
from typing import Any

from idp.api.access import Caller
from idp.api.answer import read_answer, registration_fields
from idp.api.enrolled import shown_once
from idp.api.errors import parameter
from idp.api.reach import person_to_change, signed_in_just_now, token_to_change
from idp.api.read import Parameters
from idp.factors.aftermath import added, added_at_once, holder_of
from idp.rights.catalogue import Right
from idp.rights.denial import missing
from idp.services import Services
from mfa_engine.authentication.proof_by_challenge import ask_for_proof, prove_by_answer
from mfa_engine.errors import InvalidField
from mfa_engine.identity.user import User
from mfa_engine.lifecycle.change import describe_in
from mfa_engine.lifecycle.enrol import Enrolled, Wanted, enrol
from mfa_engine.lifecycle.finish import Finished, finish
from mfa_engine.storage.token import TokenState
from mfa_engine.tokentypes.base import AnswersChallenge, ProvesByRegistration
from mfa_engine.unit import Unit

_OF_TYPES = frozenset({"otpkey", "otpkeyformat", "otplen", "hashlib", "timeStep", "email"})
"""Read by the token types themselves, by these names."""

_SWITCHES = frozenset({"genkey", "dynamic_email", "2stepinit", "rollover"})
_PROOF = frozenset(
    {
        "verify",
        "transaction_id",
        "regdata",
        "attestationObject",
        "clientdata",
        "clientDataJSON",
        "registrationclientextensions",
        "authenticatorAttachment",
    }
)
PARAMETERS = (
    frozenset(
        {
            "type",
            "serial",
            "user",
            "realm",
            "resolver",
            "pin",
            "encryptpin",
            "description",
            "keysize",
            "validity_period_start",
            "validity_period_end",
        }
    )
    | _OF_TYPES
    | _SWITCHES
    | _PROOF
)
DEFAULT_TYPE = "hotp"
_KEY_BYTES = range(16, 65)
_CHECKED, _CHECK_BYTES = "base32check", 4


def enrol_token(services: Services, who: Caller, given: Parameters) -> dict[str, Any]:
    """The ``detail`` of the answer: what the holder is shown this once, or that the token is proven.

    Raises InvalidField, ApiError, Denied, NotAllowed, Conflict.
    """
    fields = registration_fields(given)
    if fields or given.text("verify"):
        return _prove(services, who, given, fields)
    return _enrol(services, who, given)


def _enrol(services: Services, who: Caller, given: Parameters) -> dict[str, Any]:
    for switch in ("2stepinit", "rollover"):
        if given.flag(switch):
            raise InvalidField(switch, "is not possible here")
    user = _holder(services, who, given)
    own = who.principal.is_owner(user.key if user else None)
    wanted = Wanted(
        given.text("type") or DEFAULT_TYPE,
        user,
        _parameters(given),
        serial=given.text("serial"),
        description=given.text("description"),
        pin=given.secret("pin"),
        proof_needed=own,  # whoever enrols for somebody else vouches for the token
        valid_from=given.time("validity_period_start"),
        valid_until=given.time("validity_period_end"),
    )
    made = enrol(services.engine, who.rules, who.origin, wanted, added_at_once(services, who.origin, wanted))
    detail = shown_once(who.rules, made, user)
    if own and user is not None:
        detail |= _proof_wanted(services, who, user, made)
    return detail


def _holder(services: Services, who: Caller, given: Parameters) -> User | None:
    """For whom: the person named, the caller who may for nobody else, or nobody yet."""
    right, principal = Right.TOKEN_ENROL, who.principal
    user = person_to_change(services, who, given, right)
    if user is None and principal.has_own_only(right):
        user = principal.user
        signed_in_just_now(services, who, right)
    if user is None and not principal.may(right):
        raise missing(right)
    return user


def _parameters(given: Parameters) -> dict[str, str]:
    """What the type reads. A key comes in hex, whatever it was sent as, or is made in the size asked for."""
    read = {name: value for name in _OF_TYPES if (value := given.text(name, longest=1024))}
    brought = read.pop("otpkey", "")
    form = read.pop("otpkeyformat", "hex")
    if given.flag("dynamic_email") and "email" in read:
        raise InvalidField("email", "give an address, or dynamic_email for that of the directory")
    if brought:
        read["otpkey"] = _checked_key(brought) if form == _CHECKED else brought
        read["otpkeyformat"] = "hex" if form == _CHECKED else form
    elif "keysize" in given:
        read["otpkey"] = secrets.token_hex(_key_size(given))
    return read


def _key_size(given: Parameters) -> int:
    size = given.whole("keysize", 0)
    if size not in _KEY_BYTES:
        raise InvalidField("keysize", f"give {_KEY_BYTES[0]} to {_KEY_BYTES[-1]} bytes")
    return size


def _checked_key(text: str) -> str:
    """A key typed by people: base32 of four bytes of its SHA-1 and the key. In hex."""
    compact = "".join(text.split()).upper().rstrip("=")
    try:
        raw = base64.b32decode(compact + "=" * (-len(compact) % 8))
    except (binascii.Error, ValueError):
        raise InvalidField("otpkey", "is not base32") from None
    check, key = raw[:_CHECK_BYTES], raw[_CHECK_BYTES:]
    digest = hashlib.sha1(key, usedforsecurity=False).digest()  # finds typing errors, nothing else
    if digest[:_CHECK_BYTES] != check:
        raise InvalidField("otpkey", "has a typing error: its checksum does not fit")
    return key.hex()


def _proof_wanted(services: Services, who: Caller, user: User, made: Enrolled) -> dict[str, Any]:
    """How the holder proves it. A code that has to be sent is sent."""
    kind = who.rules.types[made.kind]
    if isinstance(kind, ProvesByRegistration):
        return {}
    if not isinstance(kind, AnswersChallenge):
        return {"verify": {"message": "Please enter a code of the new token."}}
    opened = ask_for_proof(services.engine, who.rules, who.origin, user, made.serial)
    message = {"verify": {"message": "Please enter the code that was sent to you."}}
    return {**message, "transaction_id": opened.transaction_id}


def _prove(services: Services, who: Caller, given: Parameters, fields: dict[str, str]) -> dict[str, Any]:
    """The holder's first answer."""
    row = token_to_change(services, who, Right.TOKEN_ENROL, given.required("serial"))
    if (given.text("type") or row.kind) != row.kind:
        raise parameter("type: the token is of another type.")
    description = given.text("description")
    holder = holder_of(who.rules, row)

    def follow(unit: Unit, finished: Finished) -> None:
        if finished.worth is not None:
            describe_in(unit, finished.serial, description)
            if holder is not None:
                name = description or row.description or row.serial
                added(services, who.origin, holder, name)(unit)

    answer = read_answer(given.secret("verify"), fields)
    transaction, user = given.text("transaction_id"), who.principal.user
    engine, rules, origin = services.engine, who.rules, who.origin
    if not fields and transaction and user is not None:
        done = prove_by_answer(engine, rules, origin, user, row.serial, transaction, answer, follow)
    else:
        done = finish(engine, rules, origin, row.serial, answer, follow)
    if done.worth is None:
        raise parameter("verify: the code does not fit.")
    detail: dict[str, Any] = {"serial": row.serial, "rollout_state": TokenState.ENROLLED}
    if fields:
        detail["webAuthnRegisterResponse"] = {"subject": description or row.description}
    return detail
