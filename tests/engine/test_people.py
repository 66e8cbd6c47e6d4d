"""People of the internal directory: created, changed, let in and not, and their passwords."""

from __future__ import annotations

from typing import Any

import pytest

from mfa_engine.authentication.first_factor import Password, Right, Wrong, check_first_factor
from mfa_engine.authentication.outcome import Reason, Rejected
from mfa_engine.errors import Conflict, InvalidField, NotFound
from mfa_engine.identity.find_user import search_users
from mfa_engine.identity.user import User, UserKey
from mfa_engine.people.change import set_attributes, set_enabled
from mfa_engine.people.create import NewPerson, create
from mfa_engine.people.password import PasswordRefused, set_password
from mfa_engine.people.password_rules import Rule
from tests.support.devices import enrolled
from tests.support.engine import OUTSIDE, PEOPLE, REALM, World

GOOD, BETTER = "violets under a tin roof", "nine tin roofs of violet"


def made(world: World, login: str, password: str = "", **attributes: list[str]) -> User:
    return create(
        world.engine, world.rules, world.origin, NewPerson(PEOPLE, REALM, login, attributes, password)
    )


def enters(world: World, login: str, password: str) -> bool:
    origin = world.origin
    return isinstance(check_first_factor(world.engine, world.rules, origin, Password(login, password)), Right)


class TestCreating:
    def test_a_person_is_found_and_enters(self, world: World) -> None:
        user = made(world, "Dora", GOOD, email=["Dora@Example.org"], given_name=["Dóra"])
        found = world.user("dora@example.org")
        assert found == user
        assert (found.login, found.realm, found.email, found.given_name) == (
            "dora",
            REALM,
            "Dora@Example.org",
            "Dóra",
        )
        assert enters(world, "DORA", GOOD)
        assert not enters(world, "dora", BETTER)

    def test_without_a_password_nobody_enters(self, world: World) -> None:
        made(world, "dora")
        assert not enters(world, "dora", "")

    def test_RES_03_a_name_is_taken_in_every_spelling(self, world: World) -> None:
        made(world, "dora")
        for spelling in ("dora", "DORA", " dora ", "ｄｏｒａ"):
            with pytest.raises(Conflict):
                made(world, spelling)

    def test_RES_04_two_people_never_share_a_unique_id(self, world: World) -> None:
        first, second = made(world, "dora"), made(world, "dorian")
        assert first.key.uid != second.key.uid
        assert len(first.key.uid) == 36

    @pytest.mark.parametrize("login", ["", "   ", "a\x00b", "a\u202eb", "x" * 300])
    def test_what_is_no_name_is_refused(self, sqlite_world: World, login: str) -> None:
        with pytest.raises(InvalidField):
            made(sqlite_world, login)

    @pytest.mark.parametrize(
        "attributes",
        [
            {"shoe_size": ["x"]},
            {"email": ["no address"]},
            {"email": ["a@b\r\nBcc: c@d"]},
            {"phone": ["x" * 257]},
            {"given_name": ["a\nb"]},
        ],
    )
    def test_what_is_no_attribute_is_refused(self, sqlite_world: World, attributes: dict[str, Any]) -> None:
        with pytest.raises(InvalidField):
            made(sqlite_world, "dora", **attributes)

    @pytest.mark.parametrize("resolver", ["nowhere", OUTSIDE, ""])
    def test_only_the_internal_directory_takes_new_people(self, sqlite_world: World, resolver: str) -> None:
        wanted = NewPerson(resolver, REALM, "dora")
        with pytest.raises(InvalidField, match="resolver"):
            create(sqlite_world.engine, sqlite_world.rules, sqlite_world.origin, wanted)

    def test_only_a_realm_of_that_directory_does(self, sqlite_world: World) -> None:
        with pytest.raises(InvalidField, match="realm"):
            create(
                sqlite_world.engine,
                sqlite_world.rules,
                sqlite_world.origin,
                NewPerson(PEOPLE, "nowhere", "dora"),
            )


class TestChanging:
    def test_attributes_are_replaced_and_the_mail_address_finds_the_person(self, world: World) -> None:
        user = made(world, "dora", email=["old@example.org"], phone=["1"])
        set_attributes(world.engine, world.origin, user, {"email": ["new@example.org"]})
        assert world.user("new@example.org").attributes == {"email": ("new@example.org",)}
        assert world.check("old@example.org", "1") == Rejected(Reason.UNKNOWN_USER)

    def test_a_disabled_person_is_refused_with_every_factor_and_let_in_again(self, world: World) -> None:
        user = made(world, "dora", GOOD)
        app = enrolled(world, "hotp", user)
        set_enabled(world.engine, world.origin, user, enabled=False)
        assert not enters(world, "dora", GOOD)
        outcome = world.check("dora", answer=app.give().answer)
        assert isinstance(outcome, Rejected)
        assert outcome.reason is Reason.USER_DISABLED
        set_enabled(world.engine, world.origin, user, enabled=True)
        assert enters(world, "dora", GOOD)

    def test_who_is_not_there_cannot_be_changed(self, sqlite_world: World) -> None:
        nobody = User(UserKey(PEOPLE, "gone"), REALM, "gone")
        for change in (
            lambda: set_enabled(sqlite_world.engine, sqlite_world.origin, nobody, enabled=False),
            lambda: set_attributes(sqlite_world.engine, sqlite_world.origin, nobody, {}),
            lambda: set_password(sqlite_world.engine, sqlite_world.rules, sqlite_world.origin, nobody, GOOD),
        ):
            with pytest.raises(NotFound):
                change()

    def test_people_are_searched_by_the_beginning_of_name_or_address(self, world: World) -> None:
        made(world, "dora", email=["x@example.org"])
        made(world, "dorian_%")
        made(world, "bob", email=["dor@example.org"])

        def search(text: str) -> list[str]:
            return [
                user.login
                for user in search_users(world.rules.realms, world.rules.resolvers, REALM, text, 10)
            ]

        assert search("DOR") == ["bob", "dora", "dorian_%"]
        assert search("dorian_%") == ["dorian_%"]
        assert search("%") == []
        assert search("") == ["bob", "dora", "dorian_%"]


class TestPasswords:
    def test_the_new_one_is_good_and_the_old_one_is_not(self, world: World) -> None:
        user = made(world, "dora", GOOD)
        world.clock.advance(60)
        set_password(world.engine, world.rules, world.origin, user, BETTER)
        assert enters(world, "dora", BETTER)
        assert not enters(world, "dora", GOOD)

    def test_AUTH_07_the_present_one_is_refused(self, sqlite_world: World) -> None:
        made(sqlite_world, "dora", GOOD)
        with pytest.raises(PasswordRefused) as refused:
            set_password(
                sqlite_world.engine, sqlite_world.rules, sqlite_world.origin, sqlite_world.user("dora"), GOOD
            )
        assert refused.value.refusal.rule is Rule.UNCHANGED

    @pytest.mark.parametrize(
        ("password", "rule"),
        [
            ("q7#", Rule.TOO_SHORT),
            ("password1", Rule.COMMON),
            ("dora-doorward", Rule.OWN_WORDS),
            ("x" * 1025, Rule.TOO_LONG),
        ],
    )
    def test_AUTH_07_a_refusal_names_the_rule_and_stores_nothing(
        self, sqlite_world: World, password: str, rule: Rule
    ) -> None:
        world = sqlite_world
        user = made(world, "dora", GOOD)
        with world.writes() as written, pytest.raises(PasswordRefused) as refused:
            set_password(world.engine, world.rules, world.origin, user, password)
        assert refused.value.refusal.rule is rule
        assert password not in str(refused.value)
        assert written == []
        with pytest.raises(PasswordRefused):
            made(world, "dorian", "dorian-1")
        assert enters(world, "dora", GOOD)

    @pytest.mark.parametrize(
        ("relaxed", "enough"),
        [
            (None, 8),
            ({"realm": REALM}, 15),
            ({"application": ["oidc:one"]}, 15),
            ({"network": ["10.0.0.0/8"]}, 15),
            ({"realm": REALM, "application": ["oidc:one"]}, 15),
            ({"user": ["dora"], "application": ["oidc:one"]}, 15),
            ({"user": ["somebody else"]}, 8),
            ({"resolver": [OUTSIDE], "application": ["oidc:one"]}, 8),
        ],
    )
    def test_AUTH_07_it_is_longer_where_it_may_be_the_only_factor_anywhere(
        self, sqlite_world: World, relaxed: dict[str, Any] | None, enough: int
    ) -> None:
        world = sqlite_world
        if relaxed is not None:
            world.policies({"name": "relaxed", "when": relaxed, "then": {"second_factor": "not_required"}})
        user = made(world, "dora")
        text = "qvxzjkwhypgtrfm"
        with pytest.raises(PasswordRefused) as refused:
            set_password(world.engine, world.rules, world.origin, user, text[: enough - 1])
        assert (refused.value.refusal.rule, refused.value.refusal.limit) == (Rule.TOO_SHORT, enough)
        set_password(world.engine, world.rules, world.origin, user, text[:enough])

    def test_KEY_07_a_password_is_in_no_repr(self) -> None:
        assert GOOD not in repr(NewPerson(PEOPLE, REALM, "dora", {}, GOOD))
        assert GOOD not in repr(Password("dora", GOOD))
        assert GOOD not in repr(Wrong(Reason.WRONG_PASSWORD))
