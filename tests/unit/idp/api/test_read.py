"""Reading requests: whatever bytes come, they are parameters, or refused by name."""

from __future__ import annotations

import json
from typing import Any

import pytest
from flask import Flask
from hypothesis import given
from hypothesis import strategies as st

from idp.api.read import Parameters, parameters
from mfa_engine.errors import InvalidField

app = Flask(__name__)
CONTENT_TYPES = st.sampled_from(
    [
        "application/json",
        "application/x-www-form-urlencoded",
        "multipart/form-data; boundary=b",
        "text/plain",
        "",
    ]
)
JSON = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text(),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(), inner, max_size=3),
    max_leaves=10,
)


def read(**request: Any) -> Parameters:
    with app.test_request_context("/", method="POST", **request):
        return parameters()


def every_reader(given: Parameters) -> None:
    """Each of them gives a value, or names the parameter that it refuses."""
    for name in [*given.values, "absent"]:
        for reader in (
            given.text,
            given.secret,
            given.flag,
            given.choice,
            given.several,
            given.time,
            lambda name: given.whole(name, 0),
            lambda name: given.fields([name]),
        ):
            try:
                reader(name)
            except InvalidField as error:
                assert error.field == name  # noqa: PT017 - both ends are fine


@given(st.binary(max_size=200), CONTENT_TYPES)
def test_any_bytes_are_parameters_or_are_refused_by_name(body, content_type):
    try:
        given = read(data=body, content_type=content_type)
    except InvalidField as error:
        assert error.field  # noqa: PT017 - both ends are fine
        return
    every_reader(given)


@given(JSON)
def test_any_json_is_parameters_or_is_refused_by_name(document):
    try:
        given = read(data=json.dumps(document), content_type="application/json")
    except InvalidField as error:
        assert error.remedy in ("give a text", "give a JSON object")  # noqa: PT017 - both ends are fine
        return
    assert isinstance(document, dict)
    every_reader(given)


@given(st.dictionaries(st.text(min_size=1), st.text(), max_size=5))
def test_json_texts_come_through_as_they_are(document):
    given = read(data=json.dumps(document), content_type="application/json")
    assert given.values == document


def test_numbers_and_truth_values_are_read_as_text():
    given = read(json={"otplen": 6, "genkey": True, "otponly": False, "realm": None})
    assert (given.whole("otplen", 8), given.flag("genkey"), given.flag("otponly")) == (6, True, False)
    assert "realm" not in given


def test_a_list_is_a_list_or_texts_with_commas_between_them():
    assert read(json={"serials": ["A", "B", "A", " "]}).several("serials") == ("A", "B")
    assert read(data={"serials": "A, B,,A"}).several("serials") == ("A", "B")
    with pytest.raises(InvalidField, match="serials: give one text, not a list"):
        read(json={"serials": ["A"]}).text("serials")


def test_the_first_name_that_was_sent_is_read():
    given = read(data={"state": "2", "transaction_id": ""})
    assert given.text("transaction_id", "state") == "2"


def test_what_is_not_asked_for_is_named_unless_it_is_empty():
    given = read(data={"serial": "A", "is_admin": "1"})
    with pytest.raises(InvalidField, match="is_admin: cannot be given here"):
        given.only({"serial"})
    read(data={"serial": "A", "is_admin": ""}).only({"serial"})


def test_an_error_repeats_a_name_in_printable_form_only():
    with pytest.raises(InvalidField) as caught:
        read(data={"\x1b[31m" + "x" * 500: "1"}).only(())
    assert caught.value.field == "?[31m" + "x" * 55


def test_values_are_not_in_the_representation():
    assert "swordfish" not in repr(read(data={"pass": "swordfish"}))
