"""Setting up a token behind a ticket: what its page shows, sending it a code, judging its first answer.

The same for a person's own token and for one that an administrator enrols.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from datetime import timedelta
from enum import StrEnum

from flask import Response, request

from idp.login.setup import Setup, begun_before, prove, send_proof
from idp.pages import Problem, problems
from idp.web.ticket import serial_of, ticket_for
from idp.web.visitor import Visitor
from mfa_engine.errors import Conflict, InvalidField, NotFound
from mfa_engine.identity.user import User
from mfa_engine.lifecycle.finish import Finished
from mfa_engine.tokentypes.base import Answer
from mfa_engine.unit import Unit

_SENT, _AGAIN = "sent", "again"  # in the address: the engine's transaction; why it began anew


class Again(StrEnum):
    """Why a set-up begins anew, with another token."""

    KEY_NOT_USED = "key-not-used"
    KEY_KNOWN = "key-known"
    CODE = "code"


@dataclass(frozen=True, slots=True)
class Enrolling:
    """A token in the making: whose it will be, its kind, its serial, and the address of the choice before."""

    visitor: Visitor
    owner: User
    kind: str
    serial: str
    home: str

    @property
    def address(self) -> str:
        """Where its page is."""
        return f"{self.home}/{self.kind}/{ticket_for(self.visitor, self.owner.key, self.serial)}"

    def setup(self) -> Setup | None:
        """What its page shows; None when it does not wait for its proof (any more)."""
        visitor = self.visitor
        return begun_before(
            visitor.services,
            visitor.rules,
            visitor.origin,
            self.owner,
            self.kind,
            self.serial,
            request.args.get(_SENT, ""),
        )

    def send(self) -> Response | Problem:
        """Send it a code, and show its page again; a problem when the next one must wait."""
        visitor = self.visitor
        try:
            sent = send_proof(visitor.services, visitor.rules, visitor.origin, self.owner, self.serial)
        except NotFound:
            return self.begin_again(Again.CODE)
        if isinstance(sent, timedelta):
            return problems.sent_too_often(visitor.now + sent, max(1, round(sent.total_seconds())))
        return visitor.services.respond.see_other(f"{self.address}?{_SENT}={sent}")

    def prove(self, follow: Callable[[Unit], None]) -> Response | Problem | None:
        """Judge the answer that came in: None when the token counts from now on, and what follows is
        written with it; a problem when another try is left; else the way to begin anew."""
        visitor = self.visitor
        credential, sent = request.form.get("credential", ""), request.args.get(_SENT, "")
        answer = (
            Answer(fields={"credential": credential}) if credential else Answer(request.form.get("code", ""))
        )

        def then(unit: Unit, finished: Finished) -> None:
            if finished.worth is not None:
                follow(unit)

        try:
            finished = prove(
                visitor.services,
                visitor.rules,
                visitor.origin,
                self.owner,
                self.serial,
                sent,
                answer,
                then,
            )
        except Conflict:
            return self.begin_again(Again.KEY_KNOWN)
        except (NotFound, InvalidField):
            return self.begin_again(Again.KEY_NOT_USED if credential else Again.CODE)
        if finished.worth is not None:
            return None
        return problems.wrong_sent_code() if sent else problems.new_code_does_not_fit()

    def begin_again(self, why: Again) -> Response:
        """Off to another token of the same kind, whose page says why."""
        return self.visitor.services.respond.see_other(f"{self.home}/{self.kind}?{_AGAIN}={why}")


def behind(visitor: Visitor, owner: User, kind: str, ticket: str, home: str) -> Enrolling:
    """The token that the ticket names. Raises NotFound when it is not this session's to see."""
    if kind not in visitor.rules.types:
        raise NotFound("enrolment", ticket)
    return Enrolling(visitor, owner, kind, serial_of(visitor, owner.key, ticket), home)


def why_again() -> str:
    """What is to be handed on in the address: why the set-up begins anew, if it does."""
    said = request.args.get(_AGAIN, "")
    return f"?{_AGAIN}={said}" if said in set(Again) else ""


def problem_before() -> Problem | None:
    """What the address says of the token before this one."""
    return _PROBLEMS.get(request.args.get(_AGAIN, ""), lambda: None)()


_PROBLEMS: dict[str, Callable[[], Problem | None]] = {
    Again.KEY_NOT_USED: problems.key_not_used,
    Again.KEY_KNOWN: problems.key_known,
    Again.CODE: problems.new_code_does_not_fit,
}
