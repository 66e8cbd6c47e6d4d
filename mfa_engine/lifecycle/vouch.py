"""Handing a token over unproven: somebody with the right to enrol vouches that its holder has it."""

from __future__ import annotations

from mfa_engine import audit
from mfa_engine.audit import Origin
from mfa_engine.configuration.rules import Rules
from mfa_engine.errors import Conflict, NotFound
from mfa_engine.lifecycle.finish import waiting
from mfa_engine.lifecycle.then import Then, nothing
from mfa_engine.lifecycle.whom import about
from mfa_engine.storage.unproven import accept_unproven
from mfa_engine.tokentypes.base import ProvesByRegistration
from mfa_engine.unit import Runner, Unit


def vouch(runner: Runner, rules: Rules, origin: Origin, serial: str, then: Then = nothing) -> None:
    """The token counts from now on. Raises NotFound when it does not wait for its proof, Conflict for a
    kind that is not whole before its holder's device has answered."""
    row = runner.look(lambda view: waiting(view, serial))
    if isinstance(rules.types[row.kind], ProvesByRegistration):
        raise Conflict(f"token {serial} must be set up by its holder's device")

    def store(unit: Unit) -> None:
        if not accept_unproven(unit.connection, row.id, unit.now):
            raise NotFound("enrolment", serial)
        audit.record(unit, origin, about(row, "token.vouch"))
        then(unit, row)

    runner.record(store)
