"""Which new passwords are taken, and what the others are told."""

from __future__ import annotations

import time

import pytest
from hypothesis import given
from hypothesis import strategies as st
from zxcvbn.frequency_lists import FREQUENCY_LISTS

from mfa_engine.people.password_rules import PersonalNames, Refusal, Rule, refusal

ALICE = PersonalNames(
    user_name="asmith",
    display_name="Alice van der Smith",
    mail="alice.smith@mail.uni-example.org",
    realm="staff",
    organisation="Exämple University",
)


def judged(
    password: str, *, second_factor_mandatory: bool = False, unchanged: bool = False
) -> Refusal | None:
    return refusal(password, ALICE, second_factor_mandatory=second_factor_mandatory, unchanged=unchanged)


def broken(password: str) -> Rule | None:
    """The rule that a password beside a second factor breaks."""
    refused = judged(password, second_factor_mandatory=True)
    return None if refused is None else refused.rule


@pytest.mark.parametrize(
    ("password", "mandatory", "expected"),
    [
        ("tV4#mQ9zR1&pL7", False, Refusal(Rule.TOO_SHORT, 14, 15)),
        ("tV4#mQ9zR1&pL7x", False, None),
        ("tV4#mQ9", True, Refusal(Rule.TOO_SHORT, 7, 8)),
        ("tV4#mQ9z", True, None),
        ("", True, Refusal(Rule.TOO_SHORT, 0, 8)),
        ("ü€🔑漢tV4#", True, None),
    ],
)
def test_AUTH_07_a_password_has_15_characters_alone_and_8_beside_a_second_factor(
    password: str, mandatory: bool, expected: Refusal | None
) -> None:
    assert judged(password, second_factor_mandatory=mandatory) == expected


def test_AUTH_07_neither_ligatures_nor_loose_accents_make_a_password_longer() -> None:
    assert judged("ﷺtV4", second_factor_mandatory=True) == Refusal(Rule.TOO_SHORT, 4, 8)
    assert judged("e\u0301" * 4, second_factor_mandatory=True) == Refusal(Rule.TOO_SHORT, 8, 8)


def test_long_passphrases_are_taken_up_to_1024_characters() -> None:
    phrase = "".join(chr(0x4E00 + number * 7) for number in range(1025))
    assert judged(phrase[:64]) is None
    assert judged(phrase[:1024]) is None
    assert judged(phrase) == Refusal(Rule.TOO_LONG, 1025, 1024)


@pytest.mark.parametrize(
    "password",
    [
        "correct horse battery staple",
        "aaaa bbbb cccc dddd",
        "пароль длинный и редкий",
        "  leading and trailing  ",
    ],
)
def test_AUTH_07_no_kind_of_character_is_demanded(password: str) -> None:
    assert judged(password) is None


def test_AUTH_07_each_listed_password_that_is_long_enough_is_common() -> None:
    listed = [password for password in FREQUENCY_LISTS["passwords"] if len(password) >= 8]
    assert len(listed) >= 3000
    assert {broken(password) for password in listed} == {Rule.COMMON}
    assert {broken(password.upper()) for password in listed[:3000]} == {Rule.COMMON}


def test_AUTH_07_two_of_the_most_common_passwords_joined_are_common() -> None:
    for other in FREQUENCY_LISTS["passwords"][:3000:100]:
        assert broken("Password" + other) == Rule.COMMON
        assert broken(other + "password") == Rule.COMMON
    assert judged("password1234567") == Refusal(Rule.COMMON, 15)
    assert judged("qwertyuiopasdfgh") == Refusal(Rule.COMMON, 16)


@pytest.mark.parametrize(
    "password",
    [
        "responsibilities",
        "aaaaaaaaaaaaaaa",
        "               ",
        "123456789012345",
        "98765432109876543",
        "abcdefghijklmno",
        "kx8!kx8!kx8!kx8!",
        "P@ssw0rdP@ssw0rd",
        "ＰＡＳＳＷＯＲＤpassword",
        "sunshine" * 20,
    ],
)
def test_AUTH_07_words_runs_and_repetitions_are_common(password: str) -> None:
    assert judged(password) == Refusal(Rule.COMMON, len(password))


@pytest.mark.parametrize(
    "password",
    [
        "asmith12",
        "ASMITH.2026!",
        "AliceSmith",
        "smith-alice-smith",
        "alice.smith@mail.uni-example.org",
        "Exämple University",
        "EXA\u0308MPLE-UNIVERSITY-26",
        "staff.university",
        "Doorward1!",
        "doorward-alice",
    ],
)
def test_AUTH_07_a_password_made_of_own_names_is_refused(password: str) -> None:
    assert broken(password) == Rule.OWN_WORDS


@pytest.mark.parametrize(
    "password",
    ["alice likes 7 old trees", "smithereens-4711", "asmith12345", "doorward has many doors", "kQ7zalicex9!"],
)
def test_a_name_inside_a_longer_password_is_no_harm(password: str) -> None:
    assert broken(password) is None


def test_names_of_two_letters_or_none_forbid_nothing() -> None:
    names = PersonalNames("li", "Li Xu", "li@x.y")
    assert refusal("lixulixu99", names, second_factor_mandatory=True, unchanged=False) is None
    assert refusal("!!''..--  @@", PersonalNames(""), second_factor_mandatory=True, unchanged=False) is None


def test_AUTH_07_the_present_password_is_no_new_one() -> None:
    assert judged("correct horse battery staple", unchanged=True) == Refusal(Rule.UNCHANGED, 28)


def test_the_first_broken_rule_is_named() -> None:
    assert judged("asmith", unchanged=True) == Refusal(Rule.TOO_SHORT, 6, 15)
    assert broken("password") == Rule.COMMON


@pytest.mark.parametrize(
    "password",
    [("4@8({[<369&#!1/|0$5+7%2" * 50)[:1024], "a" * 1023 + "b", "alicesmith" * 102 + "xyz", "x" * 1_000_000],
    ids=["leet", "almost one character", "names", "a megabyte"],
)
def test_AUTH_07_the_longest_and_worst_password_is_judged_at_once(password: str) -> None:
    judged("warmed up: the lists are read")
    started = time.process_time()
    judged(password)
    assert time.process_time() - started < 0.100


@given(password=st.text(max_size=40), mandatory=st.booleans())
def test_every_text_is_judged_and_numbers_are_true(password: str, mandatory: bool) -> None:
    refused = judged(password, second_factor_mandatory=mandatory)
    if refused is None:
        assert len(password) >= (8 if mandatory else 15)
    else:
        assert refused.length == len(password)
        assert (refused.limit > 0) == (refused.rule in (Rule.TOO_SHORT, Rule.TOO_LONG))
