"""What people hold in their hands: an authenticator app, a mail address, a security key.

Each answers like the real thing and by code that is not Doorward's (pyotp, an EC key of its own).
"""

from __future__ import annotations

import base64
import hashlib
import json
from dataclasses import dataclass, field
from datetime import timedelta
from typing import Protocol

import pyotp
from cryptography.hazmat.primitives.asymmetric import ec

from mfa_engine.authentication.outcome import Matched, Outcome
from mfa_engine.authentication.proof_by_challenge import ask_for_proof, prove_by_answer
from mfa_engine.identity.user import User
from mfa_engine.lifecycle.enrol import Enrolled, Wanted, enrol
from mfa_engine.lifecycle.finish import finish
from mfa_engine.tokentypes.base import Answer
from tests.support.engine import World
from tests.unit.mfa_engine.algorithms.soft_authenticator import SoftAuthenticator

KINDS = ("hotp", "totp", "email", "webauthn")


@dataclass(frozen=True, slots=True)
class Given:
    """What a holder gives: an answer, and the transaction that it answers."""

    answer: Answer
    transaction_id: str = ""


class Device(Protocol):
    """A token of ``owner`` as its holder sees it."""

    world: World
    owner: User
    serial: str

    def give(self) -> Given:
        """A right answer that was never given before; asks for a challenge where one is needed."""

    def give_wrong(self) -> Given:
        """An answer of the right form that is not right."""


def attempt(device: Device, given: Given) -> Outcome:
    """Check what the device's holder gives, the PIN left out."""
    return device.world.check(
        device.owner.login,
        answer=given.answer,
        transaction_id=given.transaction_id,
        serial=device.serial,
        code_alone=True,
    )


def accepted(device: Device, given: Given) -> bool:
    """Whether a check of it succeeds."""
    return isinstance(attempt(device, given), Matched)


@dataclass
class App:
    """An authenticator app or a token with a button; ``counter`` is the next one of HOTP."""

    world: World
    owner: User
    serial: str
    kind: str
    secret: str
    digits: int = 6
    algorithm: str = "sha1"
    period: int = 30
    counter: int = 0

    def code(self, steps: int = 0) -> str:
        """What it shows, ``steps`` ahead or (negative) back. Nothing moves by looking."""
        digest = getattr(hashlib, self.algorithm)
        if self.kind == "hotp":
            return pyotp.HOTP(self.secret, digits=self.digits, digest=digest).at(self.counter + steps)
        app = pyotp.TOTP(self.secret, digits=self.digits, digest=digest, interval=self.period)
        return app.at(self.world.clock.now, counter_offset=steps)

    def new_code(self) -> str:
        """The next code: a button is pressed, or a period goes by."""
        if self.kind == "hotp":
            self.counter += 1
            return self.code(-1)
        self.world.clock.advance(self.period)
        return self.code()

    def give(self) -> Given:
        return Given(Answer(self.new_code()))

    def give_wrong(self) -> Given:
        first = -min(self.counter, 25) if self.kind == "hotp" else -25
        return Given(Answer(wrong(*[self.code(step) for step in range(first, 25)])))


@dataclass
class MailAddress:
    """Somebody who reads the mail."""

    world: World
    owner: User
    serial: str
    address: str

    def give(self) -> Given:
        self.world.clock.advance(timedelta(minutes=13))  # so often a message may be sent at length
        transaction_id = self.ask()
        return Given(Answer(self.world.mail.code(self.address)), transaction_id)

    def give_wrong(self) -> Given:
        given = self.give()
        return Given(Answer(wrong(given.answer.code)), given.transaction_id)

    def ask(self) -> str:
        return self.world.ask(self.owner.login, serial=self.serial).transaction_id


@dataclass
class Key:
    """A security key that counts its signatures."""

    world: World
    owner: User
    serial: str
    authenticator: SoftAuthenticator = field(repr=False)

    def give(self, flags: int = 0x01) -> Given:
        asked = self.world.ask(self.owner.login, serial=self.serial)
        challenge = asked.prompts[0].shown["options"]["challenge"]
        return Given(self.sign(challenge, flags), asked.transaction_id)

    def give_wrong(self) -> Given:
        given = self.give()
        return Given(self.sign(_b64u(bytes(32))), given.transaction_id)

    def sign(self, challenge: str, flags: int = 0x01) -> Answer:
        """An assertion over a challenge as the options carry it."""
        self.authenticator.sign_count += 1
        sent = self.authenticator.get(_from_b64u(challenge), flags)
        return Answer(fields={"credential": json.dumps(sent)}, origin="https://example.org")


def wrong(*right: str) -> str:
    """A code of the same length that is none of these."""
    length = len(right[0])
    return next(f"{n:0{length}d}" for n in range(10**length) if f"{n:0{length}d}" not in right)


def enrolled(world: World, kind: str, owner: User, *, pin: str = "", **parameters: str) -> Device:
    """A token of ``owner`` that is good for use. Parameters are the type's own."""
    if kind == "webauthn":
        return new_key(world, owner, pin=pin)
    token = enrol(
        world.engine,
        world.rules,
        world.origin,
        Wanted(kind, owner, _parameters(kind, owner, parameters), pin=pin, proof_needed=False),
    )
    return device(world, owner, token, parameters)


def _parameters(kind: str, owner: User, parameters: dict[str, str]) -> dict[str, str]:
    return {"email": f"{owner.login}@example.org"} | parameters if kind == "email" else parameters


def device(world: World, owner: User, token: Enrolled, parameters: dict[str, str] | None = None) -> Device:
    """What its holder was handed, for a token that works by codes or mail."""
    if token.kind == "email":
        return MailAddress(world, owner, token.serial, _parameters("email", owner, parameters or {})["email"])
    shown = token.handover
    return App(
        world,
        owner,
        token.serial,
        token.kind,
        shown["secret"],
        int(shown["digits"]),
        shown["algorithm"],
        int(shown.get("period", "30")),
    )


def begun(world: World, kind: str, owner: User) -> Enrolled:
    """An enrolment that waits for its holder's proof."""
    return enrol(world.engine, world.rules, world.origin, Wanted(kind, owner, _parameters(kind, owner, {})))


def prove(world: World, token: Enrolled, owner: User) -> Device:
    """Finish what ``begun`` began, as its holder does."""
    if token.kind == "webauthn":
        return _register(world, owner, token)
    made = device(world, owner, token)
    if isinstance(made, MailAddress):
        asked = ask_for_proof(world.engine, world.rules, world.origin, owner, token.serial)
        answer = Answer(world.mail.code(made.address))
        prove_by_answer(
            world.engine,
            world.rules,
            world.origin,
            owner,
            token.serial,
            asked.transaction_id,
            answer,
            lambda _unit, _finished: None,
        )
    else:
        finish(world.engine, world.rules, world.origin, token.serial, made.give().answer)
    return made


def new_key(world: World, owner: User, *, pin: str = "", flags: int = 0x01) -> Key:
    """A registered security key; ``flags`` are those of its registration (0x05: it verifies its user)."""
    token = enrol(world.engine, world.rules, world.origin, Wanted("webauthn", owner, pin=pin))
    return _register(world, owner, token, flags)


def registration(token: Enrolled, authenticator: SoftAuthenticator, flags: int = 0x01) -> Answer:
    """What the browser sends back for the options of an enrolment."""
    options = json.loads(token.handover["options"])
    authenticator.user_handle = _from_b64u(options["user"]["id"])
    sent = authenticator.create(_from_b64u(options["challenge"]), authenticator.registration_data(flags))
    return Answer(fields={"credential": json.dumps(sent)}, origin="https://example.org")


def _register(world: World, owner: User, token: Enrolled, flags: int = 0x01) -> Key:
    authenticator = new_authenticator(token.serial)
    finish(world.engine, world.rules, world.origin, token.serial, registration(token, authenticator, flags))
    return Key(world, owner, token.serial, authenticator)


def new_authenticator(name: str) -> SoftAuthenticator:
    """A key of its own, whose credential id is made from ``name``."""
    return SoftAuthenticator(
        credential_id=hashlib.sha256(name.encode()).digest()[:16],
        key=ec.generate_private_key(ec.SECP256R1()),
    )


def _b64u(data: bytes) -> str:
    return base64.urlsafe_b64encode(data).rstrip(b"=").decode()


def _from_b64u(text: str) -> bytes:
    return base64.urlsafe_b64decode(text + "=" * (-len(text) % 4))
