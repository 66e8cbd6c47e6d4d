"""Which realm and which person a typed name means."""

import unicodedata

import pytest
from hypothesis import given
from hypothesis import strategies as st

from mfa_engine.errors import InvalidField
from mfa_engine.identity.realms import MAX_LOGIN, Realm, Realms, canonical_login, parse_login

REALMS = Realms((Realm("staff", ("corp",)), Realm("students", ("campus", "internal"))), default="staff")
NAMES = st.text(
    st.characters(exclude_categories=("Cc", "Cf", "Cs", "Zl", "Zp")), min_size=1, max_size=20
).filter(lambda text: unicodedata.normalize("NFKC", text).strip() != "")


def read(typed: str, realm: str = "") -> tuple[str, str | None]:
    name = parse_login(typed, REALMS, realm)
    return name.login, name.realm


@pytest.mark.parametrize(
    ("typed", "login", "realm"),
    [
        ("alice", "alice", "staff"),
        ("alice@students", "alice", "students"),
        ("alice@STUDENTS", "alice", "students"),
        ("students\\alice", "alice", "students"),
        ("Students\\alice", "alice", "students"),
        (" alice @ students ", "alice", "students"),
        ("alice@example.org", "alice@example.org", "staff"),
        ("alice@example.org@students", "alice@example.org", "students"),
        ("EXAMPLE\\alice", "EXAMPLE\\alice", "staff"),
        ("students\\alice@staff", "alice@staff", "students"),
        ("a\\b@students", "a\\b", "students"),
    ],
)
def test_a_typed_name_is_split_only_where_a_realm_of_that_name_exists(typed, login, realm):
    assert read(typed) == (login, realm)


def test_a_realm_given_beside_the_name_leaves_the_name_whole():
    assert read("alice@students", realm="Staff") == ("alice@students", "staff")


def test_a_realm_given_beside_the_name_may_be_unknown():
    assert read("alice", realm="nowhere") == ("alice", "nowhere")


def test_without_a_default_realm_a_plain_name_has_none():
    assert parse_login("alice", Realms(REALMS.realms)).realm is None


@pytest.mark.parametrize(
    "typed",
    [
        "",
        " ",
        "@students",
        "students\\",
        "\u3000",
        "ali\0ce",
        "alice\n",
        "al\u200bice",
        "al\u00adice",
        "\u202ealice",
    ],
)
def test_what_no_directory_may_be_asked_for_is_refused(typed):
    with pytest.raises(InvalidField):
        parse_login(typed, REALMS)


def test_half_a_character_is_refused():
    with pytest.raises(InvalidField):
        parse_login("alice\ud800", REALMS)


@pytest.mark.parametrize(
    "long", ["a" * (MAX_LOGIN + 1), "\ufdfa" * MAX_LOGIN, "ß" * MAX_LOGIN, "a" * 1_000_000]
)
def test_a_name_longer_than_the_limit_in_any_form_is_refused(long):
    with pytest.raises(InvalidField, match="longer than 255"):
        parse_login(long, REALMS)


@pytest.mark.parametrize(
    ("one", "other"),
    [
        ("alice", "ALICE"),
        ("alice", "\uff21lice"),  # a full-width A
        ("alice", " alice\u00a0"),
        ("alice smith", "alice \u2003 smith"),
        ("zo\u00eb", "zoe\u0308"),
        ("stra\u00dfe", "STRASSE"),
        ("\ufb01ona", "fiona"),
        ("\u03c3\u03c2", "\u03a3\u03a3"),
    ],
)
def test_RES_03_spellings_of_one_name_have_one_canonical_form(one, other):
    assert canonical_login(one) == canonical_login(other)


@pytest.mark.parametrize(("one", "other"), [("zoe", "zo\u00eb"), ("alice", "a1ice"), ("al ice", "alice")])
def test_different_names_have_different_canonical_forms(one, other):
    assert canonical_login(one) != canonical_login(other)


@given(NAMES)
def test_a_canonical_name_is_its_own_canonical_form(name):
    try:
        canonical = canonical_login(name)
    except InvalidField:
        return  # folding left nothing but blanks
    assert canonical_login(canonical) == canonical


@given(NAMES, st.sampled_from(["NFC", "NFD", "NFKC", "NFKD"]))
def test_RES_03_no_unicode_form_of_a_name_is_another_name(name, form):
    assert canonical_login(unicodedata.normalize(form, name)) == canonical_login(name)


@given(NAMES)
def test_RES_03_no_blanks_around_a_name_make_another_name(name):
    assert canonical_login(f" {name}\u3000") == canonical_login(name)


@given(st.text(max_size=300), st.text(max_size=30))
def test_any_text_is_read_or_refused(typed, realm):
    try:
        name = parse_login(typed, REALMS, realm)
    except InvalidField:
        return
    assert name.login
    assert name.canonical
    assert "\0" not in name.login


@pytest.mark.parametrize("name", ["Staff", "a@b", "a\\b", " staff", ""])
def test_a_realm_name_that_could_not_be_typed_is_refused(name):
    with pytest.raises(InvalidField):
        Realm(name, ())


def test_a_default_realm_that_does_not_exist_is_refused():
    with pytest.raises(InvalidField, match="choose one of staff"):
        Realms((Realm("staff", ()),), default="stuff")


def test_two_realms_of_one_name_are_refused():
    with pytest.raises(InvalidField):
        Realms((Realm("staff", ("a",)), Realm("staff", ("b",))))
