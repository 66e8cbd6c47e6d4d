"""Realms, and how a typed name is read: pure.

A realm is an ordered list of resolvers. ``user@realm`` and ``realm\\user`` name one, a plain name
belongs to the default realm.
"""

from __future__ import annotations

import unicodedata
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field

from mfa_engine.errors import InvalidField

MAX_LOGIN = 255  # code points
# Controls, invisible format characters, half characters, line ends: a name holds none of them, and
# directories drop some silently, so that two spellings would look like two people.
_REFUSED = frozenset({"Cc", "Cf", "Cs", "Zl", "Zp"})


@dataclass(frozen=True, slots=True)
class Realm:
    """An ordered list of resolvers: the first one that knows a name decides whom it means."""

    name: str  # canonical
    resolvers: tuple[str, ...]

    def __post_init__(self) -> None:
        if self.name != canonical_login(self.name, field="realm") or {"@", "\\"} & set(self.name):
            raise InvalidField("realm", f"'{self.name}' is no realm name: use lower case without @ or \\")


@dataclass(frozen=True, slots=True)
class Realms:
    """All realms, as one snapshot. Raises InvalidField when the default is none of them."""

    realms: tuple[Realm, ...] = ()
    default: str | None = None
    by_name: Mapping[str, Realm] = field(init=False, repr=False, compare=False)

    def __post_init__(self) -> None:
        object.__setattr__(self, "by_name", {realm.name: realm for realm in self.realms})
        if len(self.by_name) != len(self.realms):
            raise InvalidField("realm", "two realms have one name: rename one of them")
        if self.default is not None and self.default not in self.by_name:
            raise InvalidField(
                "default realm", f"'{self.default}' is no realm: choose one of {listed(self.by_name)}"
            )


@dataclass(frozen=True, slots=True)
class LoginName:
    """A typed name, read. ``login`` is what directories are asked for; ``realm`` is None when neither the
    name nor a default says one, and may be a realm that does not exist."""

    login: str
    realm: str | None
    canonical: str = field(init=False)  # the one spelling of all: for throttles of people whom nobody found

    def __post_init__(self) -> None:
        object.__setattr__(self, "canonical", canonical_login(self.login))


def parse_login(typed: str, realms: Realms, realm: str = "") -> LoginName:
    """Whom ``typed`` names: ``user@realm``, ``realm\\user``, or a plain name of the default realm.

    A prefix or suffix that is no realm belongs to the name (``alice@example.org`` may be a login).
    ``realm`` was given beside the name and leaves it unread. Raises InvalidField for what is no name.
    """
    text = normalised(typed)
    if realm:
        return LoginName(text, canonical_login(realm, field="realm"))
    prefix, backslash, rest = text.partition("\\")
    if backslash and (named := _existing(prefix, realms)):
        return LoginName(normalised(rest), named)
    rest, at, suffix = text.rpartition("@")
    if at and (named := _existing(suffix, realms)):
        return LoginName(normalised(rest), named)
    return LoginName(text, realms.default)


def _existing(text: str, realms: Realms) -> str | None:
    name = _folded(text)
    return name if name in realms.by_name else None


def canonical_login(text: str, field: str = "user") -> str:
    """The one spelling of a login name: NFKC, case folded, blanks trimmed and single (RES-03).

    Two names are the same exactly when their canonical forms are. Raises InvalidField naming ``field``.
    """
    return _bounded(_folded(normalised(text, field)), field)


def normalised(text: str, field: str = "user") -> str:
    """``text`` in NFKC with blanks trimmed and single, case kept: what a directory is asked for.

    Raises InvalidField naming ``field`` when nothing is left, it is too long, or holds a control character.
    """
    if _holds_refused(_bounded(text, field)):
        raise InvalidField(field, "holds a control or invisible character: type the name without it")
    words = _single_blanks(unicodedata.normalize("NFKC", text))
    if not words:
        raise InvalidField(field, "is empty: give a name")
    return _bounded(words, field)


def _holds_refused(text: str) -> bool:
    if text.isascii():
        return not text.isprintable()
    return any(unicodedata.category(character) in _REFUSED for character in text)


def _bounded(text: str, field: str) -> str:
    if len(text) > MAX_LOGIN:
        raise InvalidField(field, f"is longer than {MAX_LOGIN} characters")
    return text


def _folded(text: str) -> str:
    if text.isascii():
        return _single_blanks(text.lower())
    # Unicode 3.13, D146: folding once more after normalising, since either can undo the other.
    once = unicodedata.normalize("NFKC", unicodedata.normalize("NFD", text).casefold())
    return _single_blanks(unicodedata.normalize("NFKC", once.casefold()))


def _single_blanks(text: str) -> str:
    return " ".join(text.split())


def listed(names: Iterable[str]) -> str:
    """Names for an error text."""
    return ", ".join(sorted(names)) or "(there is none)"
