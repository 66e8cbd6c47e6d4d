"""Beginning an unproven token's enrolment anew, where its kind cannot show again what it was begun with."""

from __future__ import annotations

from collections.abc import Mapping

from mfa_engine import audit
from mfa_engine.audit import Origin
from mfa_engine.configuration.rules import Rules
from mfa_engine.errors import NotFound
from mfa_engine.identity.user import User
from mfa_engine.lifecycle.find import tokens_of_person
from mfa_engine.lifecycle.finish import waiting
from mfa_engine.lifecycle.whom import about
from mfa_engine.secrets.sealed import seal
from mfa_engine.storage.token import TokenRow
from mfa_engine.storage.unproven import renew_unproven
from mfa_engine.tokentypes.base import Enrolment, EnrolmentRequest
from mfa_engine.unit import Runner, Unit


def begin_again(runner: Runner, rules: Rules, origin: Origin, serial: str, user: User) -> Mapping[str, str]:
    """What the holder is shown now; what was shown before is worth nothing any more (FIDO-01).

    Serial, name, PIN and the time until which it must be proven stay. Raises NotFound when the token does
    not wait for its proof, or not for this person's.
    """
    row = runner.look(lambda view: waiting(view, serial))
    if (row.resolver, row.uid) != (user.key.resolver, user.key.uid):
        raise NotFound("enrolment", serial)
    kind = rules.types[row.kind]
    siblings = tuple(token for token in tokens_of_person(runner, user.key) if token.kind == row.kind)
    made = kind.enrol(EnrolmentRequest(serial, user, {}, siblings))
    runner.record(lambda unit: _renew(unit, origin, row, made))
    return made.handover


def _renew(unit: Unit, origin: Origin, row: TokenRow, made: Enrolment) -> None:
    renewed = renew_unproven(
        unit.connection,
        row.id,
        secret=seal(unit.keyring, "token", "secret", row.serial, made.secret) if made.secret else None,
        counter=made.counter,
        details=made.details,
        now=unit.now,
    )
    if not renewed:
        raise NotFound("enrolment", row.serial)
    audit.record(unit, origin, about(row, "token.enrol", reason="again"))
