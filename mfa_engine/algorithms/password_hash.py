"""Passwords and PINs as they are stored: HMAC with a key from outside the database, then Argon2id.

RFC 9106; NIST SP 800-63B-4, section 3.1.1.2. What is hashed is the whole password after NFKC, so
NUL bytes and blanks at the end count. Stored is the usual text, ``$argon2id$v=19$m=...``, which
carries salt and cost; without the key (the pepper) it cannot be guessed at.
"""

from __future__ import annotations

import base64
import binascii
import hmac
import re
import secrets
import threading
import unicodedata
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from typing import Final

from argon2.low_level import Type, hash_secret

from mfa_engine.errors import Busy, DoorwardError, InvalidField

MAX_CODE_POINTS: Final = 1024
PATIENCE_SECONDS: Final = 2.0
_SALT_BYTES: Final = 16
_TAG_BYTES: Final = 32
_MIN_PEPPER_BYTES: Final = 32
# What a stored hash may ask for at most: one row must not cost the machine its memory.
_MEMORY_KIB: Final = range(8, 262_145)
_ITERATIONS: Final = range(1, 65)
_LANES: Final = range(1, 17)
_SURROGATE: Final = re.compile("[\ud800-\udfff]")
_STORED: Final = re.compile(
    r"\$argon2id\$v=19\$m=([1-9]\d{0,9}),t=([1-9]\d{0,9}),p=([1-9]\d{0,9})"
    r"\$([A-Za-z0-9+/]{11,64})\$[A-Za-z0-9+/]{43}"
)


class UnknownHash(DoorwardError):
    """A stored value that is not one of ours: foreign scheme, broken, or of absurd cost (AUTH-06)."""

    def __str__(self) -> str:
        return "the stored password is of an unknown scheme: it has to be set anew"


@dataclass(frozen=True, slots=True)
class Cost:
    """What one hash costs (RFC 9106, section 3.1). Raises InvalidField outside of sane limits."""

    memory_kib: int = 19_456
    iterations: int = 2
    lanes: int = 1

    def __post_init__(self) -> None:
        if self.memory_kib not in _MEMORY_KIB or self.memory_kib < 8 * self.lanes:
            raise InvalidField("memory_kib", "must be 8 (for each lane) to 262144 KiB")
        if self.iterations not in _ITERATIONS:
            raise InvalidField("iterations", "must be 1 to 64")
        if self.lanes not in _LANES:
            raise InvalidField("lanes", "must be 1 to 16")


@dataclass(frozen=True, slots=True)
class Salt:
    """What two stored hashes have to share so that one computation serves both: salt and cost."""

    value: bytes
    cost: Cost


def salt_of(stored: str) -> Salt:
    """Salt and cost of a stored hash. Raises UnknownHash."""
    parts = _STORED.fullmatch(stored)
    if parts is None:
        raise UnknownHash
    memory_kib, iterations, lanes, salt = parts.groups()
    try:
        value = base64.b64decode(salt + "=" * (-len(salt) % 4), validate=True)
        return Salt(value, Cost(int(memory_kib), int(iterations), int(lanes)))
    except (binascii.Error, InvalidField) as error:
        raise UnknownHash from error


def argon2id(secret: bytes, salt: Salt) -> str:
    """The stored form of ``secret``. Takes tens of milliseconds, without the interpreter's lock."""
    return hash_secret(
        secret,
        salt.value,
        time_cost=salt.cost.iterations,
        memory_cost=salt.cost.memory_kib,
        parallelism=salt.cost.lanes,
        hash_len=_TAG_BYTES,
        type=Type.ID,
    ).decode("ascii")


def matches(secret: bytes, stored: str) -> bool:
    """Whether ``stored`` was made of ``secret``. Raises UnknownHash, before it computes anything."""
    return same_hash(argon2id(secret, salt_of(stored)), stored)


def same_hash(first: str, second: str) -> bool:
    """Whether two stored forms are equal, compared in constant time."""
    return hmac.compare_digest(first.encode(), second.encode())


def normalised(password: str) -> bytes:
    """NFKC in UTF-8, nothing else changed.

    Raises InvalidField for more than 1024 code points as typed (4 KiB at most), and for what is no
    text.
    """
    if len(password) > MAX_CODE_POINTS:
        raise InvalidField("password", f"must have at most {MAX_CODE_POINTS} characters")
    # Looked for, not caught: the error of the codec would carry the password into a trace.
    if _SURROGATE.search(password):
        raise InvalidField("password", "must be text")
    return unicodedata.normalize("NFKC", password).encode()


class Hasher:
    """Hashes and verifies, ``at_once`` computations at a time in this process (threat AUTH-08).

    Who waits for a turn longer than ``patience`` seconds gets Busy. Every method that takes a
    password raises InvalidField as ``normalised`` does, before anything is computed.
    """

    def __init__(
        self, pepper: bytes, cost: Cost, *, at_once: int, patience: float = PATIENCE_SECONDS
    ) -> None:
        if len(pepper) < _MIN_PEPPER_BYTES:
            raise InvalidField("pepper", "must have 256 bits at least")
        self._pepper = pepper
        self._cost = cost
        self._patience = patience
        self._turns = threading.BoundedSemaphore(at_once)
        self._salt_of_nobody = self.new_salt()

    def new_salt(self) -> Salt:
        """A fresh salt at the present cost. The PINs of one person's tokens share theirs."""
        return Salt(secrets.token_bytes(_SALT_BYTES), self._cost)

    def hash(self, password: str) -> str:
        """What to store for ``password``."""
        return self.hash_with_salt(password, self.new_salt())

    def hash_with_salt(self, password: str, salt: Salt) -> str:
        """What would be stored under ``salt``: to be compared by ``same_hash`` with every hash of it."""
        secret = self._keyed(password)
        with self._turn():
            return argon2id(secret, salt)

    def verify(self, password: str, stored: str) -> bool:
        """Whether ``stored`` was made of ``password``. Raises UnknownHash."""
        return same_hash(self.hash_with_salt(password, salt_of(stored)), stored)

    def verify_nobody(self, password: str) -> bool:
        """No, after the time that a fresh hash takes: for people who do not exist (threat AUTH-03)."""
        self.hash_with_salt(password, self._salt_of_nobody)
        return False

    def needs_rehash(self, stored: str) -> bool:
        """Whether ``stored`` is cheaper than the present cost in any respect. Raises UnknownHash."""
        cost = salt_of(stored).cost
        return cost.memory_kib < self._cost.memory_kib or cost.iterations < self._cost.iterations

    def _keyed(self, password: str) -> bytes:
        return hmac.digest(self._pepper, normalised(password), "sha256")

    @contextmanager
    def _turn(self) -> Iterator[None]:
        if not self._turns.acquire(timeout=self._patience):
            raise Busy("the check of passwords")
        try:
            yield
        finally:
            self._turns.release()
