"""The catalogues: ``<lang>/LC_MESSAGES/doorward.po``, read when a language is first asked for.

The English sentence is the key, so the English catalogue is a list without translations, and a
sentence that a language lacks is said in English.
"""

from __future__ import annotations

import io
from dataclasses import dataclass, field
from pathlib import Path

from babel import Locale
from babel.messages.mofile import write_mo
from babel.messages.pofile import read_po
from babel.support import NullTranslations, Translations

DOMAIN = "doorward"
# A bare "en" means the United States to CLDR; our English has 24 hours and the day before the month.
WRITTEN_AS = {"en": "en_GB"}


@dataclass(frozen=True, slots=True)
class Language:
    """A language that pages can be in."""

    tag: str
    locale: Locale
    translations: NullTranslations

    @property
    def direction(self) -> str:
        """``ltr`` or ``rtl``, for the attribute ``dir``."""
        return "rtl" if self.locale.character_order == "right-to-left" else "ltr"


@dataclass(frozen=True, slots=True)
class Catalogues:
    """The languages there are, and those read so far.

    Two threads that ask for a new language at once both read it; either result is the same.
    """

    folder: Path
    tags: tuple[str, ...]
    loaded: dict[str, Language] = field(default_factory=dict)

    @classmethod
    def below(cls, folder: Path) -> Catalogues:
        """Those in ``folder``: one sub-folder a language, English first."""
        tags = sorted(file.parts[-3] for file in folder.glob(f"*/LC_MESSAGES/{DOMAIN}.po"))
        return cls(folder, tuple(sorted(tags, key=lambda tag: tag != "en")))

    def language(self, tag: str) -> Language:
        """The language called ``tag``, one of ``tags``; the first one for any other."""
        known = tag if tag in self.tags else self.tags[0]
        if known not in self.loaded:
            self.loaded[known] = Language(known, locale_of(known), self.read(known))
        return self.loaded[known]

    def read(self, tag: str) -> Translations:
        """The messages of one language, plural rules included."""
        compiled = io.BytesIO()
        with (self.folder / tag / "LC_MESSAGES" / f"{DOMAIN}.po").open("rb") as source:
            write_mo(compiled, read_po(source, locale=locale_of(tag), domain=DOMAIN))
        compiled.seek(0)
        return Translations(compiled, DOMAIN)

    def names(self) -> list[tuple[str, str]]:
        """Each tag with the language's own name for itself, for the language list."""
        return [(tag, own_name(Locale.parse(tag, sep="-"))) for tag in self.tags]


def locale_of(tag: str) -> Locale:
    """The CLDR rules by which numbers, times and lists of ``tag`` are written."""
    return Locale.parse(WRITTEN_AS.get(tag, tag.replace("-", "_")))


def own_name(locale: Locale) -> str:
    name = locale.get_display_name() or str(locale)
    return name[:1].upper() + name[1:]
