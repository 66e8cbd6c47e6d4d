"""Reading a request: query, form, multipart, JSON and path, merged into one bag of parameters."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

import msgspec
from flask import g, request

from idp.api.decoding import decoded_again
from mfa_engine.algorithms.password_hash import MAX_CODE_POINTS
from mfa_engine.errors import InvalidField

LONGEST_TEXT = 4096
_LONGEST_FIDO = 32_768
_MOST_FIELDS = 1000
_UNPRINTABLE = re.compile("[\x00-\x1f\x7f\ud800-\udfff\ufffd]")
_NO_TEXT = re.compile("[\ud800-\udfff\ufffd]")
_YES, _NO = frozenset({"1", "true", "yes"}), frozenset({"", "0", "false", "no"})


@dataclass(frozen=True, slots=True)
class Parameters:
    """What was sent, by name: a text, or a list of texts where JSON had one.

    Every reader raises InvalidField, which names the parameter and never shows its value. What is empty
    counts as not sent.
    """

    values: Mapping[str, str | list[str]] = field(repr=False)

    def __contains__(self, name: str) -> bool:
        return bool(self.values.get(name))

    def text(self, *names: str, longest: int = LONGEST_TEXT) -> str:
        """The parameter under the first of its names that was sent; empty when none was."""
        for name in names:
            value = self._one(name)
            if not value:
                continue
            if len(value) > longest:
                raise InvalidField(name, f"use at most {longest} characters")
            if _UNPRINTABLE.search(value):
                raise InvalidField(name, "holds a character that is no text")
            return value
        return ""

    def required(self, name: str) -> str:
        """As ``text``. Raises InvalidField when it was not sent."""
        value = self.text(name)
        if not value:
            raise InvalidField(name, "is missing")
        return value

    def secret(self, name: str) -> str:
        """A password, PIN or code: any characters, but never more than are hashed (OTP-10)."""
        value = self._one(name)
        if len(value) > MAX_CODE_POINTS:
            raise InvalidField(name, f"use at most {MAX_CODE_POINTS} characters")
        if _NO_TEXT.search(value):
            raise InvalidField(name, "is not UTF-8")
        return value

    def document(self, name: str, longest: int) -> str:
        """A whole document, line ends and all."""
        value = self._one(name)
        if len(value) > longest:
            raise InvalidField(name, f"use at most {longest} characters")
        if _NO_TEXT.search(value):
            raise InvalidField(name, "is not UTF-8")
        return value

    def flag(self, name: str) -> bool:
        """Yes or no; no when it was not sent."""
        value = self._one(name).lower()
        if value not in _YES | _NO:
            raise InvalidField(name, "give 1 or 0")
        return value in _YES

    def choice(self, name: str) -> bool | None:
        """Yes, no, or None when it was not sent."""
        return self.flag(name) if name in self else None

    def whole(self, name: str, default: int) -> int:
        """A whole number from 0."""
        value = self.text(name, longest=20)
        if not value:
            return default
        if not (value.isascii() and value.isdigit()):
            raise InvalidField(name, "give a whole number")
        return int(value)

    def several(self, name: str) -> tuple[str, ...]:
        """A list, or its texts with commas between them; each once."""
        value = self.values.get(name, "")
        parts = value if isinstance(value, list) else value.split(",")
        for part in parts:
            if len(part) > LONGEST_TEXT or _UNPRINTABLE.search(part):
                raise InvalidField(name, "holds an entry that is too long or no text")
        return tuple(dict.fromkeys(part.strip() for part in parts if part.strip()))

    def time(self, name: str) -> datetime | None:
        """A moment in ISO 8601 with its zone; None when it was not sent."""
        value = self.text(name, longest=40)
        if not value:
            return None
        try:
            moment = datetime.fromisoformat(value)
        except ValueError:
            raise InvalidField(name, "give a time like 2027-01-31T12:00+01:00") from None
        if moment.tzinfo is None:
            raise InvalidField(name, "give the time with its zone, like 2027-01-31T12:00+01:00")
        return moment

    def fields(self, names: Iterable[str]) -> dict[str, str]:
        """Those of these parameters that were sent."""
        return {name: value for name in names if (value := self.text(name, longest=_LONGEST_FIDO))}

    def only(self, *allowed: Iterable[str]) -> None:
        """Refuse parameters that this request has no use for: whoever sends ``failcount`` expects it to be
        set (ADM-03)."""
        known = frozenset[str]().union(*allowed)
        for name in self.values:
            if name not in known and name in self:
                raise InvalidField(_shown(name), "cannot be given here")

    def _one(self, name: str) -> str:
        value = self.values.get(name, "")
        if isinstance(value, list):
            raise InvalidField(name, "give one text, not a list")
        return value


def parameters() -> Parameters:
    """What the request being served sent. Read once; raises InvalidField, and what Werkzeug raises for a
    body that is too large."""
    if "parameters" not in g:
        g.parameters = Parameters(_merged(_everything()))
    read: Parameters = g.parameters
    return read


def _everything() -> Iterator[tuple[str, str | list[str]]]:
    agent = request.headers.get("User-Agent", "")
    for name, value in (request.view_args or {}).items():
        yield name, decoded_again(name, value, agent)
    for name, value in request.args.items(multi=True):
        yield name, decoded_again(name, value, agent)
    document = _json()
    if document is not None:
        yield from document
        return
    for name, value in request.form.items(multi=True):
        yield name, decoded_again(name, value, agent)


def _json() -> list[tuple[str, str | list[str]]] | None:
    """The members of a body that is a JSON object, whatever it says that it is; None: it is a form."""
    if request.mimetype == "multipart/form-data":
        return None
    body = request.get_data()
    if body.count(b"&") > _MOST_FIELDS:
        raise InvalidField("body", f"use at most {_MOST_FIELDS} parameters")
    if request.mimetype != "application/json" and not body.lstrip().startswith(b"{"):
        return None
    try:
        document = msgspec.json.decode(body) if body.strip() else {}
    except (ValueError, RecursionError):
        raise InvalidField("body", "is not JSON, or nested too deeply") from None
    if not isinstance(document, dict):
        raise InvalidField("body", "give a JSON object")
    if len(document) > _MOST_FIELDS:
        raise InvalidField("body", f"use at most {_MOST_FIELDS} parameters")
    return [(name, _plain(name, value)) for name, value in document.items()]


def _plain(name: str, value: Any) -> str | list[str]:
    """A JSON value as text. Numbers and truth values are sent as such by some clients."""
    match value:
        case None:
            return ""
        case bool():
            return "1" if value else "0"
        case int():
            return str(value)
        case str():
            return value
        case list() if all(isinstance(item, str) for item in value):
            return value
    raise InvalidField(_shown(name), "give a text")


def _merged(sent: Iterable[tuple[str, str | list[str]]]) -> dict[str, str | list[str]]:
    """One value a name. Two different ones are refused: who reads which must not decide (ADM-02)."""
    values: dict[str, str | list[str]] = {}
    for name, value in sent:
        if value and values.get(name, value) not in ("", value):
            raise InvalidField(_shown(name), "is given twice")
        values[name] = value or values.get(name, "")
    return values


def _shown(name: str) -> str:
    """The name of a parameter as an error may repeat it."""
    return _UNPRINTABLE.sub("?", name[:60])
