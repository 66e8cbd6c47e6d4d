"""A person as the rest of Doorward sees one."""

from mfa_engine.identity.resolvers.base import Entry
from mfa_engine.identity.user import User, UserKey

ENTRY = Entry(
    "7", "alice", {"given_name": ("Alice",), "family_name": ("Archer",), "groups": ("a", "b")}, True, "secret"
)
ALICE = User.of(ENTRY, resolver="corp", realm="staff")


def test_a_person_is_keyed_by_resolver_and_unique_id():
    assert ALICE.key == UserKey("corp", "7")


def test_a_person_gives_back_the_entry_they_were_made_of():
    assert ALICE.entry() == ENTRY
    assert ALICE.entry().handle == "secret"


def test_what_a_password_is_checked_against_is_in_no_repr():
    assert "secret" not in repr(ALICE)
    assert "secret" not in repr(ENTRY)


def test_a_person_without_display_name_is_called_by_their_names():
    assert ALICE.display_name == "Alice Archer"


def test_a_person_without_any_name_is_called_by_their_login():
    assert User(UserKey("corp", "7"), "staff", "alice").display_name == "alice"


def test_attributes_that_are_missing_are_empty():
    assert (ALICE.email, ALICE.phone, ALICE.groups) == ("", "", ("a", "b"))
