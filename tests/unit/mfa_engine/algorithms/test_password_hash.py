"""Stored passwords and PINs: RFC 9106, the key beside the database, and bounded work."""

from __future__ import annotations

import secrets
import threading
import unicodedata
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from mfa_engine.algorithms import password_hash
from mfa_engine.algorithms.password_hash import Cost, Hasher, Salt, UnknownHash, salt_of, same_hash
from mfa_engine.errors import Busy, InvalidField
from tests.unit.mfa_engine.algorithms.vector_files import vector_file

VECTORS = vector_file("hashing/argon2id.json")
PEPPER = bytes(range(32))
CHEAP = Cost(memory_kib=8, iterations=1)
DEFAULT = Cost()


@pytest.fixture
def hasher() -> Hasher:
    return Hasher(PEPPER, CHEAP, at_once=2)


def every_hash_is(monkeypatch: pytest.MonkeyPatch, made: Callable[..., bytes]) -> None:
    monkeypatch.setattr(password_hash, "hash_secret", made)


# --- published values -----------------------------------------------------------------------


@pytest.mark.parametrize("case", VECTORS["phc"], ids=lambda case: case["phc"][:40])
def test_argon2id_agrees_with_the_published_and_computed_values(case: dict[str, Any]) -> None:
    cost = Cost(case["memory_kib"], case["iterations"], case["lanes"])
    salt = Salt(bytes.fromhex(case["salt_hex"]), cost)
    assert password_hash.argon2id(case["password_utf8"].encode(), salt) == case["phc"]
    assert salt_of(case["phc"]) == salt
    assert password_hash.matches(case["password_utf8"].encode(), case["phc"])


def is_rejected(password: str, stored: str) -> bool:
    try:
        return not password_hash.matches(password.encode(), stored)
    except UnknownHash:
        return True


@pytest.mark.parametrize("case", VECTORS["must_reject"], ids=lambda case: str(case["why"]))
def test_AUTH_06_another_password_or_a_stored_value_of_another_kind_is_refused(case: dict[str, Any]) -> None:
    assert is_rejected(case["password"], case["phc"])


FOREIGN = [
    "",
    "*",
    "plain",
    "$2b$12$abcdefghijklmnopqrstuuabcdefghijklmnopqrstuuabcdefghijklmnopq",
    "$argon2i$v=19$m=65536,t=2,p=1$c29tZXNhbHQ$CTFhFdXPJO1aFaMaO6Mm5c8y7cJHAph8ArZWb2GRPPc",
    "$argon2id$v=16$m=65536,t=2,p=1$c29tZXNhbHQ$CTFhFdXPJO1aFaMaO6Mm5c8y7cJHAph8ArZWb2GRPPc",
    "$argon2id$v=19$m=262145,t=2,p=1$c29tZXNhbHQ$CTFhFdXPJO1aFaMaO6Mm5c8y7cJHAph8ArZWb2GRPPc",
    "$argon2id$v=19$m=65536,t=65,p=1$c29tZXNhbHQ$CTFhFdXPJO1aFaMaO6Mm5c8y7cJHAph8ArZWb2GRPPc",
    "$argon2id$v=19$m=65536,t=2,p=17$c29tZXNhbHQ$CTFhFdXPJO1aFaMaO6Mm5c8y7cJHAph8ArZWb2GRPPc",
    "$argon2id$v=19$m=8,t=2,p=2$c29tZXNhbHQ$CTFhFdXPJO1aFaMaO6Mm5c8y7cJHAph8ArZWb2GRPPc",
    "$argon2id$v=19$m=65536,t=2,p=1$c29tZXNhbHQxx$CTFhFdXPJO1aFaMaO6Mm5c8y7cJHAph8ArZWb2GRPPc",
    "$argon2id$v=19$m=65536,t=2,p=1$c29tZXNhbHQ$CTFhFdXPJO1aFaMaO6Mm5c8y7cJHAph8ArZWb2GRPPc\n",
]


@pytest.mark.parametrize("stored", FOREIGN)
def test_AUTH_06_a_stored_value_of_unknown_scheme_is_refused_before_anything_is_computed(
    stored: str, hasher: Hasher, monkeypatch: pytest.MonkeyPatch
) -> None:
    every_hash_is(monkeypatch, lambda *_, **__: pytest.fail("computed"))
    for judge in (lambda: hasher.verify("password", stored), lambda: hasher.needs_rehash(stored)):
        with pytest.raises(UnknownHash, match="unknown scheme") as refused:
            judge()
        assert not stored or stored not in str(refused.value)


@given(st.text(max_size=80) | st.from_regex(r"\$argon2id\$v=19\$m=\d{1,3},t=\d,p=\d\$[A-Za-z]{9,30}\$.*"))
def test_a_stored_value_of_any_text_is_known_or_unknown(stored: str) -> None:
    try:
        salt = salt_of(stored)
    except UnknownHash:
        return
    assert 8 <= len(salt.value) <= 48


# --- the whole password ---------------------------------------------------------------------


@pytest.mark.parametrize("case", VECTORS["normalisation"], ids=lambda case: case["nfkc"])
def test_AUTH_06_a_password_is_normalised_by_nfkc(case: dict[str, Any], hasher: Hasher) -> None:
    assert password_hash.normalised(case["typed"]).hex() == case["nfkc_hex"]
    assert hasher.verify(case["typed"], hasher.hash(case["nfkc"]))


@pytest.mark.parametrize(
    ("password", "other"),
    [
        ("secret", "secret "),
        ("secret", " secret"),
        ("secret\x00", "secret"),
        ("secret\x00a", "secret\x00b"),
        ("a" * 72 + "b", "a" * 72 + "c"),
        ("a" * 1023 + "b", "a" * 1023 + "c"),
        ("Secret", "secret"),
        ("Straße", "Strasse"),
        ("", " "),
    ],
)
def test_AUTH_06_every_character_counts(password: str, other: str, hasher: Hasher) -> None:
    stored = hasher.hash(password)
    assert hasher.verify(password, stored)
    assert not hasher.verify(other, stored)


@pytest.mark.parametrize(
    "password", ["x" * 1025, "x" * 1_000_000, "\U0001f511" * 1024 + "x", "né" * 513, "\ud800", "a\udfffb"]
)
def test_AUTH_06_OTP_10_a_password_too_long_or_no_text_is_refused_before_hashing(
    password: str, hasher: Hasher, monkeypatch: pytest.MonkeyPatch
) -> None:
    stored = hasher.hash("password")
    every_hash_is(monkeypatch, lambda *_, **__: pytest.fail("computed"))
    for judge in (
        lambda: hasher.hash(password),
        lambda: hasher.verify(password, stored),
        lambda: hasher.verify_nobody(password),
        lambda: hasher.hash_with_salt(password, salt_of(stored)),
    ):
        with pytest.raises(InvalidField, match=r"^password: ") as refused:
            judge()
        assert refused.value.__context__ is None


def test_the_longest_passwords_are_taken(hasher: Hasher) -> None:
    for password in ("x" * 1024, "\U0001f511" * 1024):
        assert hasher.verify(password, hasher.hash(password))


@given(password=st.text(max_size=30), typed=st.text(max_size=30))
def test_a_password_verifies_itself_and_nothing_else(password: str, typed: str) -> None:
    hasher = Hasher(PEPPER, CHEAP, at_once=1)
    same = unicodedata.normalize("NFKC", password) == unicodedata.normalize("NFKC", typed)
    assert hasher.verify(typed, hasher.hash(password)) == same


def test_AUTH_06_a_stored_hash_is_worthless_without_the_key(hasher: Hasher) -> None:
    stored = hasher.hash("correct horse battery staple")
    assert not Hasher(bytes(32), CHEAP, at_once=1).verify("correct horse battery staple", stored)
    assert not password_hash.matches(b"correct horse battery staple", stored)


def test_a_short_key_is_refused_and_never_shown() -> None:
    with pytest.raises(InvalidField, match="pepper") as refused:
        Hasher(b"sixteen bytes of", CHEAP, at_once=1)
    assert "sixteen" not in str(refused.value)
    assert "pepper" not in repr(Hasher(PEPPER, CHEAP, at_once=1))


def test_a_password_has_another_salt_each_time(hasher: Hasher, monkeypatch: pytest.MonkeyPatch) -> None:
    first, second = hasher.hash("password"), hasher.hash("password")
    assert first != second
    monkeypatch.setattr(secrets, "token_bytes", lambda length: b"\x07" * length)
    assert salt_of(hasher.hash("password")) == Salt(b"\x07" * 16, CHEAP)


# --- cost -----------------------------------------------------------------------------------


def test_the_default_cost_is_19_mib_two_rounds_one_lane() -> None:
    stored = Hasher(PEPPER, DEFAULT, at_once=1).hash("password")
    assert stored.startswith("$argon2id$v=19$m=19456,t=2,p=1$")


def test_a_hash_below_the_present_cost_is_made_anew_and_one_above_is_not() -> None:
    hasher = Hasher(PEPPER, DEFAULT, at_once=1)
    strong, weak = (case["phc"] for case in VECTORS["needs_rehash"])
    assert not hasher.needs_rehash(strong)
    assert hasher.needs_rehash(weak)
    assert hasher.needs_rehash(VECTORS["phc"][3]["phc"])
    assert not hasher.needs_rehash(VECTORS["phc"][0]["phc"])


def test_a_hash_of_another_cost_still_verifies() -> None:
    stored = Hasher(PEPPER, CHEAP, at_once=1).hash("password")
    assert Hasher(PEPPER, Cost(16, 2), at_once=1).verify("password", stored)


@pytest.mark.parametrize(
    "cost", [(7, 1, 1), (262_145, 1, 1), (8, 1, 2), (8, 0, 1), (8, 65, 1), (512, 1, 17), (8, 1, 0)]
)
def test_a_cost_out_of_bounds_is_refused(cost: tuple[int, int, int]) -> None:
    with pytest.raises(InvalidField):
        Cost(*cost)


# --- PINs of one person ---------------------------------------------------------------------


def test_one_computation_serves_all_pins_of_a_person(hasher: Hasher, monkeypatch: pytest.MonkeyPatch) -> None:
    salt = hasher.new_salt()
    pins = [hasher.hash_with_salt(pin, salt) for pin in ("1234", "5678", "1234")]
    assert [salt_of(pin) for pin in pins] == [salt] * 3
    computed = []
    original = password_hash.hash_secret
    every_hash_is(monkeypatch, lambda *given, **named: computed.append(1) or original(*given, **named))
    typed = hasher.hash_with_salt("1234", salt_of(pins[0]))
    assert [same_hash(typed, pin) for pin in pins] == [True, False, True]
    assert len(computed) == 1


def test_a_pin_keeps_the_cost_it_was_stored_with() -> None:
    stored = Hasher(PEPPER, CHEAP, at_once=1).hash("1234")
    later = Hasher(PEPPER, Cost(16, 2), at_once=1)
    assert same_hash(later.hash_with_salt("1234", salt_of(stored)), stored)
    assert later.new_salt().cost == Cost(16, 2)


# --- nobody, and everybody at once ----------------------------------------------------------


def test_for_nobody_the_same_work_is_done(hasher: Hasher, monkeypatch: pytest.MonkeyPatch) -> None:
    costs: list[tuple[int, int, int]] = []
    original = password_hash.hash_secret

    def counted(*given: Any, **named: Any) -> bytes:
        costs.append((named["memory_cost"], named["time_cost"], named["parallelism"]))
        return original(*given, **named)

    stored = hasher.hash("password")
    every_hash_is(monkeypatch, counted)
    assert hasher.verify("password", stored)
    assert not hasher.verify_nobody("password")
    assert costs == [(8, 1, 1)] * 2


def test_AUTH_08_no_more_hashes_than_allowed_are_computed_at_a_time(monkeypatch: pytest.MonkeyPatch) -> None:
    lock, running, most = threading.Lock(), 0, 0
    together = threading.Barrier(3)

    def slow(*given: Any, **named: Any) -> bytes:
        nonlocal running, most
        with lock:
            running += 1
            most = max(most, running)
        together.wait(timeout=30)
        with lock:
            running -= 1
        return b"$argon2id$"

    every_hash_is(monkeypatch, slow)
    hasher = Hasher(PEPPER, CHEAP, at_once=3, patience=30)
    with ThreadPoolExecutor(30) as threads:
        assert len(list(threads.map(hasher.hash, ["password"] * 30))) == 30
    assert most == 3


def test_AUTH_08_who_waits_too_long_is_told_to_come_back(monkeypatch: pytest.MonkeyPatch) -> None:
    begun, go_on = threading.Event(), threading.Event()

    def blocked(*given: Any, **named: Any) -> bytes:
        begun.set()
        go_on.wait(timeout=30)
        return b"$argon2id$"

    every_hash_is(monkeypatch, blocked)
    hasher = Hasher(PEPPER, CHEAP, at_once=1, patience=0.001)
    with ThreadPoolExecutor(1) as threads:
        first = threads.submit(hasher.hash, "password")
        assert begun.wait(timeout=30)
        with pytest.raises(Busy, match="try again"):
            hasher.verify_nobody("password")
        go_on.set()
        assert first.result(timeout=30) == "$argon2id$"
        assert hasher.hash("password") == "$argon2id$"


def test_AUTH_08_the_wait_is_two_seconds_and_a_failed_hash_gives_its_turn_back(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    waits: list[float] = []

    class Turns(threading.BoundedSemaphore):
        def __init__(self, value: int) -> None:
            super().__init__(value)

        def acquire(self, blocking: bool = True, timeout: float | None = None) -> bool:
            waits.append(timeout or 0)
            return super().acquire(blocking, timeout)

    monkeypatch.setattr(threading, "BoundedSemaphore", Turns)
    hasher = Hasher(PEPPER, CHEAP, at_once=1)

    def fails(*given: Any, **named: Any) -> bytes:
        raise MemoryError

    every_hash_is(monkeypatch, fails)
    for _ in range(2):
        with pytest.raises(MemoryError):
            hasher.hash("password")
    assert waits == [2.0, 2.0]
