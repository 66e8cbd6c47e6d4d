"""Says sentences in one language.

The sentence is escaped as a whole, translated or not; markup comes only from what is put into its
places, so neither a catalogue nor a name can bring a tag into a page (WEB-02).
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime

from babel.lists import format_list
from babel.numbers import format_decimal
from markupsafe import Markup, escape

from idp.pages.address import web_address
from idp.pages.catalogue import Language
from idp.pages.moment import Calendar, Day
from idp.pages.sentence import Clock, Link, Sentence, Strong


@dataclass(frozen=True, slots=True)
class Speaker:
    """What templates call: ``_`` and its kin, ``say`` for sentences made elsewhere, and times.

    ``plain`` is for mails: the same sentences, without markup.
    """

    language: Language
    calendar: Calendar
    plain: bool = False

    def gettext(self, key: str, **places: object) -> str:
        """``key`` in this language, its places filled."""
        return self.filled(self.language.translations.ugettext(key), places)

    def ngettext(self, singular: str, plural: str, n: int, **places: object) -> str:
        """The form that fits ``n``, which is a place, too."""
        text = self.language.translations.ungettext(singular, plural, n)
        return self.filled(text, {**places, "n": n})

    def pgettext(self, context: str, key: str, **places: object) -> str:
        """As gettext, for a word whose meaning ``context`` settles."""
        return self.filled(str(self.language.translations.upgettext(context, key)), places)

    def say(self, sentence: Sentence | str) -> str:
        """A sentence that was made by ``say``; a plain string is somebody's own words."""
        if isinstance(sentence, str):
            return self.placed(sentence)
        if sentence.plural:
            return self.ngettext(sentence.key, sentence.plural, sentence.n, **sentence.places)
        return self.gettext(sentence.key, **sentence.places)

    def moment(self, at: datetime) -> str:
        """``today, 09:12``, ``yesterday, 18:40``, or day and time."""
        clock = self.calendar.clock(at)
        match self.calendar.day(at):
            case Day.TODAY:
                words = self.gettext("today, %(clock)s", clock=clock)
            case Day.YESTERDAY:
                words = self.gettext("yesterday, %(clock)s", clock=clock)
            case _:
                words = self.placed(self.calendar.date_and_clock(at))
        return self.timed(at, words)

    def clock(self, at: datetime) -> str:
        """``14:12``"""
        return self.timed(at, self.calendar.clock(at))

    def date(self, at: datetime) -> str:
        """``14 March 2025``"""
        return self.timed(at, self.calendar.date(at))

    def exact(self, at: datetime) -> str:
        """Day and time to the second, in UTC."""
        return self.timed(at, self.calendar.exact(at))

    def number(self, value: int) -> str:
        """``38,208``"""
        return format_decimal(value, locale=self.language.locale)

    def listed(self, items: tuple[Sentence | str, ...]) -> str:
        """``one, two and three``"""
        said = [str(self.say(item)) for item in items]
        text = format_list(said, locale=self.language.locale)
        return text if self.plain else Markup(text)  # noqa: S704 - each item was escaped by say

    def filled(self, text: str, places: Mapping[str, object]) -> str:
        if self.plain:
            return text % {name: self.placed(value) for name, value in places.items()} if places else text
        escaped = escape(text)
        return escaped % {name: self.placed(value) for name, value in places.items()} if places else escaped

    def placed(self, value: object) -> str:
        """What stands in a place, escaped unless it is markup of ours."""
        match value:
            case Sentence():
                return self.say(value)
            case Clock(at):
                return self.clock(at)
            case datetime():
                return self.moment(value)
            case int():
                return self.number(value)
            case tuple():
                return self.listed(value)
            case Strong(text):
                return text if self.plain else Markup("<b>%s</b>") % text
            case Link(href, text):
                return self.linked(href, text)
            case _:
                return str(value) if self.plain else escape(value)

    def linked(self, href: str, text: str) -> str:
        """A link, or its text alone where the address is none that a page may lead to."""
        address = web_address(href)
        if self.plain or not address:
            return text if self.plain else escape(text)
        return Markup('<a href="%s">%s</a>') % (address, text)

    def timed(self, at: datetime, words: str) -> str:
        if self.plain:
            return words
        return Markup('<time datetime="%s">%s</time>') % (at.isoformat(timespec="seconds"), words)
