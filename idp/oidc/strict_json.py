"""JSON that others sent, read so that two readers cannot see two things in it (RFC 8259; RFC 8725, 2.4)."""

from __future__ import annotations

import json
from typing import NoReturn


class AmbiguousJson(ValueError):
    """Not JSON, not an object, a member twice, a number that JSON does not know, or nested too deep."""


def strict_object(text: bytes) -> dict[str, object]:
    """The JSON object in ``text``. Raises AmbiguousJson."""
    try:
        value = json.loads(text.decode(), object_pairs_hook=_each_member_once, parse_constant=_no_such_number)
    except (ValueError, RecursionError) as error:
        raise AmbiguousJson("not a strict JSON object") from error
    if not isinstance(value, dict):
        raise AmbiguousJson("not a JSON object")
    return value


def _each_member_once(pairs: list[tuple[str, object]]) -> dict[str, object]:
    members = dict(pairs)
    if len(members) != len(pairs):
        raise AmbiguousJson("a member is given twice")
    return members


def _no_such_number(name: str) -> NoReturn:
    raise AmbiguousJson(f"{name} is not a number in JSON")
