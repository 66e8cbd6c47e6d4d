"""One LDAP server: verified connections, a few of them kept, and what its answers mean.

What ldap3 does unless told otherwise, and is told here: it accepts any certificate, follows referrals
to whomever they name (RES-05), loads the schema at each bind, waits for ever, and cuts passwords to a
profile of Unicode. A kept connection is used by one thread at a time.
"""

from __future__ import annotations

from collections import deque
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from ldap3 import AUTO_BIND_NONE, DEREF_NEVER, NONE, SAFE_SYNC, SUBTREE, Connection, Server
from ldap3.core.exceptions import LDAPExceptionError

from mfa_engine.identity.resolvers.breaker import Breaker
from mfa_engine.identity.resolvers.ldap.entries import Raw, wanted_attributes
from mfa_engine.identity.resolvers.ldap.settings import LdapSettings, Protection, ServerAddress
from mfa_engine.identity.resolvers.ldap.tls import VerifiedTls

MAX_IDLE = timedelta(seconds=60)  # firewalls forget a connection without telling either end

_PAGED_RESULTS = "1.2.840.113556.1.4.319"  # RFC 2696
# Result codes, RFC 4511, appendix A.
_SUCCESS, _SIZE_LIMIT_EXCEEDED = 0, 4
# The password is wrong, there is none, the entry is gone, or too many were tried: constraintViolation,
# noSuchObject, inappropriateAuthentication, invalidCredentials.
_WRONG_PASSWORD = frozenset({19, 32, 48, 49})

# What ldap3 raises when a peer is silent, gone, or sends what is no LDAP.
_WIRE_FAULTS = (LDAPExceptionError, OSError, ValueError, LookupError, TypeError)


class ServerFailure(Exception):
    """The server cannot be talked to: not there, not who it should be, silent, or refuses our account."""


class ConnectionLost(ServerFailure):
    """The server, or something between, ended the connection: a new one may work."""


class ServerRefusal(Exception):
    """The server answered, but not the question: it was busy, or does not do this."""


@dataclass(frozen=True, slots=True)
class Found:
    """One entry as it came."""

    dn: str
    raw: Raw


@dataclass(frozen=True, slots=True)
class Query:
    """A search for people. Asked in pages when ``paged``, else with ``limit`` as the size limit."""

    filter: str
    limit: int
    paged: bool = False


@dataclass(frozen=True, slots=True)
class Answer:
    """What was found; ``more`` when the server held some back."""

    found: tuple[Found, ...]
    more: bool


class LdapServer:
    """Speaks to one server. Safe for threads."""

    def __init__(
        self,
        address: ServerAddress,
        settings: LdapSettings,
        bind_password: str,
        clock: Callable[[], datetime],
    ) -> None:
        self.address = address
        self.breaker = Breaker(clock)
        self._settings = settings
        self._bind_password = bind_password
        self._clock = clock
        self._tls: VerifiedTls | None = None
        self._idle: deque[tuple[Connection, datetime]] = deque()
        self._closed = False

    def search(self, query: Query) -> Answer:
        """Ask as the service account. Raises ServerFailure, ServerRefusal."""
        kept = self._take_idle()
        if kept is not None:
            with suppress(ConnectionLost):
                return self._search_on(kept, query)
            self._drop_idle()  # whatever ended this one ended the others
        return self._search_on(self._open_as_service(), query)

    def accepts(self, dn: str, password: str) -> bool:
        """Whether ``password`` is that of the entry ``dn``: a bind on a connection of its own.

        Neither may be empty: such a bind succeeds without proving anything (RFC 4513, 5.1.2). Raises
        ServerFailure, ServerRefusal.
        """
        with self._opened(dn, password) as code:
            if code == _SUCCESS:
                return True
            if code in _WRONG_PASSWORD:
                return False
        raise ServerRefusal(f"it answers a bind with result {code}")

    def close(self) -> None:
        """Let go of the kept connections."""
        self._closed = True
        self._drop_idle()

    def _take_idle(self) -> Connection | None:
        with suppress(IndexError):  # the deque is empty
            while True:
                connection, since = self._idle.pop()
                if timedelta() <= self._clock() - since < MAX_IDLE:
                    return connection
                _hang_up(connection)
        return None

    def _drop_idle(self) -> None:
        with suppress(IndexError):
            while True:
                _hang_up(self._idle.pop()[0])

    def _search_on(self, connection: Connection, query: Query) -> Answer:
        try:
            with _as_failures():
                answer = self._pages(connection, query)
        except (ServerFailure, ServerRefusal):
            _hang_up(connection)
            raise
        self._idle.append((connection, self._clock()))
        if self._closed:
            self._drop_idle()
        return answer

    def _pages(self, connection: Connection, query: Query) -> Answer:
        found: list[Found] = []
        cookie: bytes | None = None
        while True:
            _, result, response, _ = connection.search(
                self._settings.base_dn,
                query.filter,
                SUBTREE,
                DEREF_NEVER,
                wanted_attributes(self._settings),
                size_limit=0 if query.paged else query.limit,
                time_limit=self._settings.receive_timeout_seconds,
                paged_size=min(self._settings.page_size, query.limit) if query.paged else None,
                paged_cookie=cookie,
            )
            found += [_found(item) for item in response or () if item["type"] == "searchResEntry"]
            code = result["result"]
            if code not in {_SUCCESS, _SIZE_LIMIT_EXCEEDED}:
                raise ServerRefusal(f"it answers a search with result {code}")
            cookie = _next_page(result)
            if code == _SIZE_LIMIT_EXCEEDED or not cookie or len(found) >= query.limit:
                return Answer(tuple(found), more=code == _SIZE_LIMIT_EXCEEDED or bool(cookie))

    def _open_as_service(self) -> Connection:
        connection = self._connection(self._settings.bind_dn, self._bind_password)
        code = self._bind(connection)
        if code != _SUCCESS:
            _hang_up(connection)
            raise ServerFailure(f"it refuses the bind account with result {code}")
        return connection

    @contextmanager
    def _opened(self, dn: str, password: str) -> Iterator[int]:
        connection = self._connection(dn, password)
        code = self._bind(connection)
        try:
            yield code
        finally:
            _hang_up(connection)

    def _bind(self, connection: Connection) -> int:
        """The result code. Raises ServerFailure; the connection is then closed."""
        try:
            with _as_failures():
                connection.open(read_server_info=False)
                if self.address.protection is Protection.START_TLS:
                    connection.start_tls(read_server_info=False)
                    if not connection.tls_started:
                        raise ServerFailure("it does not start TLS")
                connection.bind(read_server_info=False)
                return int(connection.result["result"])
        except ServerFailure:
            _hang_up(connection)
            raise

    def _connection(self, dn: str, password: str) -> Connection:
        """Not opened yet."""
        server = Server(
            self.address.host,
            port=self.address.port,
            use_ssl=self.address.protection is Protection.TLS,
            get_info=NONE,
            tls=None if self.address.protection is Protection.NONE else self._verified_tls(),
            connect_timeout=self._settings.connect_timeout_seconds,
        )
        return Connection(
            server,
            user=dn or None,
            # As bytes it is sent as typed; a str would be put through SASLprep (AUTH-06).
            password=password.encode() or None,  # type: ignore[arg-type]
            auto_bind=AUTO_BIND_NONE,
            client_strategy=SAFE_SYNC,
            auto_referrals=False,
            check_names=False,
            read_only=True,
            receive_timeout=self._settings.receive_timeout_seconds,
            return_empty_attributes=False,
            auto_escape=False,
        )

    def _verified_tls(self) -> VerifiedTls:
        # Not made earlier, so that an unreadable trust store is an outage of this directory only.
        if self._tls is None:
            try:
                self._tls = VerifiedTls(self._settings.ca_file)
            except OSError as error:
                text = f"the trust store {self._settings.ca_file} cannot be read: {error}"
                raise ServerFailure(text) from error
        return self._tls


@contextmanager
def _as_failures() -> Iterator[None]:
    try:
        yield
    except TimeoutError as error:
        raise ServerFailure("no answer in time") from error
    except _WIRE_FAULTS as error:
        raise ConnectionLost(f"{type(error).__name__}: {error}") from error


def _hang_up(connection: Connection) -> None:
    with suppress(LDAPExceptionError, OSError):
        connection.unbind()
    if connection.socket is not None:  # left behind by an open that failed
        connection.socket.close()


def _found(item: dict[str, Any]) -> Found:
    raw = item["raw_attributes"]
    return Found(str(item["dn"]), {name.lower(): values for name, values in raw.items()})


def _next_page(result: dict[str, Any]) -> bytes | None:
    control = (result.get("controls") or {}).get(_PAGED_RESULTS)
    return bytes(control["value"]["cookie"]) if control else None
