"""What services know sessions by."""

import itertools

import pytest
from hypothesis import given
from hypothesis import strategies as st

from idp.saml.session_handle import SessionHandles
from tests.support import saml

OTHER = "https://other.example.org/"
HANDLES = SessionHandles(b"k" * 32)


def test_a_session_is_always_called_the_same_at_one_service():
    assert HANDLES.of("session", saml.SP) == HANDLES.of("session", saml.SP)


def test_no_two_sessions_no_two_services_and_no_two_installations_share_a_handle():
    keys, sessions, services = (b"k" * 32, b"l" * 32), ("one", "two"), (saml.SP, OTHER)
    handles = [SessionHandles(key).of(*rest) for key, *rest in itertools.product(keys, sessions, services)]
    assert len(set(handles)) == 8


def test_SAML_15_a_handle_has_128_bits_and_tells_nothing_of_the_session():
    handle = HANDLES.of("session", saml.SP)
    assert len(handle) >= 1 + 128 // 4
    assert "session" not in handle
    assert len(handle) <= 64  # what the tables hold


def test_a_handle_is_recognised_at_its_own_service_only():
    handle = HANDLES.of("session", saml.SP)
    assert HANDLES.is_ours(handle, saml.SP)
    assert not HANDLES.is_ours(handle, OTHER)
    assert not SessionHandles(b"l" * 32).is_ours(handle, saml.SP)


@pytest.mark.parametrize(
    "change", [str.upper, lambda h: h[1:], lambda h: f"{h}00", lambda h: f" {h}", lambda h: ""]
)
def test_what_was_altered_is_not_ours(change):
    assert not HANDLES.is_ours(change(HANDLES.of("session", saml.SP)), saml.SP)


@given(st.text())
def test_whatever_a_service_may_send_is_answered(text):
    assert HANDLES.is_ours(text, saml.SP) is False
