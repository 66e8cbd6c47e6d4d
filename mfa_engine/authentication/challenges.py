"""Challenges: opening one on each of several tokens under one transaction."""

from __future__ import annotations

import secrets
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

from mfa_engine.authentication.outcome import Prompted
from mfa_engine.configuration.rules import Rules
from mfa_engine.delivery.outbox import post
from mfa_engine.identity.throttles import MESSAGE_WINDOW, message_name, message_wait
from mfa_engine.identity.user import User
from mfa_engine.storage.challenge import insert_challenges
from mfa_engine.storage.throttle import Count, count_up, lock_tally
from mfa_engine.tokentypes.base import AnswersChallenge, Opening, Prompt, Token
from mfa_engine.unit import Unit


@dataclass(frozen=True, slots=True)
class Opened:
    """What was asked under one transaction, and what was held back: a message was sent just before."""

    transaction_id: str
    prompts: tuple[Prompted, ...]
    wait: timedelta  # until the next message may be sent; zero when none was held back


def new_transaction_id() -> str:
    """Twenty decimal digits, as the wire demands. Knowing one opens nothing by itself."""
    return f"{secrets.randbelow(10**20):020d}"


def open_challenges(unit: Unit, rules: Rules, user: User | None, tokens: Sequence[Token]) -> Opened:
    """Ask each of these tokens, all under one transaction and with one nonce.

    A message is posted only within the limits of OOB-04: who was sent one just now is told how long to
    wait.
    """
    opening = Opening(new_transaction_id(), secrets.token_bytes(32), user, unit.now)
    rows, prompts, longest = [], [], timedelta(0)
    for token in tokens:
        kind = rules.types[token.row.kind]
        if not isinstance(kind, AnswersChallenge) or not kind.can_ask:
            continue
        prompt = kind.challenge(token, opening)
        wait = _take_message(unit, rules, user, prompt)
        if wait:
            longest = max(longest, wait)
            continue
        expires_at = unit.now + prompt.life
        rows.append(_row(opening, token, prompt, kind.tries, expires_at))
        prompts.append(_prompted(token, prompt, expires_at))
    insert_challenges(unit.connection, rows)
    return Opened(opening.transaction_id, tuple(prompts), longest)


def _take_message(unit: Unit, rules: Rules, user: User | None, prompt: Prompt) -> timedelta:
    """Count and post the prompt's message, or say how long it must wait. Of two requests at once the second
    sees what the first one counted."""
    if prompt.outgoing is None:
        return timedelta(0)
    name = message_name(user.key if user else None, prompt.recipient)
    settings = rules.settings.throttle
    wait = message_wait(lock_tally(unit.connection, name, unit.now), settings, unit.now)
    if not wait:
        count_up(unit.connection, unit.now, Count(name, begin=unit.now - MESSAGE_WINDOW))
        post(unit, prompt.outgoing)
    return wait


def _row(
    opening: Opening, token: Token, prompt: Prompt, tries: int, expires_at: datetime
) -> dict[str, object]:
    return {
        "transaction_id": opening.transaction_id,
        "token_id": token.row.id,
        "prompt": prompt.stored,
        "answer_mac": prompt.answer_mac,
        "tries": 0,
        "max_tries": tries,
        "spent": False,
        "created_at": opening.now,
        "expires_at": expires_at,
    }


def _prompted(token: Token, prompt: Prompt, expires_at: datetime) -> Prompted:
    return Prompted(token.row.serial, token.row.kind, prompt.message, prompt.mode, prompt.shown, expires_at)
