"""A person's own tokens. Nobody else's serial is an answer here (SELF-03)."""

from __future__ import annotations

from collections.abc import Iterable

from idp.login.ways import way_kind
from idp.pages import Problem, problems
from idp.pages.login import WayKind
from idp.rights.denial import OutOfReach
from idp.web.visitor import Visitor
from mfa_engine.errors import NotFound
from mfa_engine.lifecycle.find import token_of_serial
from mfa_engine.lifecycle.whom import owner
from mfa_engine.storage.token import TokenRow

LONGEST_NAME = 80


def own_token(visitor: Visitor, serial: str) -> TokenRow:
    """The token, if it is this person's. Raises NotFound, OutOfReach for somebody else's."""
    token = token_of_serial(visitor.services.engine, serial)
    key = visitor.user.key
    if (token.resolver, token.uid) != (key.resolver, key.uid):
        raise OutOfReach("token", serial, "own", owner(token), serial)
    return token


def kind_of(visitor: Visitor, token: TokenRow) -> WayKind:
    """What it is to people. Raises NotFound for one that this version does not know."""
    kind = visitor.rules.types.get(token.kind)
    if kind is None:
        raise NotFound("token", token.serial)
    return way_kind(kind)


def typed_name(text: str) -> str:
    """A name as it is kept: on one line, blanks single."""
    return " ".join("".join(c for c in text if c.isprintable()).split())[:LONGEST_NAME]


def name_problem(name: str, others: Iterable[TokenRow]) -> Problem | None:
    """What is wrong with a name beside those that the person has."""
    if not name:
        return problems.no_name()
    taken = {token.description.casefold() for token in others}
    return problems.name_taken() if name.casefold() in taken else None
