"""Proving a new token that must be asked first: a code is sent to it, and its first answer counts."""

from __future__ import annotations

from mfa_engine import audit
from mfa_engine.audit import Origin
from mfa_engine.authentication.challenges import Opened, open_challenges
from mfa_engine.authentication.facts import is_open
from mfa_engine.configuration.rules import Rules
from mfa_engine.errors import NotFound
from mfa_engine.identity.user import User
from mfa_engine.lifecycle.finish import Finished, Follow, proven, refused, waiting
from mfa_engine.lifecycle.opening import open_found
from mfa_engine.lifecycle.whom import about
from mfa_engine.storage.challenge import ChallengeRow, challenges_of, count_try, spend_challenge
from mfa_engine.storage.token import TokenRow
from mfa_engine.tokentypes.base import Answer, AnswersChallenge, Refusal, Spend, Token
from mfa_engine.unit import Runner, Unit, View


def ask_for_proof(runner: Runner, rules: Rules, origin: Origin, user: User, serial: str) -> Opened:
    """Challenge a token that was just made. Raises NotFound."""
    token = open_found(runner, origin, lambda view: _waiting(view, user, serial))

    def opened(unit: Unit) -> Opened:
        asked = open_challenges(unit, rules, user, [token])
        audit.record(unit, origin, about(token.row, "auth.challenge", reason="proof"))
        return asked

    return runner.record(opened)


def prove_by_answer(
    runner: Runner,
    rules: Rules,
    origin: Origin,
    user: User,
    serial: str,
    transaction_id: str,
    answer: Answer,
    then: Follow,
) -> Finished:
    """Judge the answer: right, and the token counts from now on; ``then`` writes what follows in the same
    transaction. Raises NotFound."""
    token = open_found(runner, origin, lambda view: _waiting(view, user, serial))
    challenge = runner.look(lambda view: _asked(view, token, transaction_id))
    kind = rules.types[token.row.kind]
    refusal = Refusal.WRONG
    if challenge is not None and isinstance(kind, AnswersChallenge):
        verdict = kind.verify_answer(token, challenge, answer)
        if isinstance(verdict, Spend):
            return runner.record(lambda unit: _proven(unit, origin, token, challenge, verdict, then))
        refusal = verdict or refusal
    return runner.record(lambda unit: _refused(unit, origin, token, challenge, refusal))


def _waiting(view: View, user: User, serial: str) -> TokenRow:
    row = waiting(view, serial)
    if (row.resolver, row.uid) != (user.key.resolver, user.key.uid):
        raise NotFound("enrolment", serial)
    return row


def _asked(view: View, token: Token, transaction_id: str) -> ChallengeRow | None:
    return next(
        (
            challenge
            for challenge in challenges_of(view.connection, transaction_id)
            if challenge.token_id == token.row.id and is_open(challenge, view.now)
        ),
        None,
    )


def _proven(
    unit: Unit, origin: Origin, token: Token, challenge: ChallengeRow, spent: Spend, then: Follow
) -> Finished:
    row = token.row
    if not spend_challenge(unit.connection, challenge.id, now=unit.now):
        raise NotFound("enrolment", row.serial)
    proven(unit, origin, row, counter=0, details=row.details)
    finished = Finished(row.serial, row.kind, spent.worth)
    then(unit, finished)
    return finished


def _refused(
    unit: Unit, origin: Origin, token: Token, challenge: ChallengeRow | None, refusal: Refusal
) -> Finished:
    if challenge is not None:
        count_try(unit.connection, [challenge.id])
    return refused(unit, origin, token.row, refusal)
