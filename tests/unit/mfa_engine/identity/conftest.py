"""A clock that stands still and directories that live in memory."""

from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta

import pytest

from mfa_engine.identity.realms import canonical_login
from mfa_engine.identity.resolvers.base import Entry, ResolverUnavailable


class Clock:
    """Call it for the time."""

    def __init__(self) -> None:
        self.now = datetime(2026, 11, 2, 9, 0, tzinfo=UTC)

    def __call__(self) -> datetime:
        return self.now

    def advance(self, seconds: float) -> None:
        self.now += timedelta(seconds=seconds)


@dataclass
class MemoryResolver:
    """A directory of entries whose handle is the password."""

    name: str
    entries: tuple[Entry, ...] = ()
    available: bool = True
    asked: list[str] = field(default_factory=list)
    closed: bool = False

    def find(self, login: str) -> Entry | None:
        self._asked(f"find {login}")
        wanted = canonical_login(login)
        return next((entry for entry in self.entries if canonical_login(entry.login) == wanted), None)

    def by_uid(self, uid: str) -> Entry | None:
        self._asked(f"by_uid {uid}")
        return next((entry for entry in self.entries if entry.uid == uid), None)

    def check_password(self, entry: Entry | None, password: str) -> bool:
        self._asked(f"check_password {entry.uid if entry else 'nobody'}")
        return entry is not None and entry.handle == password

    def search(self, text: str, limit: int) -> tuple[Entry, ...]:
        self._asked(f"search {text}")
        return tuple(entry for entry in self.entries if text in entry.login)[:limit]

    def close(self) -> None:
        self.closed = True

    def _asked(self, what: str) -> None:
        self.asked.append(what)
        if not self.available:
            raise ResolverUnavailable(self.name, "told so by the test")


@pytest.fixture
def clock() -> Clock:
    return Clock()


@pytest.fixture
def memory_resolver() -> Callable[..., MemoryResolver]:
    """`memory_resolver("corp", alice="7")`: a directory in which alice has the unique id 7."""

    def make(resolver: str, **people: str) -> MemoryResolver:
        entries = tuple(
            Entry(uid, login, {}, enabled=True, handle=f"{login} password") for login, uid in people.items()
        )
        return MemoryResolver(resolver, entries)

    return make
