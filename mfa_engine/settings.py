"""EngineSettings: the numbers the engine works by. ``idp.wiring`` fills them from the settings file."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import timedelta


@dataclass(frozen=True, slots=True)
class HashSettings:
    """Argon2id parameters (assurance.md 5): what one guess costs a thief, and us."""

    memory_kib: int = 19_456
    iterations: int = 2
    parallelism: int = 1
    simultaneous: int = 3  # cores + 1; who waits longer than ``wait`` gets 503
    wait: timedelta = timedelta(seconds=2)


@dataclass(frozen=True, slots=True)
class ThrottleSettings:
    """Limits on guessing, kept in the database and shared by all nodes."""

    user_failures: int = 100  # over all tokens and doors since the last success
    user_lock: timedelta = timedelta(minutes=15)  # grows to ``user_lock_max``
    user_lock_max: timedelta = timedelta(hours=24)
    first_factor_failures: int = 10  # in ``window``; then a delay doubling from ``first_delay``
    first_delay: timedelta = timedelta(seconds=30)
    first_delay_max: timedelta = timedelta(hours=1)
    address_failures: int = 20  # in ``window``; then 429
    window: timedelta = timedelta(minutes=5)
    message_interval: timedelta = timedelta(seconds=30)  # one message a person and address
    messages_an_hour: int = 5


@dataclass(frozen=True, slots=True)
class EngineSettings:
    """Everything the engine is told at start. Frozen: a change is a restart."""

    issuer_name: str = "Doorward"  # what an authenticator app shows beside the login name
    relying_party_id: str = "localhost"  # WebAuthn RP ID
    origins: tuple[str, ...] = ()  # exact WebAuthn origins
    hashing: HashSettings = field(default_factory=HashSettings)
    throttle: ThrottleSettings = field(default_factory=ThrottleSettings)
    code_life: timedelta = timedelta(minutes=5)  # a code sent by mail
    code_tries: int = 5
    sends_mail: bool = True  # False: no mail server is set, so no code by mail can be asked for
    unproven_life: timedelta = timedelta(minutes=15)  # a token nobody proved by a first code
    snapshot_max_age: timedelta = timedelta(seconds=1)
    outside_timeout: timedelta = timedelta(seconds=3)
