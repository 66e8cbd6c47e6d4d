"""HOTP: codes by counter (RFC 4226), in an app or on a token with a button."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime
from typing import ClassVar

from mfa_engine.algorithms.oath import (
    NOTHING_SPENT,
    OathKey,
    check_enrolment,
    hotp_uri,
    matching_counter,
    normalise_code,
    resynchronised_counter,
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
from mfa_engine.tokentypes.oath_parameters import details_of, handover, read_key, stored_key
from mfa_engine.tokentypes.worth import Factor, Worth

_REMEMBERED = 20  # how many spent codes are told from wrong ones


class Hotp(ShowsAgain, VerifiesCode, Resynchronises):
    """The token's ``counter`` is the highest one spent."""

    name: ClassVar[str] = "hotp"
    prefix: ClassVar[str] = "OATH"
    worth: ClassVar[Worth] = Worth(frozenset({Factor.POSSESSION}), frozenset({"otp"}))

    def __init__(self, settings: EngineSettings) -> None:
        self._issuer = settings.issuer_name

    def enrol(self, request: EnrolmentRequest) -> Enrolment:
        """A new key, or the one that is brought. Raises InvalidField."""
        key = read_key(request.parameters)
        check_enrolment(key)
        shown = self._shown(key, request.user.login if request.user else request.serial)
        return Enrolment(key.secret, NOTHING_SPENT, details_of(key), handover=shown)

    def handover(self, token: Token, user: User | None) -> Mapping[str, str]:
        """As at enrolment, for as long as the token is not proven."""
        return self._shown(stored_key(token), user.login if user else token.row.serial)

    def _shown(self, key: OathKey, account: str) -> dict[str, str]:
        return handover(key, hotp_uri(key, account, self._issuer))

    def code_length(self, token: Token) -> int:
        """As enrolled: 6 or 8."""
        return stored_key(token).digits

    def verify(self, token: Token, code: str, now: datetime) -> Spend | Refusal:
        """Ten counters from the one behind the last spent (OTP-03)."""
        digits = normalise_code(code)
        if digits is None:
            return Refusal.WRONG
        key, spent = stored_key(token), token.row.counter
        counter = matching_counter(key, digits, spent)
        if counter is not None:
            return Spend(self.worth, counter, token.row.details)
        before = max(spent - _REMEMBERED, NOTHING_SPENT)
        used_before = matching_counter(key, digits, before, spent - before)
        return Refusal.WRONG if used_before is None else Refusal.REPLAYED

    def resynchronise(self, token: Token, first: str, second: str, now: datetime) -> Spend | Refusal:
        """Two codes that follow each other (RFC 4226, section 7.4)."""
        codes = normalise_code(first), normalise_code(second)
        if codes[0] is None or codes[1] is None:
            return Refusal.WRONG
        counter = resynchronised_counter(stored_key(token), codes[0], codes[1], token.row.counter)
        return Refusal.WRONG if counter is None else Spend(self.worth, counter, token.row.details)
