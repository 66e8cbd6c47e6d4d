"""One-time codes against the vectors of RFC 4226 and RFC 6238, and what must never match."""

from __future__ import annotations

import secrets
from datetime import UTC, datetime, timedelta
from typing import Any

import pyotp
import pytest
from hypothesis import given
from hypothesis import strategies as st

from mfa_engine.algorithms import oath
from mfa_engine.algorithms.oath import HashAlgorithm, OathKey, TotpMatch
from mfa_engine.errors import InvalidField
from tests.unit.mfa_engine.algorithms.vector_files import by_id, vector_file

HOTP = vector_file("oath/hotp-rfc4226.json")
TOTP = vector_file("oath/totp-rfc6238.json")
HOTP_WINDOW = vector_file("oath/hotp-window.json")
TOTP_WINDOW = vector_file("oath/totp-window.json")

KEY = OathKey(bytes.fromhex(HOTP["key_hex"]))
NOW = datetime(2026, 11, 24, 12, 0, tzinfo=UTC)
STEP = oath.time_step(NOW, 30)


def at(seconds: int) -> datetime:
    return datetime.fromtimestamp(seconds, UTC)


def code(step: int) -> str:
    return oath.hotp(KEY, step)


# --- values ---------------------------------------------------------------------------------


@pytest.mark.parametrize("digits", [6, 7, 8])
@pytest.mark.parametrize("case", HOTP["vectors"], ids=lambda case: str(case["counter"]))
def test_hotp_agrees_with_rfc_4226_appendix_d(case: dict[str, Any], digits: int) -> None:
    assert oath.hotp(OathKey(KEY.secret, digits), case["counter"]) == case[f"otp{digits}"]


@pytest.mark.parametrize("case", HOTP["large_counters"], ids=lambda case: str(case["counter"]))
def test_hotp_counts_in_64_bits(case: dict[str, Any]) -> None:
    assert oath.hotp(KEY, case["counter"]) == case["otp6"]
    assert oath.hotp(OathKey(KEY.secret, 8), case["counter"]) == case["otp8"]


@pytest.mark.parametrize("case", HOTP["leading_zeros"], ids=lambda case: str(case["counter"]))
def test_hotp_keeps_leading_zeros(case: dict[str, Any]) -> None:
    assert oath.hotp(KEY, case["counter"]) == case["otp6"]


@pytest.mark.parametrize("case", HOTP["key_lengths"], ids=lambda case: str(case["bytes"]))
def test_hotp_takes_keys_of_any_length(case: dict[str, Any]) -> None:
    assert oath.hotp(OathKey(bytes.fromhex(case["key_hex"])), case["counter"]) == case["otp6"]


@pytest.mark.parametrize("digits", [6, 8])
@pytest.mark.parametrize("case", TOTP["vectors"], ids=lambda case: f"{case['algorithm']}-{case['time']}")
def test_totp_agrees_with_rfc_6238_appendix_b(case: dict[str, Any], digits: int) -> None:
    secret = bytes.fromhex(TOTP["keys"][case["algorithm"]]["hex"])
    key = OathKey(secret, digits, oath.hash_algorithm(case["algorithm"]))
    match = oath.matching_step(key, case[f"otp{digits}"], at(case["time"]), window=0)
    assert match == TotpMatch(case["step"], drift=0)


@pytest.mark.parametrize("case", TOTP["period_edges"], ids=lambda case: f"{case['period']}-{case['time']}")
def test_totp_changes_its_code_at_the_edge_of_a_period(case: dict[str, Any]) -> None:
    assert oath.time_step(at(case["time"]), case["period"]) == case["step"]
    assert code(case["step"]) == case["otp6"]


@given(
    secret=st.binary(min_size=16, max_size=64),
    counter=st.integers(0, 2**63 - 1),
    digits=st.sampled_from([6, 8]),
    algorithm=st.sampled_from(list(HashAlgorithm)),
)
def test_hotp_agrees_with_pyotp(secret: bytes, counter: int, digits: int, algorithm: HashAlgorithm) -> None:
    key = OathKey(secret, digits, algorithm)
    uri = oath.hotp_uri(key, "alice@example.org", "Doorward")
    theirs = pyotp.parse_uri(uri)
    assert isinstance(theirs, pyotp.HOTP)
    assert oath.hotp(key, counter) == theirs.at(counter)


# --- counters -------------------------------------------------------------------------------


def test_the_lowest_of_two_counters_with_the_same_code_is_matched() -> None:
    assert code(2386) == code(2394)
    assert oath.matching_counter(KEY, code(2386), last_spent=2385) == 2386


def play_hotp(sequence: dict[str, Any]) -> None:
    spent = sequence["counter"] - 1
    for step in sequence["steps"]:
        matched = oath.matching_counter(KEY, step["otp"], spent, sequence["look_ahead"])
        assert (matched is not None) == step["accepted"], step
        spent = spent if matched is None else matched
        assert spent + 1 == step["counter_after"], step


@pytest.mark.parametrize("sequence", HOTP_WINDOW["sequences"], ids=by_id)
def test_OTP_03_a_code_behind_or_far_ahead_of_the_counter_is_refused(sequence: dict[str, Any]) -> None:
    play_hotp(sequence)


def test_OTP_03_ten_counters_are_tried_and_not_an_eleventh() -> None:
    assert oath.matching_counter(KEY, code(14), last_spent=4) == 14
    assert oath.matching_counter(KEY, code(15), last_spent=4) is None


@given(spent=st.integers(-1, 10_000), guess=st.integers(0, 999_999), look_ahead=st.integers(1, 20))
def test_a_matched_counter_is_always_unspent_and_inside_the_window(
    spent: int, guess: int, look_ahead: int
) -> None:
    typed = f"{guess:06d}"
    matched = oath.matching_counter(KEY, typed, spent, look_ahead)
    expected = next((c for c in range(spent + 1, spent + 1 + look_ahead) if code(c) == typed), None)
    assert matched == expected


def test_no_counter_above_63_bits_is_tried() -> None:
    assert oath.matching_counter(KEY, code(2**63), last_spent=2**63 - 2) is None
    assert oath.matching_counter(KEY, code(2**63 - 1), last_spent=2**63 - 2) == 2**63 - 1
    assert oath.resynchronised_counter(KEY, code(2**63 - 1), code(2**63), last_spent=2**63 - 3) is None


# --- time steps -----------------------------------------------------------------------------


@pytest.mark.parametrize("sequence", TOTP_WINDOW["sequences"], ids=by_id)
def test_OTP_01_OTP_05_a_time_code_is_good_once_and_within_a_step_of_now(sequence: dict[str, Any]) -> None:
    key = OathKey(bytes.fromhex(TOTP_WINDOW["key_hex"]), TOTP_WINDOW["digits"])
    spent = sequence["last_step"]
    for step in sequence["steps"]:
        match = oath.matching_step(
            key, step["otp"], at(step["now"]), last_spent=spent, window=TOTP_WINDOW["window"]
        )
        assert (match is not None) == step["accepted"], step
        if match is not None:
            assert match.step == step["step_of_code"]
            spent = match.step


@given(spent=st.integers(-5, 5), offset=st.integers(-5, 5), drift=st.integers(-3, 3))
def test_OTP_01_nothing_at_or_below_the_last_spent_step_matches_again(
    spent: int, offset: int, drift: int
) -> None:
    match = oath.matching_step(KEY, code(STEP + offset), NOW, last_spent=STEP + spent, drift=drift)
    assert match is None or match.step > STEP + spent


def test_OTP_05_the_drift_follows_a_slow_device_by_one_step_a_login() -> None:
    drift, spent, drifts = 0, -1, []
    for login in range(14):
        now = NOW + timedelta(hours=login)
        current = oath.time_step(now, 30)
        late_by = min(login + 1, 11)
        match = oath.matching_step(KEY, code(current - late_by), now, last_spent=spent, drift=drift)
        assert match is not None, login
        drift, spent = match.drift, match.step
        drifts.append(drift)
    assert drifts == [-1, -2, -3, -4, -5, -6, -7, -8, -9, -10, -10, -10, -10, -10]


def test_OTP_05_a_device_90_seconds_off_is_refused_until_it_is_resynchronised() -> None:
    behind = STEP - 3
    assert oath.matching_step(KEY, code(behind), NOW) is None
    resynchronised = oath.resynchronised_step(KEY, code(behind - 1), code(behind), NOW)
    assert resynchronised == TotpMatch(behind, drift=-3)
    later = NOW + timedelta(minutes=5)
    match = oath.matching_step(
        KEY, code(STEP + 10 - 3), later, last_spent=resynchronised.step, drift=resynchronised.drift
    )
    assert match == TotpMatch(STEP + 7, drift=-3)


@given(drift=st.integers(-21, 21), offset=st.integers(-2, 2))
def test_OTP_05_a_drift_moves_by_one_and_never_outwards_beyond_ten(drift: int, offset: int) -> None:
    match = oath.matching_step(KEY, code(STEP + drift + offset), NOW, drift=drift, window=2)
    assert match is not None
    assert abs(match.drift - drift) <= 1
    assert abs(match.drift) <= max(10, abs(drift))


def test_a_wider_drift_from_resynchronisation_shrinks_with_the_device() -> None:
    match = oath.matching_step(KEY, code(STEP + 20), NOW, drift=21)
    assert match == TotpMatch(STEP + 20, drift=20)


def test_periods_of_60_seconds_have_steps_of_their_own() -> None:
    step = oath.time_step(NOW, 60)
    assert step == STEP // 2
    assert oath.matching_step(KEY, code(step), NOW, period=60) == TotpMatch(step, drift=0)


def test_before_1970_there_is_no_step() -> None:
    assert oath.matching_step(KEY, code(0), at(0) - timedelta(seconds=90)) is None


# --- resynchronisation ----------------------------------------------------------------------


@pytest.mark.parametrize("case", HOTP_WINDOW["resynchronisation"], ids=by_id)
def test_OTP_04_hotp_resynchronises_by_two_consecutive_unspent_codes_only(case: dict[str, Any]) -> None:
    found = oath.resynchronised_counter(KEY, case["otp1"], case["otp2"], last_spent=case["counter"] - 1)
    assert found == (case["counter_after"] - 1 if case["accepted"] else None)


def test_OTP_04_one_code_twice_is_refused_even_where_two_counters_in_a_row_have_it() -> None:
    assert code(910_737) == code(910_738)
    twice = code(910_737)
    assert oath.resynchronised_counter(KEY, twice, twice, last_spent=910_700) is None


def test_OTP_04_the_first_code_is_looked_for_in_a_thousand_counters() -> None:
    assert oath.resynchronised_counter(KEY, code(999), code(1000), last_spent=-1) == 1000
    assert oath.resynchronised_counter(KEY, code(1000), code(1001), last_spent=-1) is None


def test_a_chance_match_of_the_first_code_does_not_hide_the_true_one() -> None:
    assert code(2386) == code(2394)
    assert oath.resynchronised_counter(KEY, code(2394), code(2395), last_spent=2000) == 2395


@pytest.mark.parametrize("case", TOTP_WINDOW["resynchronisation"], ids=lambda case: str(case["why"]))
def test_OTP_04_totp_resynchronises_within_ten_minutes_only(case: dict[str, Any]) -> None:
    found = oath.resynchronised_step(KEY, case["otp1"], case["otp2"], at(case["now"]))
    current = oath.time_step(at(case["now"]), 30)
    second = case["counters"][1]
    assert found == (TotpMatch(second, second - current) if case["accepted"] else None)


@pytest.mark.parametrize(
    ("period", "steps", "accepted"),
    [(30, 20, True), (30, 21, False), (30, -20, True), (30, -21, False), (60, 10, True), (60, 11, False)],
)
def test_OTP_04_ten_minutes_are_counted_in_the_period_of_the_token(
    period: int, steps: int, accepted: bool
) -> None:
    first = oath.time_step(NOW, period) + steps
    found = oath.resynchronised_step(KEY, code(first), code(first + 1), NOW, period=period)
    assert (found is not None) == accepted


def test_OTP_04_spent_steps_do_not_resynchronise() -> None:
    found = oath.resynchronised_step(KEY, code(STEP - 2), code(STEP - 1), NOW, last_spent=STEP - 2)
    assert found is None


# --- spelling -------------------------------------------------------------------------------

SPELLINGS_OF_755224 = ["755224", "755224 ", " 755224", "755 224", "755-224", "755\u00a0224", "7 5 5\t2 2 4"]
REFUSED_SPELLINGS = [
    "+755224",
    "７５５２２４",
    "٧٥٥٢٢٤",
    "7５5224",
    "²55224",
    "0xb8618",
    "755224.0",
    "755224\u0000",
    "755_224",
    "755224\n",
    "",
    " ",
    "- -",
]


@pytest.mark.parametrize("typed", SPELLINGS_OF_755224)
def test_OTP_02_a_code_has_one_spelling_after_normalisation(typed: str) -> None:
    assert oath.normalise_code(typed) == "755224"


@pytest.mark.parametrize("typed", REFUSED_SPELLINGS)
def test_OTP_02_OTP_10_signs_other_digits_and_empty_codes_are_no_codes(typed: str) -> None:
    assert oath.normalise_code(typed) is None


@pytest.mark.parametrize("case", HOTP_WINDOW["odd_spellings"]["vectors"], ids=lambda case: repr(case["otp"]))
def test_OTP_02_another_spelling_spends_the_same_counter_or_none(case: dict[str, Any]) -> None:
    spent = -1
    normalised = oath.normalise_code(case["otp"])
    matched = None if normalised is None else oath.matching_counter(KEY, normalised, spent)
    if matched is not None:
        assert normalised == "755224"
        spent = matched
        assert oath.matching_counter(KEY, "755224", spent) is None
    else:
        assert oath.matching_counter(KEY, "755224", spent) == 0


def test_OTP_10_a_megabyte_is_no_code() -> None:
    assert oath.normalise_code("7" * 1_000_000) is None


@given(st.text(max_size=80))
def test_what_is_normalised_is_ascii_digits_and_stays_as_it_is(typed: str) -> None:
    normalised = oath.normalise_code(typed)
    if normalised is not None:
        assert set(normalised) <= set("0123456789")
        assert oath.normalise_code(normalised) == normalised


@given(st.text(max_size=12))
def test_a_text_that_was_not_normalised_is_compared_without_an_error(typed: str) -> None:
    matched = oath.matching_counter(KEY, typed)
    assert matched is None or code(matched) == typed


@pytest.mark.parametrize("typed", ["75522", "0755224", "٧٥٥٢٢٤"])
def test_a_code_of_another_length_or_alphabet_matches_nothing(typed: str) -> None:
    assert oath.matching_counter(KEY, typed) is None


# --- enrolment ------------------------------------------------------------------------------


@pytest.mark.parametrize("digits", [6, 8])
@pytest.mark.parametrize("period", [30, 60])
@pytest.mark.parametrize("length", [16, 20, 32, 64, 128])
def test_usual_tokens_may_be_enrolled(digits: int, period: int, length: int) -> None:
    oath.check_enrolment(OathKey(bytes(length), digits), period)


@pytest.mark.parametrize(
    ("key", "period", "field"),
    [
        (OathKey(bytes(10)), 30, "secret"),
        (OathKey(bytes(15)), 30, "secret"),
        (OathKey(b""), 30, "secret"),
        (OathKey(bytes(129)), 30, "secret"),
        (OathKey(bytes(20), 4), 30, "digits"),
        (OathKey(bytes(20), 7), 30, "digits"),
        (OathKey(bytes(20), 10), 30, "digits"),
        (OathKey(bytes(20)), 600, "period"),
        (OathKey(bytes(20)), 0, "period"),
        (OathKey(bytes(20)), 29, "period"),
    ],
)
def test_OTP_14_weak_parameters_are_refused_at_enrolment(key: OathKey, period: int, field: str) -> None:
    with pytest.raises(InvalidField) as refused:
        oath.check_enrolment(key, period)
    assert refused.value.field == field


@pytest.mark.parametrize("name", ["md5", "MD5", "sha224", "", "sha1 ", "shake_128"])
def test_OTP_14_other_hashes_are_refused(name: str) -> None:
    with pytest.raises(InvalidField, match="algorithm"):
        oath.hash_algorithm(name)


@pytest.mark.parametrize("name", ["sha1", "SHA1", "Sha256", "SHA512"])
def test_a_hash_is_named_in_any_case(name: str) -> None:
    assert oath.hash_algorithm(name) == name.lower()


@pytest.mark.parametrize(
    ("algorithm", "bits"),
    [(HashAlgorithm.SHA1, 160), (HashAlgorithm.SHA256, 256), (HashAlgorithm.SHA512, 512)],
)
def test_JOSE_10_a_seed_has_the_length_of_the_hash_and_comes_from_the_system(
    algorithm: HashAlgorithm, bits: int, monkeypatch: pytest.MonkeyPatch
) -> None:
    drawn: list[int] = []

    def token_bytes(length: int) -> bytes:
        drawn.append(length)
        return bytes([len(drawn)]) * length

    monkeypatch.setattr(secrets, "token_bytes", token_bytes)
    first, second = oath.new_secret(algorithm), oath.new_secret(algorithm)
    assert len(first) * 8 == bits
    assert first != second
    assert drawn == [bits // 8] * 2


def test_the_address_for_an_app_says_what_differs_from_the_default() -> None:
    key = OathKey(bytes(range(32)), 8, HashAlgorithm.SHA256)
    theirs = pyotp.parse_uri(oath.totp_uri(key, "alice@example.org", "Käthe & Söhne: Haus", period=60))
    assert isinstance(theirs, pyotp.TOTP)
    assert (theirs.name, theirs.issuer) == ("alice@example.org", "Käthe & Söhne: Haus")
    assert (theirs.digits, theirs.interval, theirs.byte_secret()) == (8, 60, key.secret)
    assert theirs.digest().name == "sha256"


def test_the_address_of_a_counter_token_carries_its_counter() -> None:
    theirs = pyotp.parse_uri(oath.hotp_uri(KEY, "alice", "Doorward", counter=7))
    assert isinstance(theirs, pyotp.HOTP)
    assert theirs.initial_count == 7


def test_a_seed_is_typed_without_padding() -> None:
    assert oath.base32(KEY.secret) == HOTP["key_base32"]
    assert "=" not in oath.base32(bytes(16))


def test_the_secret_is_not_in_the_repr_of_a_key() -> None:
    assert "1234567890" not in repr(KEY)
    assert "secret" not in repr(KEY)
