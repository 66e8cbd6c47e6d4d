"""Facts and answers to a verdict: who matched, what to spend, what to count. Pure."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, replace

from mfa_engine.authentication.attempt import Attempt
from mfa_engine.authentication.candidates import locked, usable
from mfa_engine.authentication.facts import Facts
from mfa_engine.authentication.outcome import Reason
from mfa_engine.authentication.password_parts import Parts, split
from mfa_engine.authentication.pins import PinAnswers
from mfa_engine.configuration.rules import Rules
from mfa_engine.storage.challenge import ChallengeRow
from mfa_engine.tokentypes.base import AnswersChallenge, Refusal, Spend, Token, VerifiesCode


@dataclass(frozen=True, slots=True)
class Accept:
    """This token matched: spend it, and its challenge when there is one."""

    token: Token
    spend: Spend
    code_length: int | None
    challenge: ChallengeRow | None = None


@dataclass(frozen=True, slots=True)
class Ask:
    """The PIN was right and alone: challenge these tokens."""

    tokens: tuple[Token, ...]


@dataclass(frozen=True, slots=True)
class Refuse:
    """No. ``tried`` are the tokens it was about, ``counted`` those whose failure counters go up;
    ``person``: whether the person's does, and the address's."""

    reason: Reason
    tried: tuple[Token, ...] = ()
    counted: tuple[Token, ...] = ()
    challenges: tuple[ChallengeRow, ...] = ()  # whose tries go up
    person: bool = True


Verdict = Accept | Ask | Refuse


def judge(rules: Rules, facts: Facts, pins: PinAnswers, attempt: Attempt) -> Verdict:
    """Decide one attempt. Where a challenge is open no PIN is looked at: what came answers it. Only one who
    proved the first factor before may give a code of another token instead."""
    if facts.missing is not None:
        return Refuse(facts.missing)
    if facts.person_waits or pins.wait:
        return Refuse(Reason.USER_LOCKED, person=False)
    working = tuple(t for t in facts.tokens if usable(t.row, limit=facts.fail_limit, now=facts.now))
    if not working:
        return _nothing_works(facts)
    answered = _judge_answers(rules, attempt, _answered(facts, working))
    if isinstance(answered, Accept):
        return answered
    if attempt.answer.fields or (facts.challenges and not attempt.code_alone):
        return answered or Refuse(
            Reason.CHALLENGE, challenges=facts.challenges, person=bool(facts.challenges)
        )
    typed = _judge_code(rules, facts, attempt, working, pins)
    return _both_wrong(answered, typed) if answered and isinstance(typed, Refuse) else typed


def _nothing_works(facts: Facts) -> Refuse:
    if any(locked(token.row, limit=facts.fail_limit, now=facts.now) for token in facts.tokens):
        return Refuse(Reason.LOCKED, person=False)
    if facts.broken:
        return Refuse(Reason.INTEGRITY, person=False)
    return Refuse(Reason.NO_TOKEN)


def _answered(facts: Facts, working: Iterable[Token]) -> list[tuple[Token, ChallengeRow]]:
    """The open challenges of this transaction that belong to tokens of this person (OTP-11)."""
    by_id = {token.row.id: token for token in working}
    return [
        (by_id[challenge.token_id], challenge)
        for challenge in facts.challenges
        if challenge.token_id in by_id
    ]


def _judge_answers(
    rules: Rules, attempt: Attempt, answered: list[tuple[Token, ChallengeRow]]
) -> Accept | Refuse | None:
    """The verdict on an answer to an open challenge; None when it is meant for none of them."""
    addressed: list[tuple[Token, ChallengeRow, Refusal]] = []
    for token, challenge in answered:
        kind = rules.types[token.row.kind]
        if not isinstance(kind, AnswersChallenge):
            continue
        result = kind.verify_answer(token, challenge, attempt.answer)
        if isinstance(result, Spend):
            return Accept(token, result, None, challenge)
        if result is not None:
            addressed.append((token, challenge, result))
    if not addressed:
        return None
    tokens, challenges, reasons = zip(*addressed, strict=True)
    return _refuse(reasons, tokens, tokens, challenges)


def _judge_code(
    rules: Rules, facts: Facts, attempt: Attempt, working: tuple[Token, ...], pins: PinAnswers
) -> Verdict:
    tried: list[Token] = []
    counted: list[Token] = []
    reasons: list[Refusal] = []
    for token, parts, length in _codes(rules, attempt, working, pins):
        kind, code = rules.types[token.row.kind], parts.code
        result = kind.verify(token, code, facts.now) if isinstance(kind, VerifiesCode) else Refusal.WRONG
        if isinstance(result, Spend):
            return Accept(token, result, length)
        tried.append(token)
        reasons.append(result)
        if parts.pin or not attempt.by_stranger:
            counted.append(token)
    askable = () if attempt.code_alone else _askable(rules, working, attempt, pins)
    if askable:
        return Ask(askable)
    if tried:
        return _refuse(reasons, tuple(tried), tuple(counted))
    if attempt.transaction_id:  # without a PIN in it, nothing was guessed at
        return Refuse(Reason.CHALLENGE, person=not attempt.code_alone)
    return Refuse(Reason.WRONG_CODE if attempt.code_alone else Reason.WRONG_PIN)


def _both_wrong(answered: Refuse, typed: Refuse) -> Refuse:
    """A code that answers no challenge and is no token's either."""
    if typed.reason is Reason.REPLAYED:
        return typed
    return replace(answered, tried=answered.tried + typed.tried, counted=answered.counted + typed.counted)


def _codes(
    rules: Rules, attempt: Attempt, working: tuple[Token, ...], pins: PinAnswers
) -> Iterator[tuple[Token, Parts, int]]:
    """PIN, code, and the code's length, for each token whose PIN, if one is due, was right."""
    typed = attempt.answer.code
    for token in working:
        kind = rules.types[token.row.kind]
        if not isinstance(kind, VerifiesCode):
            continue
        length = kind.code_length(token)
        parts = Parts("", typed) if attempt.code_alone else split(typed, length)
        if parts is not None and (attempt.code_alone or pins.holds(token, parts.pin)):
            yield token, parts, length


def _askable(
    rules: Rules, working: tuple[Token, ...], attempt: Attempt, pins: PinAnswers
) -> tuple[Token, ...]:
    return tuple(
        token
        for token in working
        if isinstance(rules.types[token.row.kind], AnswersChallenge)
        and pins.holds(token, attempt.answer.code)
    )


def _refuse(
    reasons: Sequence[Refusal],
    tokens: tuple[Token, ...],
    counted: tuple[Token, ...],
    challenges: tuple[ChallengeRow, ...] = (),
) -> Refuse:
    """The telling reason first. A code that was spent before tells a guesser nothing: it is not counted,
    or the losers of a race for one code would lock the winner's token."""
    reason = next((r for r in reasons if r is not Refusal.WRONG), Refusal.WRONG)
    if reason is Refusal.REPLAYED:
        return Refuse(Reason.REPLAYED, tokens, person=False)
    return Refuse(Reason(reason.value), tokens, counted, challenges)
