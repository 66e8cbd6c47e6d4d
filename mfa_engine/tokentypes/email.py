"""E-mail code: six digits sent to an address, good for the transaction that asked for them."""

from __future__ import annotations

import hmac
import secrets
from collections.abc import Callable, Mapping
from typing import ClassVar

from mfa_engine.algorithms.oath import normalise_code
from mfa_engine.delivery.email import email, masked
from mfa_engine.errors import InvalidField
from mfa_engine.identity.user import User
from mfa_engine.secrets.keyring import Keyring
from mfa_engine.settings import EngineSettings
from mfa_engine.storage.challenge import ChallengeRow
from mfa_engine.tokentypes.base import (
    Answer,
    AnswersChallenge,
    ClientMode,
    Enrolment,
    EnrolmentRequest,
    Opening,
    Prompt,
    Refusal,
    ShowsAgain,
    Spend,
    Token,
)
from mfa_engine.tokentypes.worth import Worth

CodeWords = Callable[[str, int], tuple[str, str]]
"""Subject and text of a message, from the code and the minutes that it is good for."""

_DIGITS = 6
_PURPOSE = "code"  # of the key that codes are compared under


class EmailCode(ShowsAgain, AnswersChallenge):
    """Proves no factor by itself (assurance.md 1): good where a policy names it, never for ``mfa``."""

    name: ClassVar[str] = "email"
    prefix: ClassVar[str] = "PIEM"
    worth: ClassVar[Worth] = Worth(frozenset(), frozenset({"otp"}))
    mode: ClassVar[ClientMode] = ClientMode.INTERACTIVE

    def __init__(self, settings: EngineSettings, keyring: Keyring, words: CodeWords) -> None:
        self.tries = settings.code_tries
        self.can_ask = settings.sends_mail
        self._life = settings.code_life
        self._keyring = keyring
        self._words = words

    def enrol(self, request: EnrolmentRequest) -> Enrolment:
        """For the address given, or the person's own in the directory. Raises InvalidField."""
        if not self.can_ask:
            raise InvalidField("type", "codes by mail need a mail server: set one up first (mail.host)")
        own = request.user.email if request.user else ""
        address = request.parameters.get("email") or own
        if not address:
            raise InvalidField("email", "give the address that codes are sent to")
        email(address, "-", "")  # refused here rather than at the first login
        return Enrolment(secret=address.encode(), handover={"recipient": address})

    def handover(self, token: Token, user: User | None) -> Mapping[str, str]:
        """The address, while the token is not proven."""
        del user
        return {"recipient": token.secret.decode()}

    def challenge(self, token: Token, opening: Opening) -> Prompt:
        """A new code, kept as a keyed MAC that binds it to transaction and token (OTP-11, OTP-13)."""
        code = f"{secrets.randbelow(10**_DIGITS):0{_DIGITS}d}"
        address = token.secret.decode()
        version = self._keyring.newest
        mac = version.to_bytes(4) + self._mac(opening.transaction_id, token.row.id, code, version)
        subject, text = self._words(code, int(self._life.total_seconds()) // 60)
        return Prompt(
            message="Enter the code that was sent to you",
            mode=self.mode,
            life=self._life,
            answer_mac=mac,
            shown={"recipient": masked(address)},
            outgoing=email(address, subject, text),
            recipient=address,
        )

    def verify_answer(self, token: Token, challenge: ChallengeRow, answer: Answer) -> Spend | Refusal | None:
        """Compare in constant time with the code of this transaction and token, and no other."""
        if answer.fields:
            return None
        code = normalise_code(answer.code)
        if code is None or challenge.answer_mac is None:
            return Refusal.WRONG
        version = int.from_bytes(challenge.answer_mac[:4])
        expected = self._mac(challenge.transaction_id, token.row.id, code, version)
        return Spend(self.worth) if hmac.compare_digest(challenge.answer_mac[4:], expected) else Refusal.WRONG

    def _mac(self, transaction_id: str, token_id: int, code: str, version: int) -> bytes:
        key = self._keyring.key(_PURPOSE, version)
        return hmac.digest(key, f"{transaction_id}:{token_id}:{code}".encode(), "sha256")
