"""Proving a new token that must be asked first: a code is sent to it, and its first answer counts."""

from __future__ import annotations

from mfa_engine import audit
from mfa_engine.audit import Origin
from mfa_engine.authentication.challenges import Opened, open_challenges
from mfa_engine.authentication.facts import open_token
from mfa_engine.configuration.rules import Rules
from mfa_engine.errors import NotFound
from mfa_engine.identity.user import User
from mfa_engine.lifecycle.finish import Finished, Follow
from mfa_engine.lifecycle.whom import about
from mfa_engine.storage.challenge import ChallengeRow, challenges_of, count_try, spend_challenge
from mfa_engine.storage.token import TokenState, prove, token_by_serial
from mfa_engine.tokentypes.base import Answer, AnswersChallenge, Refusal, Spend, Token
from mfa_engine.unit import Runner, Unit, View


def ask_for_proof(runner: Runner, rules: Rules, origin: Origin, user: User, serial: str) -> Opened:
    """Challenge a token that was just made. Raises NotFound."""
    token = runner.look(lambda view: _waiting(view, user, serial))

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
    token = runner.look(lambda view: _waiting(view, user, serial))
    challenges = runner.look(lambda view: challenges_of(view.connection, transaction_id))
    now = runner.now()
    mine = [c for c in challenges if c.token_id == token.row.id and not c.spent and c.expires_at > now]
    kind = rules.types[token.row.kind]
    verdict: Spend | Refusal | None = None
    if mine and mine[0].tries < mine[0].max_tries and isinstance(kind, AnswersChallenge):
        verdict = kind.verify_answer(token, mine[0], answer)
    if isinstance(verdict, Spend):
        return runner.record(lambda unit: _proven(unit, origin, token, mine[0], verdict, then))
    return runner.record(lambda unit: _refused(unit, origin, token, mine))


def _waiting(view: View, user: User, serial: str) -> Token:
    row = token_by_serial(view.connection, serial)
    mine = row is not None and (row.resolver, row.uid) == (user.key.resolver, user.key.uid)
    if row is None or not mine or row.state is not TokenState.CREATED:
        raise NotFound("enrolment", serial)
    return open_token(view, row)


def _proven(
    unit: Unit, origin: Origin, token: Token, challenge: ChallengeRow, spent: Spend, then: Follow
) -> Finished:
    row = token.row
    won = spend_challenge(unit.connection, challenge.id, now=unit.now)
    if not won or not prove(unit.connection, row.id, counter=0, details=row.details, now=unit.now):
        raise NotFound("enrolment", row.serial)
    audit.record(unit, origin, about(row, "token.prove"))
    finished = Finished(row.serial, row.kind, spent.worth)
    then(unit, finished)
    return finished


def _refused(unit: Unit, origin: Origin, token: Token, challenges: list[ChallengeRow]) -> Finished:
    count_try(unit.connection, [challenge.id for challenge in challenges])
    audit.record(unit, origin, about(token.row, "token.prove", done=False, reason=Refusal.WRONG))
    return Finished(token.row.serial, token.row.kind, None)
