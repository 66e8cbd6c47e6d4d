"""Tokens as ways to sign in: what people see of them, and in which order. Knows no type by name."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import UTC, datetime

from idp.login.context import Context
from idp.pages.login import WayKind
from mfa_engine.authentication.facts import open_token
from mfa_engine.storage.token import TokenRow
from mfa_engine.tokentypes.base import AnswersChallenge, ClientMode, TokenType

_NEVER = datetime.min.replace(tzinfo=UTC)
_SAFEST = (WayKind.SECURITY_KEY, WayKind.APP_CODE, WayKind.DEVICE_CODE, WayKind.MAIL_CODE)


def way_kind(kind: TokenType) -> WayKind:
    """What a type is to people, by what it can do."""
    if isinstance(kind, AnswersChallenge):
        return WayKind.SECURITY_KEY if kind.mode is ClientMode.WEBAUTHN else WayKind.MAIL_CODE
    return WayKind.APP_CODE if kind.worth.time_synchronous else WayKind.DEVICE_CODE


def safest_first(context: Context, tokens: Iterable[TokenRow]) -> list[TokenRow]:
    """In the order of the picker."""
    return sorted(tokens, key=lambda token: (_SAFEST.index(_kind(context, token)), token.id))


def used_last(tokens: Iterable[TokenRow]) -> TokenRow | None:
    """The one to ask for first; None when none was ever used."""
    used = [token for token in tokens if token.last_success_at is not None]
    return max(used, key=lambda token: token.last_success_at or _NEVER, default=None)


def way_name(context: Context, token: TokenRow) -> str:
    """What the person called the token, or the address that its codes go to."""
    if _kind(context, token) is WayKind.MAIL_CODE:
        return context.services.engine.look(lambda view: open_token(view, token)).secret.decode()
    return token.description


def _kind(context: Context, token: TokenRow) -> WayKind:
    return way_kind(context.rules.types[token.kind])
