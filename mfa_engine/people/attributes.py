"""What is kept about a person: a few known attributes, each a list of short texts."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from mfa_engine.delivery.email import email
from mfa_engine.errors import InvalidField
from mfa_engine.identity.realms import canonical_login

KNOWN = ("display_name", "given_name", "family_name", "email", "phone", "groups")
_LONGEST = 256


def checked_attributes(given: Mapping[str, Sequence[str]]) -> dict[str, list[str]]:
    """The attributes as they are stored. Raises InvalidField naming the one that cannot be."""
    unknown = [name for name in given if name not in KNOWN]
    if unknown:
        raise InvalidField(unknown[0], f"is no attribute: choose of {', '.join(KNOWN)}")
    checked = {
        name: [_text(name, value) for value in values if value.strip()] for name, values in given.items()
    }
    for address in checked.get("email", ()):
        email(address, "-", "")
    return {name: values for name, values in checked.items() if values}


def first_mail(attributes: Mapping[str, Sequence[str]]) -> str | None:
    """The address that a person may sign in by, in canonical form."""
    addresses = attributes.get("email", ())
    return canonical_login(addresses[0], field="email") if addresses else None


def _text(name: str, value: str) -> str:
    if len(value) > _LONGEST or not value.isprintable():
        raise InvalidField(name, f"use one line of at most {_LONGEST} characters")
    return value.strip()
