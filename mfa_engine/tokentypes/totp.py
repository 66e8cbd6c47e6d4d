"""TOTP: codes by time (RFC 6238), in an authenticator app or on a token with a clock."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime
from typing import ClassVar

from mfa_engine.algorithms.oath import (
    NOTHING_SPENT,
    OathKey,
    check_enrolment,
    matching_step,
    normalise_code,
    resynchronised_step,
    totp_uri,
)
from mfa_engine.identity.user import User
from mfa_engine.settings import EngineSettings
from mfa_engine.tokentypes.base import (
    Enrolment,
    EnrolmentRequest,
    Refusal,
    Resynchronises,
    ShowsAgain,
    Spend,
    Token,
    VerifiesCode,
)
from mfa_engine.tokentypes.oath_parameters import details_of, handover, read_key, stored_key, whole
from mfa_engine.tokentypes.worth import Factor, Worth


class Totp(ShowsAgain, VerifiesCode, Resynchronises):
    """The token's ``counter`` is the highest time step spent; its clock's drift is kept in steps."""

    name: ClassVar[str] = "totp"
    prefix: ClassVar[str] = "TOTP"
    worth: ClassVar[Worth] = Worth(frozenset({Factor.POSSESSION}), frozenset({"otp"}), time_synchronous=True)

    def __init__(self, settings: EngineSettings) -> None:
        self._issuer = settings.issuer_name

    def enrol(self, request: EnrolmentRequest) -> Enrolment:
        """A new key, or the one that is brought. Raises InvalidField."""
        key = read_key(request.parameters)
        period = whole("timeStep", request.parameters.get("timeStep") or "30")
        check_enrolment(key, period)
        shown = self._shown(key, request.user.login if request.user else request.serial, period)
        return Enrolment(key.secret, NOTHING_SPENT, details_of(key, period=period, drift=0), handover=shown)

    def handover(self, token: Token, user: User | None) -> Mapping[str, str]:
        """As at enrolment, for as long as the token is not proven."""
        account = user.login if user else token.row.serial
        return self._shown(stored_key(token), account, token.row.details["period"])

    def _shown(self, key: OathKey, account: str, period: int) -> dict[str, str]:
        return handover(key, totp_uri(key, account, self._issuer, period)) | {"period": str(period)}

    def code_length(self, token: Token) -> int:
        """As enrolled: 6 or 8."""
        return stored_key(token).digits

    def verify(self, token: Token, code: str, now: datetime) -> Spend | Refusal:
        """One step to either side of the device's clock as it was last seen (OTP-01, OTP-05)."""
        digits = normalise_code(code)
        if digits is None:
            return Refusal.WRONG
        key, details = stored_key(token), token.row.details
        period, drift = details["period"], details["drift"]
        match = matching_step(key, digits, now, last_spent=token.row.counter, drift=drift, period=period)
        if match is not None:
            return Spend(self.worth, match.step, {**details, "drift": match.drift})
        used_before = matching_step(key, digits, now, drift=drift, period=period)
        return Refusal.WRONG if used_before is None else Refusal.REPLAYED

    def resynchronise(self, token: Token, first: str, second: str, now: datetime) -> Spend | Refusal:
        """Two codes that follow each other, at most ten minutes off."""
        codes = normalise_code(first), normalise_code(second)
        if codes[0] is None or codes[1] is None:
            return Refusal.WRONG
        details = token.row.details
        match = resynchronised_step(
            stored_key(token), codes[0], codes[1], now, last_spent=token.row.counter, period=details["period"]
        )
        if match is None:
            return Refusal.WRONG
        return Spend(self.worth, match.step, {**details, "drift": match.drift})
