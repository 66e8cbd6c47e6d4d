"""Finding tokens: one by its serial, those of a person, or a page of all that match."""

from __future__ import annotations

from dataclasses import dataclass

from mfa_engine.errors import InvalidField, NotFound
from mfa_engine.identity.user import UserKey
from mfa_engine.storage.token import TokenRow, token_by_serial, tokens_of
from mfa_engine.storage.token_search import TokenPage, find_tokens
from mfa_engine.unit import Runner, View

LARGEST_PAGE = 1000


@dataclass(frozen=True, slots=True)
class Filter:
    """What a token must be. Empty fields do not narrow; ``*`` in a text stands for anything.

    ``realms`` None: of every realm; else only tokens of these, which is applied before counting
    (ADM-13), so that a scoped administrator does not even learn how many there are elsewhere.
    """

    serial: str = ""
    kind: str = ""
    owner: UserKey | None = None
    assigned: bool | None = None
    enabled: bool | None = None
    description: str = ""
    realms: frozenset[str] | None = None


SORTABLE = ("serial", "kind", "description", "failures", "created_at", "last_success_at")


def token_of_serial(runner: Runner, serial: str) -> TokenRow:
    """The token. Raises NotFound."""
    return runner.look(lambda view: named(view, serial))


def named(view: View, serial: str) -> TokenRow:
    """The token. Raises NotFound."""
    token = token_by_serial(view.connection, serial)
    if token is None:
        raise NotFound("token", serial)
    return token


def tokens_of_person(runner: Runner, key: UserKey) -> tuple[TokenRow, ...]:
    """All tokens of a person, oldest first."""
    return runner.look(lambda view: tokens_of(view.connection, key.resolver, key.uid))


def search(
    runner: Runner,
    wanted: Filter,
    *,
    page: int = 1,
    size: int = 15,
    sort: str = "serial",
    descending: bool = False,
) -> TokenPage:
    """One page of the tokens that match, and how many there are. Two statements. Raises InvalidField."""
    if sort not in SORTABLE:
        raise InvalidField("sortby", f"choose one of {', '.join(SORTABLE)}")
    if not 1 <= size <= LARGEST_PAGE:
        raise InvalidField("pagesize", f"give 1 to {LARGEST_PAGE}")
    if not 1 <= page <= 1_000_000:
        raise InvalidField("page", "give a page number from 1")
    return runner.look(
        lambda view: find_tokens(
            view.connection,
            serial=wanted.serial,
            kind=wanted.kind,
            owner=(wanted.owner.resolver, wanted.owner.uid) if wanted.owner else None,
            assigned=wanted.assigned,
            enabled=wanted.enabled,
            description=wanted.description,
            realms=wanted.realms,
            sort=sort,
            descending=descending,
            offset=(page - 1) * size,
            limit=size,
        )
    )
