"""What a token type is: a name, how one is enrolled, and the capabilities it has.

The engine asks for a capability (``isinstance(kind, VerifiesCode)``), never for a name. Capabilities are
base classes and not protocols, which look for each method at every question. A type is one module here,
one line in ``registry`` and one test module; nothing else names it.
"""

from __future__ import annotations

from abc import ABC, abstractmethod
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from enum import StrEnum
from typing import Any, ClassVar, Protocol

from mfa_engine.delivery.outbox import Message
from mfa_engine.identity.user import User
from mfa_engine.storage.challenge import ChallengeRow
from mfa_engine.storage.token import TokenRow
from mfa_engine.tokentypes.worth import Worth


@dataclass(frozen=True, slots=True)
class Token:
    """A token with its secret opened, for as long as one check takes."""

    row: TokenRow
    secret: bytes = field(repr=False)


@dataclass(frozen=True, slots=True)
class EnrolmentRequest:
    """What is wanted: parameters by their wire names, already text; each type reads its own.

    ``siblings`` are the holder's other tokens of the same type.
    """

    serial: str
    user: User | None
    parameters: Mapping[str, str] = field(repr=False)
    siblings: tuple[TokenRow, ...] = ()


@dataclass(frozen=True, slots=True)
class Enrolment:
    """A token about to be stored, and what its holder must be shown once."""

    secret: bytes = field(default=b"", repr=False)
    counter: int = -1
    details: Any = field(default_factory=dict, repr=False)
    lookup: str | None = None
    handover: Mapping[str, str] = field(default_factory=dict, repr=False)  # e.g. the otpauth URI
    proof_needed: bool = False  # cannot be used before its holder answered, whoever enrols it
    worth: Worth | None = None  # what the answer that finished it proves


class ClientMode(StrEnum):
    """How a client answers a challenge, in the words of the wire."""

    INTERACTIVE = "interactive"  # a text field
    WEBAUTHN = "webauthn"


@dataclass(frozen=True, slots=True)
class Opening:
    """The transaction that a challenge is opened in. ``nonce`` is 32 random bytes, one a transaction."""

    transaction_id: str
    nonce: bytes = field(repr=False)
    user: User | None
    now: datetime


@dataclass(frozen=True, slots=True)
class Prompt:
    """A challenge about to be stored and shown."""

    message: str  # one English sentence; a key of the catalogue
    mode: ClientMode
    life: timedelta
    stored: Any = field(default_factory=dict, repr=False)
    answer_mac: bytes | None = field(default=None, repr=False)
    shown: Mapping[str, Any] = field(default_factory=dict)  # to the client: WebAuthn request, masked address
    outgoing: Message | None = field(default=None, repr=False)
    recipient: str = ""  # whose messages are counted and limited


@dataclass(frozen=True, slots=True)
class Answer:
    """What came back: a code, or the fields of an authenticator's answer with the page's origin."""

    code: str = field(default="", repr=False)
    fields: Mapping[str, str] = field(default_factory=dict, repr=False)
    origin: str = ""


class Refusal(StrEnum):
    """Why an answer does not count, where more than "wrong" is known."""

    WRONG = "wrong_code"
    REPLAYED = "otp_replayed"
    CLONED = "cloned"
    USER_NOT_VERIFIED = "user_not_verified"
    MALFORMED = "malformed"


@dataclass(frozen=True, slots=True)
class Spend:
    """A right answer: what to mark as used, and what the match is worth.

    ``counter`` None: nothing but the challenge is spent.
    """

    worth: Worth
    counter: int | None = None
    details: Any = field(default=None, repr=False)


class TokenType(Protocol):
    """Every kind of token."""

    name: ClassVar[str]  # as on the wire: "totp"
    prefix: ClassVar[str]  # of its serials
    worth: ClassVar[Worth]  # the most a match can be worth

    def enrol(self, request: EnrolmentRequest) -> Enrolment:
        """A new token of this kind. Raises InvalidField."""
        ...


class ShowsAgain(ABC):
    """Can tell its holder once more what it was enrolled with, while it is not proven yet."""

    @abstractmethod
    def handover(self, token: Token, user: User | None) -> Mapping[str, str]:
        """As ``Enrolment.handover``."""


class VerifiesCode(ABC):
    """Checks a code that stands by itself: HOTP, TOTP, lists, static passwords."""

    @abstractmethod
    def code_length(self, token: Token) -> int:
        """How many characters at the end of PIN-and-code are the code."""

    @abstractmethod
    def verify(self, token: Token, code: str, now: datetime) -> Spend | Refusal:
        """Judge one code. Pure: spends nothing."""


class Resynchronises(ABC):
    """Has a counter or clock that may have run away."""

    @abstractmethod
    def resynchronise(self, token: Token, first: str, second: str, now: datetime) -> Spend | Refusal:
        """Judge two codes that should follow each other. Pure: spends nothing."""


class AnswersChallenge(ABC):
    """Has to be asked first: WebAuthn, codes that are sent, push."""

    tries: int  # wrong answers that a challenge endures
    can_ask: bool  # False: what it sends has no way out of this house
    mode: ClassVar[ClientMode]

    @abstractmethod
    def challenge(self, token: Token, opening: Opening) -> Prompt:
        """What to ask. Pure: the caller stores it and posts the message."""

    @abstractmethod
    def verify_answer(self, token: Token, challenge: ChallengeRow, answer: Answer) -> Spend | Refusal | None:
        """Judge the answer to a challenge of this token; None when it is not meant for it, another
        key's answer for one. Pure: spends nothing."""


class ProvesByRegistration(ABC):
    """Is finished by what the holder's device sends back (a WebAuthn registration)."""

    @abstractmethod
    def finish(self, token: Token, answer: Answer, now: datetime) -> Enrolment:
        """The values that make the token whole. Raises InvalidField."""
