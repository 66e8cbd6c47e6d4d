"""Text and attribute values, written as canonical XML writes them (C14N 1.0, section 2.3).

Our documents are templates that are their own canonical form, filled with what these two
functions return: so the text that is sent is the text that is hashed. That holds as long as a
template keeps the rules: attributes in order of their names, no empty-element tags, each
namespace declared where it is first used.
"""

from __future__ import annotations

import re
from datetime import UTC, datetime

from metadata.errors import MetadataError

# What XML 1.0 cannot carry, not even escaped (section 2.2).
_UNWRITABLE = re.compile("[^\t\n\r\x20-\ud7ff\ue000-\ufffd\U00010000-\U0010ffff]")


class UnwritableText(MetadataError):
    """A value holds a character that XML 1.0 cannot carry. Refused, never dropped (SAML-14)."""


def text(value: str) -> str:
    """``value`` as the text of an element. Raises UnwritableText."""
    return (
        writable(value).replace("&", "&amp;").replace("<", "&lt;").replace(">", "&gt;").replace("\r", "&#xD;")
    )


def attribute(value: str) -> str:
    """``value`` as the value of an attribute in double quotes. Raises UnwritableText."""
    escaped = writable(value).replace("&", "&amp;").replace("<", "&lt;").replace('"', "&quot;")
    return escaped.replace("\t", "&#x9;").replace("\n", "&#xA;").replace("\r", "&#xD;")


def instant(moment: datetime) -> str:
    """``moment`` in UTC and whole seconds, such as 2026-01-31T12:00:00Z (SAML Core, section 1.3.3)."""
    return moment.astimezone(UTC).replace(tzinfo=None).isoformat(timespec="seconds") + "Z"


def writable(value: str) -> str:
    """``value`` itself, when XML can carry it. Raises UnwritableText."""
    bad = _UNWRITABLE.search(value)
    if bad is not None:
        raise UnwritableText(f"character U+{ord(bad[0]):04X} cannot be written in XML: take it out")
    return value
