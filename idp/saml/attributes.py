"""Release: what of a person a service gets, and why; nothing until a rule gives it (SD-S07)."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from enum import StrEnum

from idp.saml.errors import StatusError
from idp.saml.status import Status
from metadata.saml.markup import UnwritableText, attribute, text, writable
from metadata.saml.vocabulary import NameFormat, StatusCode


@dataclass(frozen=True, slots=True)
class ReleaseRule:
    """One of our attributes, and the name under which a service gets it."""

    attribute: str
    name: str
    friendly_name: str | None = None
    name_format: str = NameFormat.URI


@dataclass(frozen=True, slots=True)
class SamlAttribute:
    """An attribute as it is asserted: its names and its values, which are plain strings."""

    name: str
    friendly_name: str | None
    name_format: str
    values: tuple[str, ...]


class Reason(StrEnum):
    """Why an attribute is released, or is not."""

    RULE = "rule"
    NO_RULE = "no_rule"
    NO_VALUE = "no_value"


@dataclass(frozen=True, slots=True)
class Explanation:
    """What became of one of our attributes; ``name`` is that in the assertion, where there is one."""

    attribute: str
    reason: Reason
    name: str | None = None


@dataclass(frozen=True, slots=True)
class Release:
    """What goes into the assertion, and an account of every attribute that a rule or the person has."""

    attributes: tuple[SamlAttribute, ...]
    because: tuple[Explanation, ...]


def release(rules: Sequence[ReleaseRule], person: Mapping[str, Sequence[str]]) -> Release:
    """What ``rules`` give of ``person`` (our attribute names to values). Empty values are left out.

    Raises StatusError (Responder) for a value that XML cannot carry: it is refused with the name of
    its attribute in the reason, never sent with a part missing (SAML-14).
    """
    given = []
    because = []
    for rule in rules:
        values = tuple(value for value in person.get(rule.attribute, ()) if value)
        if values:
            given.append(_asserted(rule, values))
        because.append(Explanation(rule.attribute, Reason.RULE if values else Reason.NO_VALUE, rule.name))
    ruled = {rule.attribute for rule in rules}
    because += [Explanation(name, Reason.NO_RULE) for name in sorted(person.keys() - ruled)]
    return Release(tuple(given), tuple(because))


def attribute_element(released: SamlAttribute) -> str:
    """``saml:Attribute`` in canonical form, to stand where ``saml`` is declared."""
    friendly = (
        "" if released.friendly_name is None else f' FriendlyName="{attribute(released.friendly_name)}"'
    )
    values = "".join(f"<saml:AttributeValue>{text(value)}</saml:AttributeValue>" for value in released.values)
    return (
        f'<saml:Attribute{friendly} Name="{attribute(released.name)}"'
        f' NameFormat="{attribute(released.name_format)}">{values}</saml:Attribute>'
    )


def _asserted(rule: ReleaseRule, values: tuple[str, ...]) -> SamlAttribute:
    try:
        for value in values:
            writable(value)
    except UnwritableText as error:
        raise StatusError(Status(StatusCode.RESPONDER), f"attribute_value:{rule.attribute}") from error
    return SamlAttribute(rule.name, rule.friendly_name, rule.name_format, values)
