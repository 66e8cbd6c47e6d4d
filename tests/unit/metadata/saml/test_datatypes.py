"""Values as XML Schema writes them."""

from datetime import UTC, datetime

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from lxml import etree

from metadata.saml.datatypes import boolean, in_order, instant, ncname, text, unsigned_short
from metadata.saml.errors import MalformedDocument
from metadata.saml.markup import instant as written


@pytest.mark.parametrize(
    ("value", "moment"),
    [
        ("2026-01-31T12:00:00Z", datetime(2026, 1, 31, 12, tzinfo=UTC)),
        (" 2026-01-31T12:00:00Z\n", datetime(2026, 1, 31, 12, tzinfo=UTC)),
        ("2026-01-31T12:00:00.5Z", datetime(2026, 1, 31, 12, 0, 0, 500_000, tzinfo=UTC)),
        ("2026-01-31T12:00:00.123456789Z", datetime(2026, 1, 31, 12, 0, 0, 123_456, tzinfo=UTC)),
        ("2026-01-31T12:00:00+02:00", datetime(2026, 1, 31, 10, tzinfo=UTC)),
    ],
)
def test_a_time_is_read_in_utc(value, moment):
    assert instant(value, "IssueInstant") == moment


@pytest.mark.parametrize(
    "value",
    [
        None,
        "",
        "yesterday",
        "2026-01-31T12:00:00",
        "2026-01-31 12:00:00Z",
        "2026-13-31T12:00:00Z",
        "2026-02-30T12:00:00Z",
        "2026-01-31T24:00:00Z",
        "2026-01-31T12:00:60Z",
        "99999-01-01T00:00:00Z",
        "-2026-01-01T00:00:00Z",
        "0001-01-01T00:00:00+14:00",
        "9999-12-31T23:59:59-14:00",
        "2026-01-31T12:00:00+99:00",
        "٢٠٢٦-01-31T12:00:00Z",
        "2026-01-31T12:00:00Z\0",
    ],
)
def test_what_is_no_time_in_a_zone_is_refused(value):
    with pytest.raises(MalformedDocument, match="issue_instant"):
        instant(value, "IssueInstant", reason="issue_instant")


@settings(deadline=None)
@given(st.datetimes(timezones=st.just(UTC)))
def test_a_time_that_we_write_is_read_back_to_the_second(moment):
    assert instant(written(moment), "time") == moment.replace(microsecond=0)


@pytest.mark.parametrize(("value", "truth"), [("true", True), ("1", True), ("false", False), (" 0 ", False)])
def test_a_boolean_has_four_spellings(value, truth):
    assert boolean(value, "ForceAuthn", default=not truth) is truth


def test_a_boolean_that_is_not_there_is_the_default():
    assert boolean(None, "ForceAuthn", default=True) is True


@pytest.mark.parametrize("value", ["yes", "True", "", "2"])
def test_other_spellings_of_a_boolean_are_refused(value):
    with pytest.raises(MalformedDocument, match="ForceAuthn"):
        boolean(value, "ForceAuthn", default=False)


@pytest.mark.parametrize(("value", "number"), [("0", 0), ("+7", 7), (" 65535 ", 65535), ("007", 7)])
def test_a_short_number_is_read(value, number):
    assert unsigned_short(value, "index") == number


@pytest.mark.parametrize("value", ["-1", "65536", "", "1.0", "x", "9999999", "٣"])
def test_what_is_no_short_number_is_refused(value):
    with pytest.raises(MalformedDocument, match="index"):
        unsigned_short(value, "index")


@pytest.mark.parametrize("value", ["_a1", "a", "Ä-1.x", "_" + "a" * 255])
def test_an_identifier_is_read(value):
    assert ncname(value, "ID") == value


@pytest.mark.parametrize(
    "value", [None, "", "1a", "-a", "a b", "a:b", 'a"b', "a<b", "a&b", "_" + "a" * 256, "a\n"]
)
def test_SAML_14_what_is_no_identifier_is_refused(value):
    with pytest.raises(MalformedDocument, match="ID"):
        ncname(value, "ID")


def test_text_with_elements_in_it_is_refused():
    with pytest.raises(MalformedDocument, match="schema"):
        text(etree.fromstring("<a>x<b/>y</a>"))


@pytest.mark.parametrize("content", ["<b/><a/>", "<a/><a/>", "<c/>", "x<a/>", "<a/>x", "<a/><b/><b/><a/>"])
def test_children_out_of_order_doubled_unknown_or_among_text_are_refused(content):
    with pytest.raises(MalformedDocument, match="schema"):
        in_order(etree.fromstring(f"<r>{content}</r>"), ("a", "b"), repeatable=("b",))


def test_children_in_order_are_found_by_their_names():
    found = in_order(etree.fromstring("<r> <a/> <b/><b/></r>"), ("a", "x", "b"), repeatable=("b",))
    assert {name: len(elements) for name, elements in found.items()} == {"a": 1, "x": 0, "b": 2}
