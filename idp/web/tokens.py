"""What a token's row says to people: its state now, whether it is one to show, its place in a list."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import datetime

from idp.login.ways import safest_first, way_kind
from idp.pages.login import WayKind
from idp.pages.token_state import TokenState
from idp.web.visitor import Visitor
from mfa_engine.authentication.candidates import locked
from mfa_engine.configuration.rules import subject_of
from mfa_engine.identity.user import User
from mfa_engine.lifecycle.enrol import living
from mfa_engine.policy.decisions.limits import failure_limit
from mfa_engine.storage import token as storage
from mfa_engine.storage.token import TokenRow


def state_of(token: TokenRow, *, limit: int, now: datetime) -> TokenState:
    """The one thing to say of it: what keeps it from working, if something does."""
    if token.state is storage.TokenState.REVOKED:
        return TokenState.REVOKED
    if token.state is storage.TokenState.CREATED:
        return TokenState.NOT_CONFIRMED
    if not token.enabled:
        return TokenState.DISABLED
    if token.valid_from is not None and token.valid_from > now:
        return TokenState.NOT_YET_VALID
    if token.valid_until is not None and token.valid_until <= now:
        return TokenState.EXPIRED
    return TokenState.LOCKED if locked(token, limit=limit, now=now) else TokenState.ACTIVE


def shown(visitor: Visitor, tokens: Iterable[TokenRow]) -> list[TokenRow]:
    """Those worth a line, safest first: not those whose time to be proven is over."""
    alive = living(tuple(tokens), visitor.now)
    revoked = (token for token in tokens if token.state is storage.TokenState.REVOKED)
    return safest_first(visitor.context, (*alive, *revoked))


def limit_of(visitor: Visitor, owner: User) -> int:
    """How many wrong answers in a row this person's tokens endure."""
    return failure_limit(visitor.rules.policies, subject_of(owner, address="", application="")).value


def is_last(token: TokenRow, tokens: Iterable[TokenRow], *, limit: int, now: datetime) -> bool:
    """Whether its owner has no other token that works now."""
    return not any(
        state_of(other, limit=limit, now=now) is TokenState.ACTIVE for other in tokens if other.id != token.id
    )


def kinds_safest_first(visitor: Visitor, kinds: Iterable[str]) -> list[str]:
    """Those of these token types that work here, in the order in which people are offered them."""
    types, order = visitor.rules.types, list(WayKind)
    working = types.working.intersection(kinds)
    return sorted(working, key=lambda kind: (order.index(way_kind(types[kind])), kind))
