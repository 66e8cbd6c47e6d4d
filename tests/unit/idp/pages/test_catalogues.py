"""The catalogues: all that is said is in them, and every language says it."""

from __future__ import annotations

import re
import tomllib
from pathlib import Path

import pytest
from babel.messages import Message

from idp.pages.catalogue import Catalogues
from idp.pages.render import Pages
from tests.unit.idp.pages.samples import PAGES, html
from tests.unit.idp.pages.translations import Key, catalogue, languages, said

LANGUAGES = languages()
TRANSLATED = [tag for tag in LANGUAGES if tag != "en"]
TEXTS = tomllib.loads((Path(__file__).parent / "texts.toml").read_text())


def messages(language: str) -> list[Message]:
    return [message for message in catalogue(language) if message.id]


def keys(language: str) -> set[Key]:
    return {(message.context, message.id) for message in messages(language)}


def forms(value: str | tuple[str, ...]) -> tuple[str, ...]:
    return (value,) if isinstance(value, str) else value


def test_english_lists_every_sentence_and_nothing_else() -> None:
    assert keys("en") == set(said())


@pytest.mark.parametrize("language", LANGUAGES)
def test_a_language_has_the_same_sentences(language: str) -> None:
    assert keys(language) == keys("en")


@pytest.mark.parametrize("language", TRANSLATED)
def test_every_sentence_is_translated_and_none_is_a_guess(language: str) -> None:
    for message in messages(language):
        assert not message.fuzzy, message.id
        assert all(forms(message.string)), message.id


@pytest.mark.parametrize("language", LANGUAGES)
def test_a_sentence_has_the_same_places_in_every_language_and_no_markup(language: str) -> None:
    for message in messages(language):
        wanted = places(forms(message.id)[-1])
        for text in filter(None, (*forms(message.id), *forms(message.string))):
            assert not re.search(r"<|&\w+;", text), text
            assert wanted - {"n"} <= places(text) <= wanted, text
            assert "%" not in re.sub(r"%\(\w+\)s", "", text), text


def places(text: str) -> set[str]:
    return set(re.findall(r"%\((\w+)\)s", text))


@pytest.mark.parametrize(
    "sentence", [text for part in TEXTS.values() for state in part.values() for text in state]
)
def test_a_designed_sentence_is_a_key_of_the_catalogue(sentence: str) -> None:
    assert len([message for message in messages("en") if sentence in forms(message.id)]) == 1


@pytest.mark.parametrize("language", LANGUAGES)
def test_every_page_can_be_rendered_in_the_language(pages: Pages, language: str) -> None:
    for sample in PAGES:
        assert f'<html lang="{language}"' in html(pages, sample, language)


@pytest.mark.parametrize("language", TRANSLATED)
def test_no_english_is_left_on_a_translated_page(pages: Pages, language: str) -> None:
    text = html(pages, next(sample for sample in PAGES if sample.name == "admin-person"), language)
    assert "Enrol a token" not in text
    assert "Last sign-ins" not in text


def test_a_language_that_is_not_there_is_english(pages: Pages) -> None:
    assert pages.catalogues.language("xx").tag == "en"
    assert pages.catalogues.language("../../etc").tag == "en"


def test_what_a_language_lacks_is_said_in_english(tmp_path: Path) -> None:
    for tag, text in (("en", ""), ("ar", 'msgid "Sign in"\nmsgstr "تسجيل الدخول"\n')):
        folder = tmp_path / tag / "LC_MESSAGES"
        folder.mkdir(parents=True)
        head = 'msgid ""\nmsgstr ""\n"Content-Type: text/plain; charset=utf-8\\n"\n\n'
        (folder / "doorward.po").write_text(head + text)
    arabic = Catalogues.below(tmp_path).language("ar")
    assert arabic.direction == "rtl"
    assert arabic.translations.ugettext("Sign in") == "تسجيل الدخول"
    assert arabic.translations.ugettext("Continue") == "Continue"


def test_languages_are_offered_by_their_own_names(pages: Pages) -> None:
    assert dict(pages.catalogues.names())["en"] == "English"


def test_a_language_is_read_once(pages: Pages) -> None:
    assert pages.catalogues.language("en") is pages.catalogues.language("en")
