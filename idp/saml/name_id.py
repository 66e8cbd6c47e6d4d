"""Names for a subject: which format a service gets, and the values.

Source: SAML Core, sections 3.4.1.1 and 8.3; SD-N01 to SD-N05.
"""

from __future__ import annotations

import base64
import secrets
from dataclasses import dataclass

from idp.saml.errors import StatusError
from idp.saml.status import INVALID_NAME_ID_POLICY
from metadata.entity import ServiceProvider
from metadata.saml.markup import attribute, text
from metadata.saml.vocabulary import NameIdFormat

OFFERED = (NameIdFormat.TRANSIENT, NameIdFormat.PERSISTENT)


@dataclass(frozen=True, slots=True)
class NameIdPolicy:
    """What a request wants of the name."""

    format: str | None = None
    sp_name_qualifier: str | None = None
    allow_create: bool = False


@dataclass(frozen=True, slots=True)
class NameIdChoice:
    """The format that the service gets, and whether a name that lasts may be made for it."""

    format: NameIdFormat
    may_create: bool


@dataclass(frozen=True, slots=True)
class NameId:
    """A subject's name, with the two parties between which it means something."""

    value: str
    format: str | None
    name_qualifier: str | None
    sp_name_qualifier: str | None


def choose(policy: NameIdPolicy | None, service: ServiceProvider) -> NameIdChoice:
    """The name that answers ``policy``: as asked, else as the metadata prefers, else transient.

    Raises StatusError (InvalidNameIDPolicy) for a format that is not offered and for the name
    space of another service (SD-E14).
    """
    asked = policy or NameIdPolicy(allow_create=True)
    if asked.sp_name_qualifier not in (None, service.entity_id):
        raise StatusError(INVALID_NAME_ID_POLICY, "name_id_policy")
    if asked.format in (None, NameIdFormat.UNSPECIFIED):
        return NameIdChoice(_preferred(service), asked.allow_create)
    for offered in OFFERED:
        if asked.format == offered:
            return NameIdChoice(offered, asked.allow_create)
    raise StatusError(INVALID_NAME_ID_POLICY, "name_id_policy")


def transient(value: str, idp: str, service: str) -> NameId:
    """The name ``value``, good for one session at one service: its handle there (SD-N01)."""
    return NameId(value, NameIdFormat.TRANSIENT, idp, service)


def persistent(value: str, idp: str, service: str) -> NameId:
    """The lasting name ``value``, which the caller stores per person and service (SD-N02)."""
    return NameId(value, NameIdFormat.PERSISTENT, idp, service)


def new_persistent_value() -> str:
    """A value for a lasting name: 160 random bits in base32, so that none differ by case only (SD-N03)."""
    return base64.b32encode(secrets.token_bytes(20)).decode("ascii")


def is_same(given: NameId, issued: NameId) -> bool:
    """Whether a name that came back is the one that was issued; qualifiers may be left out."""
    return (
        given.value == issued.value
        and given.format in (None, NameIdFormat.UNSPECIFIED, issued.format)
        and given.name_qualifier in (None, issued.name_qualifier)
        and given.sp_name_qualifier in (None, issued.sp_name_qualifier)
    )


def name_id_element(name: NameId) -> str:
    """``saml:NameID`` in canonical form, to stand where ``saml`` is declared."""
    attributes = (
        ("Format", name.format),
        ("NameQualifier", name.name_qualifier),
        ("SPNameQualifier", name.sp_name_qualifier),
    )
    given = "".join(f' {key}="{attribute(value)}"' for key, value in attributes if value is not None)
    return f"<saml:NameID{given}>{text(name.value)}</saml:NameID>"


def _preferred(service: ServiceProvider) -> NameIdFormat:
    for listed in service.name_id_formats:
        for offered in OFFERED:
            if listed == offered:
                return offered
    return NameIdFormat.TRANSIENT
