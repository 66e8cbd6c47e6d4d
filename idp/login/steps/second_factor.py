"""The second factor: one token at a time, the one used last first; the rest behind the picker."""

from __future__ import annotations

from dataclasses import dataclass

import msgspec
from flask import Response, request

from idp.login.context import Context
from idp.login.flow import Facts, what_is_missing
from idp.login.ways import safest_first, used_last, way_kind, way_name
from idp.pages import Problem, problems
from idp.pages.login import (
    CodePage,
    CodeSource,
    MailCodePage,
    PickerPage,
    SecurityKeyPage,
    StepPage,
    Way,
    WayKind,
)
from mfa_engine.authentication.assurance import Offer, Proof
from mfa_engine.authentication.attempt import Attempt
from mfa_engine.authentication.candidates import usable
from mfa_engine.authentication.check import check
from mfa_engine.authentication.outcome import (
    Challenged,
    Matched,
    Outcome,
    Prompted,
    Reason,
    Rejected,
    Throttled,
)
from mfa_engine.authentication.trigger import trigger
from mfa_engine.configuration.rules import subject_of
from mfa_engine.errors import Busy, Unavailable
from mfa_engine.policy.decisions.limits import failure_limit
from mfa_engine.storage.challenge import ChallengeRow, challenges_of
from mfa_engine.storage.token import TokenRow
from mfa_engine.tokentypes.base import Answer
from mfa_engine.unit import Unit

_CHOOSE = "choose"


@dataclass(frozen=True, slots=True)
class _Turn:
    """Whose turn it is: the token that is asked, and the others that would do."""

    context: Context
    token: TokenRow
    kind: WayKind
    others: bool

    @property
    def other_url(self) -> str:
        return self.context.base + "second-factor/choose" if self.others else ""


def show(context: Context, facts: Facts, rest: str) -> Response:
    """The page of the token whose turn it is, or the picker."""
    tokens = _fitting(context, facts)
    if rest == _CHOOSE:
        return _picker(context, tokens)
    if rest:
        return _choose(context, tokens, rest)
    turn = _turn(context, tokens)
    if turn.kind is WayKind.SECURITY_KEY:
        return _security_key(turn)
    return _mail_code(turn) if turn.kind is WayKind.MAIL_CODE else _code(turn)


def submit(context: Context, facts: Facts, rest: str) -> Response:
    """One answer, checked by the engine; its proof is stored with what it spends."""
    del rest
    turn = _turn(context, _fitting(context, facts))
    if turn.kind is WayKind.MAIL_CODE and request.form.get("send"):
        return _send(turn)
    if turn.kind is WayKind.SECURITY_KEY:
        return _check(turn, Answer(fields={"credential": request.form.get("credential", "")}))
    code = request.form.get("code", "")
    if not code.strip():
        return _again(turn, problems.no_code())
    return _check(turn, Answer(code))


def _fitting(context: Context, facts: Facts) -> list[TokenRow]:
    """The person's usable tokens that would meet what is missing, safest first."""
    need = what_is_missing(context.login, facts)
    subject = subject_of(context.user, address=context.origin.address, application=context.login.application)
    limit = failure_limit(context.rules.policies, subject).value
    return safest_first(
        context,
        (
            token
            for token in facts.tokens
            if usable(token, limit=limit, now=context.now)
            and need is not None
            and need.fits(Offer(token.kind, context.rules.types[token.kind].worth))
        ),
    )


def _turn(context: Context, tokens: list[TokenRow]) -> _Turn:
    picked = next((token for token in tokens if token.serial == context.login.chosen), None)
    token = picked or used_last(tokens) or tokens[0]
    return _Turn(context, token, way_kind(context.rules.types[token.kind]), len(tokens) > 1)


def _picker(context: Context, tokens: list[TokenRow]) -> Response:
    last = used_last(tokens)
    ways = tuple(
        Way(
            way_kind(context.rules.types[token.kind]),
            f"{context.base}second-factor/{token.serial}",
            way_name(context, token),
            used_last=token is last,
        )
        for token in tokens
    )
    return _page(
        context,
        "login/picker.html",
        PickerPage(ways=ways, person=context.person, restart_url=context.restart_url),
    )


def _choose(context: Context, tokens: list[TokenRow], serial: str) -> Response:
    """Remember the choice: it selects a page and proves nothing, so a link may make it."""
    if any(token.serial == serial for token in tokens):
        context.save(chosen=serial, challenge="")
    return context.services.respond.see_other(context.base + "second-factor")


def _code(turn: _Turn, problem: Problem | None = None) -> Response:
    context, details = turn.context, turn.token.details
    page = CodePage(
        source=CodeSource.APP if turn.kind is WayKind.APP_CODE else CodeSource.DEVICE,
        name=turn.token.description,
        digits=details["digits"],
        period_seconds=details.get("period", 0),
        other_url=turn.other_url,
        problem=problem,
        person=context.person,
        restart_url=context.restart_url,
    )
    return _page(context, "login/code.html", page, problem)


def _mail_code(turn: _Turn, problem: Problem | None = None) -> Response:
    context = turn.context
    sent = sent_challenge(context, turn.token)
    wait = context.rules.settings.throttle.message_interval
    page = MailCodePage(
        address=way_name(context, turn.token),
        good_until=sent.expires_at if sent else None,
        resend_at=sent.created_at + wait if sent and sent.created_at + wait > context.now else None,
        other_url=turn.other_url,
        problem=problem,
        person=context.person,
        restart_url=context.restart_url,
    )
    return _page(context, "login/mail_code.html", page, problem)


def sent_challenge(context: Context, token: TokenRow) -> ChallengeRow | None:
    """The challenge of this login that is open on the token."""
    transaction_id = context.login.challenge
    if not transaction_id:
        return None
    rows = context.services.engine.look(lambda view: challenges_of(view.connection, transaction_id))
    return next((row for row in rows if row.token_id == token.id), None)


def _security_key(turn: _Turn, problem: Problem | None = None) -> Response:
    """A new challenge each time the page is shown: each is spent by its first answer (FIDO-01)."""
    prompted = _open(turn)
    page = SecurityKeyPage(
        options=msgspec.json.encode(prompted.shown["options"]).decode() if prompted else "{}",
        name=turn.token.description,
        other_url=turn.other_url,
        problem=problem,
        person=turn.context.person,
        restart_url=turn.context.restart_url,
    )
    return _page(turn.context, "login/security_key.html", page, problem)


def _send(turn: _Turn) -> Response:
    """Send a code, unless one was sent just before."""
    context = turn.context
    if _open(turn) is None:
        wait = context.rules.settings.throttle.message_interval
        seconds = int(wait.total_seconds())
        return _again(turn, problems.sent_too_often(context.now + wait, seconds))
    return context.services.respond.see_other(context.base + "second-factor")


def _open(turn: _Turn) -> Prompted | None:
    """Challenge the token and keep the transaction with the login; None when a message must wait."""
    context = turn.context
    attempt = Attempt(context.origin, Answer(), user=context.user, serial=turn.token.serial, code_alone=True)
    opened = trigger(context.services.engine, context.rules, attempt)
    if not isinstance(opened, Challenged) or not opened.prompts:
        return None
    context.save(challenge=opened.transaction_id)
    return opened.prompts[0]


def _check(turn: _Turn, answer: Answer) -> Response:
    context = turn.context
    attempt = Attempt(
        context.origin,
        answer,
        user=context.user,
        serial=turn.token.serial,
        transaction_id=context.login.challenge,
        code_alone=True,
    )

    def then(unit: Unit, outcome: Outcome) -> None:
        if isinstance(outcome, Matched):
            proof = Proof(outcome.kind, outcome.worth, unit.now, outcome.serial)
            context.proven(unit, proof, challenge="", chosen="")

    try:
        outcome = check(context.services.engine, context.rules, attempt, then)
    except Busy:
        return _again(turn, problems.too_many_at_once())
    except Unavailable:
        return _again(turn, problems.directory_down())
    if isinstance(outcome, Matched):
        return context.services.respond.see_other(context.base)
    return _again(turn, _problem(turn, outcome))


def _problem(turn: _Turn, outcome: Outcome) -> Problem:
    if isinstance(outcome, Throttled):
        return problems.too_many_tries(max(1, round(outcome.wait.total_seconds())))
    if turn.kind is WayKind.SECURITY_KEY:
        return problems.key_not_used()
    if turn.kind is WayKind.MAIL_CODE:
        late = isinstance(outcome, Rejected) and outcome.reason is Reason.CHALLENGE
        return problems.old_sent_code() if late else problems.wrong_sent_code()
    return problems.wrong_code()


def _again(turn: _Turn, problem: Problem) -> Response:
    if turn.kind is WayKind.SECURITY_KEY:
        return _security_key(turn, problem)
    return _mail_code(turn, problem) if turn.kind is WayKind.MAIL_CODE else _code(turn, problem)


def _page(context: Context, template: str, page: StepPage, problem: Problem | None = None) -> Response:
    response = context.services.respond.page(
        template,
        page,
        binding=context.binding,
        hints=context.login.language,
        status=problem.status if problem else 200,
    )
    if problem and problem.retry_after_seconds:
        response.headers["Retry-After"] = str(problem.retry_after_seconds)
    return response
