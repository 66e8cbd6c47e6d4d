"""Directories that are down, slow, refusing, lying or gone half-way (RES-05)."""

import socket
import statistics
import threading
import time
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager, suppress

import pytest

from mfa_engine.identity.find_user import find_user
from mfa_engine.identity.realms import Realm, Realms
from mfa_engine.identity.resolvers.base import ResolverUnavailable
from tests.support.ports import free_port
from tests.support.slapd import ENTRIES, PEOPLE, SERVICE, SUFFIX, crowd

QUESTIONS = {
    "find": lambda resolver, alice: resolver.find("alice"),
    "find nobody": lambda resolver, alice: resolver.find("mallory"),
    "by_uid": lambda resolver, alice: resolver.by_uid(alice.uid),
    "right password": lambda resolver, alice: resolver.check_password(alice, "alice password"),
    "wrong password": lambda resolver, alice: resolver.check_password(alice, "bob password"),
    "nobody's password": lambda resolver, alice: resolver.check_password(None, "bob password"),
    "search": lambda resolver, alice: resolver.search("", 10),
}
each_question = pytest.mark.parametrize("question", QUESTIONS.values(), ids=QUESTIONS)


def timed(work) -> float:
    """Seconds until `work` finds the directory unavailable."""
    started = time.monotonic()
    with pytest.raises(ResolverUnavailable):
        work()
    return time.monotonic() - started


class Listener:
    """A port that counts who connects, and hangs up at once."""

    def __init__(self) -> None:
        self.connections = 0
        self._socket = socket.create_server(("127.0.0.1", 0))
        self.port = self._socket.getsockname()[1]
        self._thread = threading.Thread(target=self._serve)
        self._thread.start()

    def _serve(self) -> None:
        with suppress(OSError):
            while True:
                connection, _ = self._socket.accept()
                self.connections += 1
                connection.close()

    def close(self) -> None:
        with suppress(OSError):
            self._socket.shutdown(socket.SHUT_RDWR)
        self._socket.close()
        self._thread.join()


@pytest.fixture
def listener():
    listener = Listener()
    yield listener
    listener.close()


@each_question
def test_RES_05_a_stopped_directory_is_unavailable_whatever_is_asked(own_slapd, resolver_for, question):
    server = own_slapd()
    resolver = resolver_for(server)
    alice = resolver.find("alice")
    server.stop()
    assert timed(lambda: question(resolver, alice)) < 1


def test_RES_05_a_silent_directory_is_unavailable_within_three_seconds_whatever_is_asked(
    own_slapd, resolver_for
):
    server = own_slapd()
    resolvers = {name: resolver_for(server) for name in QUESTIONS}
    alice, *_ = [resolver.find("alice") for resolver in resolvers.values()]
    server.pause()
    with ThreadPoolExecutor(len(QUESTIONS)) as threads:
        waits = list(
            threads.map(lambda name: timed(lambda: QUESTIONS[name](resolvers[name], alice)), QUESTIONS)
        )
    assert all(2.5 < seconds < 5.5 for seconds in waits), waits


def test_RES_05_a_directory_that_refuses_our_account_is_unavailable(slapd, resolver_for):
    resolver = resolver_for(slapd, secret="outdated")
    with pytest.raises(ResolverUnavailable) as raised:
        resolver.find("alice")
    assert "refuses the bind account with result 49" in raised.value.reason


def test_RES_05_a_directory_that_refuses_binds_does_not_say_wrong_password(slapd, own_slapd, resolver_for):
    alice = resolver_for(slapd).find("alice")
    refusing = resolver_for(own_slapd(options="disallow bind_simple"))
    for _ in range(6):  # answered, so it is not the circuit that says it
        with pytest.raises(ResolverUnavailable) as raised:
            refusing.check_password(alice, "alice password")
    assert "answers a bind with result 53" in raised.value.reason


def test_RES_05_guessing_passwords_does_not_open_the_circuit(slapd, resolver_for):
    resolver = resolver_for(slapd)
    alice = resolver.find("alice")
    assert not any(resolver.check_password(alice, f"guess {number}") for number in range(10))
    assert resolver.check_password(alice, "alice password")


def test_RES_05_a_base_that_does_not_exist_is_no_unknown_user(slapd, resolver_for):
    resolver = resolver_for(slapd, base_dn=f"ou=elsewhere,{SUFFIX}")
    with pytest.raises(ResolverUnavailable):
        resolver.find("alice")


def test_RES_05_an_entry_without_its_unique_id_is_no_unknown_user(slapd, resolver_for):
    with pytest.raises(ResolverUnavailable) as raised:
        resolver_for(slapd, uid_attribute="employeeNumber").find("alice")
    assert "without employeeNumber" in raised.value.reason


def test_RES_05_a_list_that_the_directory_cuts_short_is_not_taken_for_whole(own_slapd, resolver_for):
    limits = "sizelimit size.soft=100 size.hard=100 size.prtotal=100"
    server = own_slapd(options=limits, entries=ENTRIES + crowd(150))
    resolver = resolver_for(server)
    with pytest.raises(ResolverUnavailable):
        resolver.search("Number", 1000)
    assert len(resolver.search("Number", 50)) == 50


@contextmanager
def cut(port: int, after: int):
    """A way to `port` on which answers end after so many bytes."""

    def carry(listener: socket.socket) -> None:
        with suppress(OSError):
            while True:
                near, _ = listener.accept()
                with near, socket.create_connection(("127.0.0.1", port)) as far:
                    threading.Thread(target=forward, args=(near, far), daemon=True).start()
                    left = after
                    while left and (answer := far.recv(left)):
                        near.sendall(answer)
                        left -= len(answer)
                    near.shutdown(socket.SHUT_RDWR)

    def forward(near: socket.socket, far: socket.socket) -> None:
        with suppress(OSError):
            while question := near.recv(4096):
                far.sendall(question)

    with socket.create_server(("127.0.0.1", 0)) as listener:
        thread = threading.Thread(target=carry, args=(listener,))
        thread.start()
        yield listener.getsockname()[1]
        listener.shutdown(socket.SHUT_RDWR)
    thread.join(10)


@pytest.mark.parametrize("after", [1, 13, 15, 16, 60, 300, 310])
def test_RES_05_an_answer_that_ends_half_way_is_no_answer(slapd, resolver_for, after):
    with cut(slapd.port, after) as port:
        resolver = resolver_for(slapd, servers=[f"ldap://127.0.0.1:{port}"], allow_plain=True)
        with pytest.raises(ResolverUnavailable):
            resolver.search("", 100)


@pytest.mark.parametrize(
    "sent",
    [
        b"HTTP/1.1 400 Bad Request\r\n\r\n",
        b"\0" * 100,
        b"\x30\x84\xff\xff\xff\xff",
        b"\x30\x05\x02\x01\x01\x61\x00",
        b"\x30\x0c\x02\x01\x01\x61\x07\x0a\x01\x00\x04\x00\x04\x00",
        b"\x30\x03\x02\x01\x01",
        b"\x30\x0c\x02\x01\x00\x78\x07\x0a\x01\x34\x04\x00\x04\x00",
        bytes(range(256)),
    ],
)
def test_RES_05_what_is_no_ldap_is_no_answer(slapd, resolver_for, sent):
    def speak(listener: socket.socket) -> None:
        connection, _ = listener.accept()
        with connection:
            connection.recv(4096)
            connection.sendall(sent)
            connection.shutdown(socket.SHUT_WR)
            while connection.recv(4096):
                pass

    with socket.create_server(("127.0.0.1", 0)) as listener:
        thread = threading.Thread(target=speak, args=(listener,))
        thread.start()
        url = f"ldap://127.0.0.1:{listener.getsockname()[1]}"
        resolver = resolver_for(slapd, servers=[url], allow_plain=True, receive_timeout_seconds=1)
        with pytest.raises(ResolverUnavailable):
            resolver.find("alice")
        thread.join(10)


def referral(name: str, port: int) -> str:
    return (
        f"dn: ou={name},{PEOPLE}\nchangetype: add\nobjectClass: referral\nobjectClass: extensibleObject\n"
        f"ou: {name}\nref: ldap://127.0.0.1:{port}/{PEOPLE}\n"
    )


def test_RES_05_a_referral_is_not_followed(own_slapd, resolver_for, listener):
    server = own_slapd()
    server.change(referral("elsewhere", listener.port))
    since = server.position()
    resolver = resolver_for(server)
    assert resolver.find("alice").login == "alice"
    assert resolver.find("mallory") is None
    assert len(resolver.search("", 100)) == 6
    with pytest.raises(ResolverUnavailable):
        resolver_for(server, base_dn=f"ou=elsewhere,{PEOPLE}").find("alice")
    assert server.logged(r"(SEARCH RESULT tag=101 err=10)", since)
    assert listener.connections == 0


def test_RES_05_a_referral_as_answer_to_a_bind_proves_nothing(own_slapd, resolver_for, listener):
    server = own_slapd()
    server.change(referral("elsewhere", listener.port))
    resolver = resolver_for(server)
    alice = resolver.find("alice")
    moved = type(alice)(alice.uid, "alice", {}, enabled=True, handle=f"uid=alice,ou=elsewhere,{PEOPLE}")
    with suppress(ResolverUnavailable):
        assert not resolver.check_password(moved, "alice password")
    assert listener.connections == 0


def test_RES_05_the_second_server_answers_when_the_first_is_down(own_slapd, resolver_for):
    first, second = own_slapd(), own_slapd()
    resolver = resolver_for(first, servers=[first.tls_url, second.url])
    alice = resolver.find("alice")
    first.stop()
    assert resolver.find("alice") == alice
    assert resolver.check_password(alice, "alice password")
    assert not resolver.check_password(alice, "bob password")
    assert resolver.find("mallory") is None


def test_RES_05_the_second_server_answers_after_three_seconds_when_the_first_is_silent(
    own_slapd, resolver_for
):
    first, second = own_slapd(), own_slapd()
    resolver = resolver_for(first, servers=[first.tls_url, second.tls_url])
    resolver.find("alice")
    first.pause()
    started = time.monotonic()
    assert resolver.find("alice").login == "alice"
    assert 2.5 < time.monotonic() - started < 5.5


def test_RES_05_the_second_server_answers_when_the_first_is_not_who_it_says(
    own_slapd, resolver_for, authority
):
    impostor, second = own_slapd(certificate=authority.issue("ldap.example.org")), own_slapd()
    resolver = resolver_for(second, servers=[impostor.tls_url, second.tls_url])
    assert resolver.find("alice").login == "alice"
    assert "BIND dn=" not in impostor.log.read_text()


def test_the_first_server_is_preferred_again_when_it_is_back(own_slapd, resolver_for):
    first, second = own_slapd(), own_slapd()
    resolver = resolver_for(first, servers=[first.tls_url, second.tls_url])
    first.stop()
    resolver.find("alice")
    first.start()
    since = first.position()
    assert resolver.find("bob").login == "bob"
    assert first.searches(since) == ["(&(objectClass=inetOrgPerson)(|(uid=bob)(mail=bob)))"]


def test_RES_05_the_circuit_opens_after_five_failures_and_probes_once_after_ten_seconds(
    slapd, resolver_for, listener, clock
):
    resolver = resolver_for(slapd, servers=[f"ldaps://127.0.0.1:{listener.port}"])
    for failures in range(1, 6):
        timed(lambda: resolver.find("alice"))
        assert listener.connections == failures
    clock.advance(9.9)
    with pytest.raises(ResolverUnavailable) as raised:
        resolver.find("alice")
    assert "left alone" in raised.value.reason
    assert listener.connections == 5
    clock.advance(0.1)
    with ThreadPoolExecutor(8) as threads:
        list(threads.map(lambda _: timed(lambda: resolver.find("alice")), range(8)))
    assert listener.connections == 6


def test_RES_05_the_circuit_closes_when_the_probe_is_answered(own_slapd, resolver_for, clock):
    server = own_slapd()
    resolver = resolver_for(server)
    server.stop()
    for _ in range(5):
        timed(lambda: resolver.find("alice"))
    server.start()
    timed(lambda: resolver.find("alice"))
    clock.advance(10)
    assert resolver.find("alice").login == "alice"
    assert resolver.find("bob").login == "bob"


def test_RES_05_an_open_circuit_costs_people_of_the_second_server_no_time(own_slapd, resolver_for):
    first, second = own_slapd(), own_slapd()
    resolver = resolver_for(first, servers=[first.tls_url, second.tls_url], receive_timeout_seconds=1)
    first.pause()
    started = time.monotonic()
    with ThreadPoolExecutor(5) as threads:
        list(threads.map(lambda _: resolver.find("alice"), range(5)))
    assert 0.9 < time.monotonic() - started < 2.5
    started = time.monotonic()
    assert resolver.find("alice").login == "alice"
    assert time.monotonic() - started < 0.9


def test_RES_05_people_of_another_directory_are_not_slowed_by_a_silent_one(own_slapd, slapd, resolver_for):
    silent = own_slapd()
    realms = Realms((Realm("staff", ("corp",)), Realm("guests", ("campus",))), default="staff")
    resolvers = {"corp": resolver_for(silent), "campus": resolver_for(slapd)}

    def p95() -> float:
        times = []
        for _ in range(60):
            started = time.perf_counter()
            assert find_user(realms, resolvers, "alice@guests").login == "alice"
            times.append(time.perf_counter() - started)
        return statistics.quantiles(times, n=20)[-1]

    def unaffected() -> bool:
        quiet = p95()
        resolvers["corp"] = resolver_for(silent)  # whose circuit is closed
        with ThreadPoolExecutor(6) as threads:
            waiting = [threads.submit(timed, lambda: find_user(realms, resolvers, "alice")) for _ in range(6)]
            meanwhile = p95()
            all_the_while = not any(each.done() for each in waiting)
        assert all(each.result() > 2.5 for each in waiting)
        return all_the_while and meanwhile < 2 * quiet

    silent.pause()
    assert any(unaffected() for _ in range(4))  # a machine that is busy with something else differs


def test_RES_05_a_silent_directory_holds_no_more_threads_than_its_connections(own_slapd, resolver_for):
    server = own_slapd()
    resolver = resolver_for(server, max_connections=3)
    server.pause()
    with ThreadPoolExecutor(12) as threads:
        waits = sorted(threads.map(lambda _: timed(lambda: resolver.find("alice")), range(12)))
    assert all(seconds < 2 for seconds in waits[:9]), waits
    assert all(2.5 < seconds < 5.5 for seconds in waits[9:]), waits


def test_a_restart_of_the_directory_is_not_noticed(own_slapd, resolver_for):
    server = own_slapd()
    resolver = resolver_for(server)
    for _ in range(7):  # more often than the circuit would bear
        assert resolver.find("alice").login == "alice"
        server.stop()
        server.start()
    assert resolver.find("alice").login == "alice"


def test_a_connection_is_used_again_until_it_has_been_idle_for_a_minute(own_slapd, resolver_for, clock):
    server = own_slapd()
    resolver = resolver_for(server)

    def binds() -> int:
        return len(server.logged(rf'BIND dn="({SERVICE})" method=128'))

    resolver.find("alice")
    clock.advance(59)
    resolver.find("bob")
    assert binds() == 1
    clock.advance(60)
    resolver.find("alice")
    assert binds() == 2


def test_parallel_questions_each_get_their_own_answer(slapd, resolver_for):
    resolver = resolver_for(slapd)
    names = ["alice", "bob", "dave", "erin", "frank", "mallory"] * 20
    with ThreadPoolExecutor(16) as threads:
        found = list(threads.map(resolver.find, names))
    assert [entry.login if entry else "mallory" for entry in found] == names


def test_a_closed_resolver_keeps_no_connection(own_slapd, resolver_for):
    server = own_slapd()
    resolver = resolver_for(server)
    resolver.find("alice")
    resolver.close()
    assert server.logged(r"(conn=\d+ fd=\d+ closed)")
    assert resolver.find("alice").login == "alice"
    assert server.logged(r"(conn=\d+ fd=\d+ closed)", count=2)


def test_no_password_is_in_what_an_outage_says(own_slapd, resolver_for, caplog):
    server = own_slapd()
    resolver = resolver_for(server)
    alice = resolver.find("alice")
    server.stop()
    with pytest.raises(ResolverUnavailable) as raised:
        resolver.check_password(alice, "canary of alice")
    with pytest.raises(ResolverUnavailable) as searched:
        resolver.find("alice")
    said = f"{caplog.text} {raised.value!r} {raised.value} {searched.value!r} {resolver!r} {vars(resolver)}"
    assert "does not answer" in said
    assert "canary" not in said
    assert "service password" not in said


def test_a_port_where_nobody_listens_is_an_outage(slapd, resolver_for):
    assert timed(lambda: resolver_for(slapd, servers=[f"ldaps://127.0.0.1:{free_port()}"]).find("alice")) < 1


def test_a_host_that_does_not_exist_is_an_outage(slapd, resolver_for):
    with pytest.raises(ResolverUnavailable):
        resolver_for(slapd, servers=["ldaps://ldap.invalid"]).find("alice")
