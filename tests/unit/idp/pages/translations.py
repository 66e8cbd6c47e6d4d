"""``python -m tests.unit.idp.pages.translations``: brings every catalogue up to what is said.

New sentences come in without a translation, which the tests then ask for; those that nobody says any
more go. What a translator has written stays as it is.
"""

from __future__ import annotations

import io
from functools import cache
from pathlib import Path

from babel.messages import Catalog
from babel.messages.extract import DEFAULT_KEYWORDS, extract_from_dir
from babel.messages.frontend import parse_mapping_cfg
from babel.messages.pofile import read_po, write_po

ROOT = Path(__file__).parents[4]
TRANSLATIONS = ROOT / "templates" / "translations"
KEYWORDS = {**DEFAULT_KEYWORDS, "say": None, "say_n": (1, 2)}
Key = tuple[str | None, str | tuple[str, ...]]


@cache
def said() -> tuple[Key, ...]:
    """What the templates and ``idp.pages`` say, in order: context and sentence, or both of a plural."""
    with (TRANSLATIONS / "babel.cfg").open() as file:
        methods, options = parse_mapping_cfg(file, "babel.cfg")
    found = extract_from_dir(str(ROOT), methods, options, KEYWORDS, directory_filter=holds_sentences)
    return tuple(dict.fromkeys((context, text) for _, _, text, _, context in found))


def holds_sentences(path: str) -> bool:
    parts = Path(path).relative_to(ROOT).parts
    return parts[0] == "templates" or parts in {("idp",), ("idp", "pages")}


def languages() -> list[str]:
    return sorted(path.parts[-3] for path in TRANSLATIONS.glob("*/LC_MESSAGES/doorward.po"))


def catalogue_file(language: str) -> Path:
    return TRANSLATIONS / language / "LC_MESSAGES" / "doorward.po"


def catalogue(language: str) -> Catalog:
    with catalogue_file(language).open("rb") as file:
        return read_po(file, locale=language)


def update(language: str) -> None:
    """Rewrite one catalogue; its head, up to the first blank line, is kept."""
    path = catalogue_file(language)
    head = path.read_text().partition("\n\n")[0]
    old, new = catalogue(language), Catalog(locale=language)
    for context, text in said():
        known = old.get(text, context)
        new.add(text, known.string if known else "", context=context)
    body = io.BytesIO()
    write_po(body, new, width=0, omit_header=True)
    sentences = body.getvalue().decode().replace("#, python-format\n", "")
    path.write_text(f"{head}\n\n{sentences.strip()}\n")


if __name__ == "__main__":
    for language in languages():
        update(language)
