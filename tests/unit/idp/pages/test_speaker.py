"""Sentences, numbers and times in one language."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime, timedelta

import pytest
from babel.support import Translations

from idp.pages.render import Pages
from idp.pages.sentence import Clock, Link, Strong, say, say_n
from idp.pages.speaker import Speaker
from tests.unit.idp.pages.samples import NOW


@pytest.fixture
def english(pages: Pages) -> Speaker:
    return pages.speaker("en", NOW)


def test_a_value_is_escaped_in_its_place(english: Speaker) -> None:
    assert str(english.gettext("Hello %(name)s", name="<b>&")) == "Hello &lt;b&gt;&amp;"


def test_a_sentence_is_escaped_itself(english: Speaker) -> None:
    assert str(english.gettext("<script>")) == "&lt;script&gt;"


def test_a_translation_cannot_bring_markup(english: Speaker) -> None:
    class Evil(Translations):
        def ugettext(self, message: str) -> str:
            return "<img src=x onerror=alert(1)> %(name)s"

    evil = replace(english, language=replace(english.language, translations=Evil()))
    assert "<img" not in str(evil.gettext("Hello %(name)s", name=Strong("A")))
    assert "<b>A</b>" in str(evil.gettext("Hello %(name)s", name=Strong("A")))


def test_markup_comes_from_what_is_put_in(english: Speaker) -> None:
    sentence = say(
        "Go to %(app)s or %(other)s", app=Link("https://a.example/?x=1&y", "A&B"), other=Strong("<C>")
    )
    assert str(english.say(sentence)) == (
        'Go to <a href="https://a.example/?x=1&amp;y">A&amp;B</a> or <b>&lt;C&gt;</b>'
    )


def test_an_address_that_would_run_makes_no_link(english: Speaker) -> None:
    assert str(english.say(say("To %(app)s", app=Link("javascript:x", "A")))) == "To A"


def test_somebody_s_own_words_are_escaped_and_not_translated(english: Speaker) -> None:
    assert str(english.say("<i>100 %</i>")) == "&lt;i&gt;100 %&lt;/i&gt;"


def test_a_sentence_without_places_may_hold_a_per_cent_sign(english: Speaker) -> None:
    assert str(english.gettext("61 % done")) == "61 % done"


@pytest.mark.parametrize(
    ("n", "said"), [(1, "Wait 1 second."), (30, "Wait 30 seconds."), (3600, "Wait 3,600 seconds.")]
)
def test_numbers_choose_their_form(english: Speaker, n: int, said: str) -> None:
    assert str(english.say(say_n("Wait %(n)s second.", "Wait %(n)s seconds.", n))) == said


def test_lists_are_written_as_people_write_them(english: Speaker) -> None:
    kinds = ("passkey", say("Security key"), "<app>")
    assert str(english.say(say("%(kinds)s", kinds=kinds))) == "passkey, Security key and &lt;app&gt;"


@pytest.mark.parametrize(
    ("at", "said"),
    [
        (NOW - timedelta(hours=5), "today, 09:06"),
        (NOW - timedelta(hours=15), "yesterday, 23:06"),
        (NOW - timedelta(hours=20), "yesterday, 18:06"),
        (NOW - timedelta(days=4), "20 Nov 2026, 14:06"),
        (NOW + timedelta(days=1), "25 Nov 2026, 14:06"),
    ],
)
def test_times_are_said_as_people_say_them(english: Speaker, at: datetime, said: str) -> None:
    assert f">{said}</time>" in english.moment(at)
    assert f'datetime="{at.isoformat()}"' in english.moment(at)


def test_times_are_those_of_the_house(english: Speaker) -> None:
    summer = datetime(2026, 7, 1, 12, 0, tzinfo=UTC)
    assert ">13:00</time>" in str(english.say(say("%(t)s", t=Clock(summer))))
    assert ">1 July 2026</time>" in english.date(summer)
    assert "1 July 2026, 12:00:00 UTC" in english.exact(summer)


def test_mails_say_the_same_without_markup(pages: Pages) -> None:
    plain = pages.speaker("en", NOW, plain=True)
    sentence = say(
        "%(a)s, %(b)s, %(t)s, %(k)s",
        a=Strong("<A>"),
        b=Link("https://x/", "B&C"),
        t=Clock(NOW),
        k=("one", "two"),
    )
    assert plain.say(sentence) == "<A>, B&C, 14:06, one and two"
    assert plain.gettext("It's %(n)s", n=1000) == "It's 1,000"
