"""Search filters with every value escaped (RFC 4515, section 3): pure.

What was typed only ever becomes an assertion value (RES-01). Names of attributes and the person filter
are the administrator's and were checked when they were configured.
"""

from __future__ import annotations

import uuid
from collections.abc import Iterable, Sequence

from ldap3.core.exceptions import LDAPInvalidFilterError
from ldap3.operation.search import parse_filter
from ldap3.utils.conv import escape_bytes, escape_filter_chars

# Attributes whose value is a GUID in binary, the first three parts little-endian ([MS-DTYP], 2.3.4).
_GUIDS = frozenset({"objectguid", "ms-ds-consistencyguid"})


def by_login(person_filter: str, attributes: Sequence[str], login: str) -> str:
    """People one of whose login attributes equals ``login``, by the directory's own rules."""
    value = escape_filter_chars(login)
    return f"(&{person_filter}{_any(f'({name}={value})' for name in attributes)})"


def by_uid(person_filter: str, attribute: str, uid: str) -> str | None:
    """The person with this unique id; None when no id can look like this."""
    if is_guid(attribute):
        guid = _guid(uid)
        if guid is None:
            return None
        value = escape_bytes(guid.bytes_le)
    else:
        value = escape_filter_chars(uid)
    return f"(&{person_filter}({attribute}={value}))"


def containing(person_filter: str, attributes: Iterable[str], text: str) -> str:
    """People one of whose attributes contains ``text``; everybody for an empty text."""
    value = escape_filter_chars(text)
    pattern = f"*{value}*" if value else "*"
    return f"(&{person_filter}{_any(f'({name}={pattern})' for name in attributes)})"


def _any(choices: Iterable[str]) -> str:
    return f"(|{''.join(choices)})"


def is_guid(attribute: str) -> bool:
    """Whether the attribute's value is a binary GUID."""
    return attribute.lower() in _GUIDS


def _guid(text: str) -> uuid.UUID | None:
    try:
        return uuid.UUID(text)
    except ValueError:
        return None


def is_filter(text: str) -> bool:
    """Whether ``text`` is one LDAP filter in its string form."""
    try:
        parse_filter(text, None, False, False, None, False)  # type: ignore[no-untyped-call]
    except LDAPInvalidFilterError:
        return False
    return True
