"""What a client sends back: a code, or a security key's assertion by either of the two sets of names."""

from __future__ import annotations

from flask import request

from idp.api.errors import parameter
from idp.api.read import Parameters
from mfa_engine.tokentypes.base import Answer

_ASSERTION = (
    "credentialid",
    "credential_id",
    "clientdata",
    "clientDataJSON",
    "authenticatordata",
    "authenticatorData",
    "signaturedata",
    "signature",
)
# Not the user handle: who it is, is known before, and clients of this format give a key their own one.
_REGISTRATION = ("regdata", "attestationObject", "clientdata", "clientDataJSON")


def assertion_fields(given: Parameters) -> dict[str, str]:
    """The fields of an assertion that were sent."""
    return given.fields(_ASSERTION)


def registration_fields(given: Parameters) -> dict[str, str]:
    """The fields of a registration that were sent."""
    return given.fields(_REGISTRATION)


def read_answer(typed: str, fields: dict[str, str]) -> Answer:
    """A code, or what a security key signed, which comes from a page: whose is then required."""
    if not fields:
        return Answer(typed)
    origin = request.headers.get("Origin", "")
    if not origin:
        raise parameter("Missing parameter: HTTP_ORIGIN, the header Origin of the page.")
    return Answer(fields=fields, origin=origin)
