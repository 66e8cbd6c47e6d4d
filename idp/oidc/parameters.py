"""Form-encoded parameters, each at most once (RFC 6749, sections 3.1, 3.2 and appendix B).

A parameter that cannot be used does not end the reading: its fault is noted, and raised by who
needs the parameter, since until the redirect URI is proven nobody knows where to send the error.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from urllib.parse import unquote_to_bytes

from idp.oidc.errors import invalid_request

MAX_BODY = 64 * 1024  # bytes
MAX_VALUE = 8 * 1024  # bytes
MAX_PARAMETERS = 200

_CONTROL = re.compile(r"[\x00-\x1f\x7f]")


@dataclass(frozen=True, slots=True)
class Parameters:
    """What was sent. A name is in ``values`` or, with the reason, in ``faults``; empty ones in neither."""

    values: Mapping[str, str] = field(repr=False)  # secrets are among them
    faults: Mapping[str, str]

    def usable(self, name: str) -> str | None:
        """The value, or None when it is absent. Raises OAuthError when it was sent and cannot be used."""
        if name in self.faults:
            raise invalid_request(f"{name} {self.faults[name]}")
        return self.values.get(name)

    def needed(self, name: str) -> str:
        """The value. Raises OAuthError when it is absent or cannot be used."""
        value = self.usable(name)
        if value is None:
            raise invalid_request(f"{name} is missing")
        return value


def read_parameters(encoded: bytes, known: Iterable[str]) -> Parameters:
    """The ``known`` parameters of a query or form body; all others are ignored.

    Raises OAuthError (invalid_request) when the whole is too large to be looked at.
    """
    if len(encoded) > MAX_BODY:
        raise invalid_request(f"the request is larger than {MAX_BODY} bytes")
    pairs = [pair for pair in encoded.split(b"&") if pair]
    if len(pairs) > MAX_PARAMETERS:
        raise invalid_request(f"the request has more than {MAX_PARAMETERS} parameters")
    names = {name.encode(): name for name in known}
    seen: dict[str, str] = {}
    faults: dict[str, str] = {}
    for pair in pairs:
        raw_name, _, raw_value = pair.partition(b"=")
        name = names.get(_unescaped(raw_name))
        if name is None:
            continue
        if name in seen:
            faults[name] = "is given more than once"
            continue
        seen[name], fault = _value(raw_value)
        if fault is not None:
            faults[name] = fault
    values = {name: value for name, value in seen.items() if value and name not in faults}
    return Parameters(values, faults)


def _unescaped(raw: bytes) -> bytes:
    return unquote_to_bytes(raw.replace(b"+", b" "))


def _value(raw: bytes) -> tuple[str, str | None]:
    decoded = _unescaped(raw)
    if len(decoded) > MAX_VALUE:
        return "", f"is longer than {MAX_VALUE} bytes"
    try:
        text = decoded.decode()
    except UnicodeDecodeError:
        return "", "is not UTF-8"
    return text, "holds control characters" if _CONTROL.search(text) else None


def read_form(content_type: str | None, body: bytes, query: bytes, known: frozenset[str]) -> Parameters:
    """The parameters of an endpoint that takes a form body and nothing else (RFC 6749, section 3.2).

    Raises OAuthError (invalid_request) for another media type, and for a protocol parameter in the
    query, where it would end up in logs.
    """
    media_type = (content_type or "").partition(";")[0].strip().lower()
    if media_type != "application/x-www-form-urlencoded":
        raise invalid_request("send the parameters as application/x-www-form-urlencoded")
    in_query = read_parameters(query, known)
    if in_query.values or in_query.faults:
        raise invalid_request("send the parameters in the body, not in the query")
    return read_parameters(body, known)
