"""Which language a page is in."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from idp.pages.language import MAX_WISHES, choose, wanted

SPOKEN = ["en", "de", "pt-BR", "ar"]


def test_the_choice_from_the_list_wins() -> None:
    assert choose(SPOKEN, cookie="ar", hints="de", accept="pt-BR") == "ar"


def test_the_application_s_hint_comes_before_the_browser_s() -> None:
    assert choose(SPOKEN, hints="fr de", accept="ar") == "de"


def test_the_browser_s_wishes_are_ranked() -> None:
    assert choose(SPOKEN, accept="fr, ar;q=0.5, de;q=0.9") == "de"


def test_without_any_wish_it_is_the_default() -> None:
    assert choose(SPOKEN, default="de") == "de"


def test_a_default_that_is_not_spoken_gives_the_first() -> None:
    assert choose(SPOKEN, default="fi") == "en"


@pytest.mark.parametrize("wish", ["de", "DE", "de-AT", "de_AT", "de-Latn-DE"])
def test_a_region_is_met_by_its_language(wish: str) -> None:
    assert choose(SPOKEN, cookie=wish) == "de"


def test_a_language_that_is_refused_is_not_taken() -> None:
    assert choose(SPOKEN, accept="de;q=0") == "en"


def test_a_cookie_that_nobody_set_is_passed_over() -> None:
    assert choose(SPOKEN, cookie="../../etc", accept="de") == "de"


@pytest.mark.parametrize("accept", ["de;q=nan", "de;q=x", "de;level=1", "de;q=7", ";q=1", "*", ",,,"])
def test_what_cannot_be_read_is_left_out(accept: str) -> None:
    assert choose(SPOKEN, accept=accept) == "en"


def test_of_an_endless_header_only_the_beginning_is_read() -> None:
    assert len(wanted(",".join(f"x{n}" for n in range(10_000)))) == MAX_WISHES


@given(st.text(), st.text(), st.text())
def test_whatever_comes_in_a_spoken_language_comes_out(cookie: str, hints: str, accept: str) -> None:
    assert choose(SPOKEN, cookie=cookie, hints=hints, accept=accept) in SPOKEN
