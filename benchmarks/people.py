"""The people of a benchmark and their code devices, as the clients know them."""

from __future__ import annotations

import hmac
import struct
import time
from collections import deque
from collections.abc import Iterable
from dataclasses import dataclass
from typing import Any

PASSWORD = "correct horse battery staple"
PIN = "7392"
PERIOD = 30  # seconds


class Exhausted(Exception):
    """Nobody has an unspent code at the moment."""


@dataclass(slots=True)
class Person:
    """Somebody with a device. `spent` is the highest counter or time step that was given away."""

    login: str
    secret: str  # in hexadecimal
    by_time: bool
    spent: int = -1

    def code(self) -> str | None:
        """A code that was never given; None when the device's next one would come too early."""
        counter = self.spent + 1
        if self.by_time:
            now = int(time.time()) // PERIOD
            counter = max(counter, now)
            if counter > now + 1:  # one step ahead is accepted
                return None
        self.spent = counter
        return hotp(bytes.fromhex(self.secret), counter)


class People:
    """Those whom one client may use, each in turn."""

    def __init__(self, people: Iterable[Person]) -> None:
        self._waiting = deque(people)

    @classmethod
    def read(cls, documents: Iterable[dict[str, Any]]) -> People:
        """From what `Person` is as plain values."""
        return cls(Person(**document) for document in documents)

    def next(self) -> tuple[Person, str]:
        """Somebody, and a code of theirs. Raises Exhausted."""
        for _ in range(len(self._waiting)):
            person = self._waiting[0]
            self._waiting.rotate(-1)
            code = person.code()
            if code is not None:
                return person, code
        raise Exhausted


def hotp(secret: bytes, counter: int) -> str:
    """Six digits (RFC 4226, section 5.3)."""
    mac = hmac.digest(secret, struct.pack(">Q", counter), "sha1")
    offset = mac[-1] & 15
    number = int.from_bytes(mac[offset : offset + 4]) & 0x7FFFFFFF
    return f"{number % 1_000_000:06d}"
