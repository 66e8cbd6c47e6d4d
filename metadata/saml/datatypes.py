"""Values as XML Schema writes them, read strictly (XML Schema part 2; SAML Core, section 1.3).

Everything here raises MalformedDocument and names the field.
"""

from __future__ import annotations

import re
from collections.abc import Collection, Sequence
from datetime import UTC, datetime

from metadata.saml.document import Element, holds_text
from metadata.saml.errors import MalformedDocument

BLANKS = " \t\r\n"
MAX_IDENTIFIER = 256  # characters: SD-G02

_START = (
    "A-Z_a-z\u00c0-\u00d6\u00d8-\u00f6\u00f8-\u02ff\u0370-\u037d\u037f-\u1fff\u200c-\u200d\u2070-\u218f"
    "\u2c00-\u2fef\u3001-\ud7ff\uf900-\ufdcf\ufdf0-\ufffd\U00010000-\U000effff"
)
_NCNAME = re.compile(f"[{_START}][{_START}\\-.0-9\u00b7\u0300-\u036f\u203f-\u2040]*")
_INSTANT = re.compile(r"(\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d)(?:\.(\d+))?(Z|[+-]\d\d:\d\d)", re.ASCII)
_NUMBER = re.compile(r"\+?[0-9]{1,6}")


def ncname(value: str | None, field: str) -> str:
    """An ID. The rule keeps quotes, blanks and markup out of what we later echo (SAML-14)."""
    if value is None or len(value) > MAX_IDENTIFIER or not _NCNAME.fullmatch(value):
        raise MalformedDocument("schema", f"{field}: give an xs:ID of at most {MAX_IDENTIFIER} characters")
    return value


def boolean(value: str | None, field: str, *, default: bool) -> bool:
    """An xs:boolean, or ``default`` where there is none."""
    if value is None:
        return default
    match value.strip(BLANKS):
        case "true" | "1":
            return True
        case "false" | "0":
            return False
        case _:
            raise MalformedDocument("schema", f"{field}: give true or false")


def unsigned_short(value: str, field: str) -> int:
    """An xs:unsignedShort: 0 to 65535."""
    digits = value.strip(BLANKS)
    if not _NUMBER.fullmatch(digits) or int(digits) > 0xFFFF:
        raise MalformedDocument("schema", f"{field}: give a number from 0 to 65535")
    return int(digits)


def instant(value: str | None, field: str, *, reason: str = "schema") -> datetime:
    """An xs:dateTime with its zone, as an aware time in UTC; fractions beyond microseconds are cut."""
    parts = _INSTANT.fullmatch((value or "").strip(BLANKS))
    if parts is None:
        raise MalformedDocument(reason, f"{field}: give a time such as 2026-01-31T12:00:00Z")
    seconds, fraction, zone = parts.groups()
    try:
        moment = datetime.fromisoformat(seconds + ("+00:00" if zone == "Z" else zone)).astimezone(UTC)
    except (ValueError, OverflowError) as error:
        raise MalformedDocument(reason, f"{field}: there is no such time") from error
    return moment.replace(microsecond=int((fraction or "0")[:6].ljust(6, "0")))


def text(element: Element) -> str:
    """All the text of an element that may hold nothing else, blanks included."""
    if len(element):
        raise MalformedDocument("schema", f"{local_name(element)}: give text without elements in it")
    return element.text or ""


def in_order(
    element: Element, order: Sequence[str], repeatable: Collection[str] = ()
) -> dict[str, list[Element]]:
    """The children of ``element`` by their tags, which may come in this ``order`` only.

    A tag that is not listed, not in its place, or there twice without being ``repeatable``, is
    refused: what a schema would not let through is not guessed at.
    """
    if holds_text(element):
        raise MalformedDocument("schema", f"{local_name(element)}: give elements without text between them")
    found: dict[str, list[Element]] = {name: [] for name in order}
    place = 0
    for child in element:
        try:
            place = order.index(child.tag, place)
        except ValueError as error:
            name = local_name(child)
            raise MalformedDocument("schema", f"{name} is not expected here, or not once more") from error
        found[child.tag].append(child)
        if child.tag not in repeatable:
            place += 1
    return found


def local_name(element: Element) -> str:
    """The element's name without its namespace."""
    name: str = element.tag
    return name.rpartition("}")[2]
