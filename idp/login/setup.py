"""Setting up a token for the person in front of us: shared by the login and the account pages."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import timedelta

from idp.login.ways import way_kind
from idp.pages.enrolment import AppSetup, KeySetup, MailSetup, Timing
from idp.pages.login import WayKind
from idp.services import Services
from mfa_engine.audit import Origin
from mfa_engine.authentication.facts import open_token
from mfa_engine.authentication.proof_by_challenge import ask_for_proof, prove_by_answer
from mfa_engine.configuration.rules import Rules
from mfa_engine.errors import NotFound
from mfa_engine.identity.user import User
from mfa_engine.lifecycle.begin_again import begin_again
from mfa_engine.lifecycle.enrol import Wanted, enrol
from mfa_engine.lifecycle.finish import Finished, Follow, finish
from mfa_engine.storage.challenge import ChallengeRow, challenges_of
from mfa_engine.storage.token import TokenRow, TokenState, token_by_serial
from mfa_engine.tokentypes.base import Answer, AnswersChallenge, ProvesByRegistration, ShowsAgain
from mfa_engine.unit import View

Shown = AppSetup | KeySetup | MailSetup


@dataclass(frozen=True, slots=True)
class Setup:
    """A token that waits for its holder's proof, and what its page shows."""

    serial: str
    shown: Shown


def set_up(
    services: Services, rules: Rules, origin: Origin, user: User, kind: str, *, serial: str, challenge: str
) -> Setup:
    """The token that was begun before (``serial``) shown again, or a new one.

    ``challenge`` is the engine's transaction in which a code was sent to it. Raises InvalidField, and
    NotAllowed when the person has as many as policy allows.
    """
    begun = begun_before(services, rules, origin, user, kind, serial, challenge) if serial else None
    if begun is not None:
        return begun
    made = enrol(services.engine, rules, origin, Wanted(kind, user))
    return Setup(made.serial, _shown(rules, user, kind, made.handover, None))


def begun_before(
    services: Services, rules: Rules, origin: Origin, user: User, kind: str, serial: str, challenge: str
) -> Setup | None:
    """The token as it was shown, or with new values to prove where its kind cannot show the old ones; None
    when it does not wait for this person's proof, or is of another kind (SELF-03)."""
    if isinstance(rules.types[kind], ShowsAgain):
        return _resumed(services, rules, user, kind, serial, challenge)
    row = services.engine.look(lambda view: token_by_serial(view.connection, serial))
    if row is None or row.kind != kind:
        return None
    try:
        handover = begin_again(services.engine, rules, origin, serial, user)
    except NotFound:
        return None
    return Setup(serial, _shown(rules, user, kind, handover, None))


def send_proof(services: Services, rules: Rules, origin: Origin, user: User, serial: str) -> str | timedelta:
    """Send a code to the token that is being set up: the engine's transaction, or how long to wait."""
    opened = ask_for_proof(services.engine, rules, origin, user, serial)
    return opened.wait or opened.transaction_id


def prove(
    services: Services,
    rules: Rules,
    origin: Origin,
    user: User,
    serial: str,
    challenge: str,
    answer: Answer,
    then: Follow,
) -> Finished:
    """Judge the holder's first answer; ``then`` writes, in the same transaction, what follows from it.

    Raises NotFound when the time is over or the token is not this person's, InvalidField, Conflict.
    """
    if challenge:
        return prove_by_answer(services.engine, rules, origin, user, serial, challenge, answer, then)
    return finish(services.engine, rules, origin, serial, answer, then, holder=user.key)


def _resumed(
    services: Services, rules: Rules, user: User, kind: str, serial: str, challenge: str
) -> Setup | None:
    def read(view: View) -> Setup | None:
        row = token_by_serial(view.connection, serial)
        shows_again = rules.types[kind]
        if row is None or not _waits(row, user, kind, view) or not isinstance(shows_again, ShowsAgain):
            return None
        handover = shows_again.handover(open_token(view, row), user)
        sent = _sent(view, row, challenge) if challenge else None
        return Setup(serial, _shown(rules, user, kind, handover, sent))

    return services.engine.look(read)


def _waits(row: TokenRow, user: User, kind: str, view: View) -> bool:
    """It is this person's, of this type, and still to be proven (SELF-03)."""
    mine = (row.resolver, row.uid) == (user.key.resolver, user.key.uid)
    in_time = row.prove_by is None or row.prove_by > view.now
    return mine and row.kind == kind and row.state is TokenState.CREATED and in_time


def _sent(view: View, row: TokenRow, challenge: str) -> ChallengeRow | None:
    return next((c for c in challenges_of(view.connection, challenge) if c.token_id == row.id), None)


def _shown(
    rules: Rules, user: User, kind: str, handover: Mapping[str, str], sent: ChallengeRow | None
) -> Shown:
    type_ = rules.types[kind]
    if isinstance(type_, ProvesByRegistration):
        return KeySetup(handover["options"])
    if isinstance(type_, AnswersChallenge):
        pause = rules.settings.throttle.message_interval
        return MailSetup(
            handover["recipient"],
            good_until=sent.expires_at if sent else None,
            resend_at=sent.created_at + pause if sent else None,
        )
    by_time = way_kind(type_) is WayKind.APP_CODE
    return AppSetup(
        otpauth=handover["uri"],
        secret=handover["secret"],
        account=user.login,
        timing=Timing.TIME if by_time else Timing.COUNTER,
        digits=int(handover["digits"]),
        period_seconds=int(handover.get("period", "30")),
    )
