"""Real directories, resolvers that speak to them, and a clock that stands still."""

from collections.abc import Callable, Iterator
from contextlib import ExitStack
from datetime import UTC, datetime, timedelta

import pytest

from mfa_engine.identity.resolvers.ldap.resolver import LdapResolver, ldap_builder
from mfa_engine.identity.resolvers.registry import ResolverDefinition
from tests.support.certificates import Authority
from tests.support.run import Run
from tests.support.slapd import SERVICE_PASSWORD, Slapd
from tests.support.slapd import slapd as running_slapd


class Clock:
    """Call it for the time."""

    def __init__(self) -> None:
        self.now = datetime(2026, 11, 2, 9, 0, tzinfo=UTC)

    def __call__(self) -> datetime:
        return self.now

    def advance(self, seconds: float) -> None:
        self.now += timedelta(seconds=seconds)


@pytest.fixture
def clock() -> Clock:
    return Clock()


@pytest.fixture(scope="session")
def slapd(run: Run, authority: Authority) -> Iterator[Slapd]:
    """A directory that tests only ask: who stops or changes one takes `own_slapd`."""
    with running_slapd(run, authority) as server:
        yield server


@pytest.fixture
def own_slapd(run: Run, authority: Authority) -> Iterator[Callable[..., Slapd]]:
    """`own_slapd()` starts a directory that is this test's own."""
    with ExitStack() as servers:
        yield lambda **options: servers.enter_context(running_slapd(run, authority, **options))


@pytest.fixture
def resolver_for(clock: Clock) -> Iterator[Callable[..., LdapResolver]]:
    """`resolver_for(server)`: a resolver by the server's own settings, each of which can be changed."""
    with ExitStack() as made:

        def make(server: Slapd, *, secret: str = SERVICE_PASSWORD, **changes: object) -> LdapResolver:
            definition = ResolverDefinition("corp", "ldap", server.settings(**changes), secret)
            resolver = ldap_builder(clock)(definition)
            made.callback(resolver.close)
            return resolver

        yield make
