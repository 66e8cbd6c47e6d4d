"""Contrast of every pair of colours that the style sheets put on each other (WCAG 2.2, 1.4.3, 1.4.11)."""

from __future__ import annotations

import re

import pytest

from tests.unit.idp.pages.samples import TEMPLATES

CSS = TEMPLATES / "assets" / "css"
TEXT, SHAPE = 4.5, 3.0
PAIRS = [
    *[(ink, ground, TEXT) for ink in ("ink", "ink-soft") for ground in ("page", "surface", "sunken")],
    ("ink", "accent-wash", TEXT),
    ("ink-soft", "accent-wash", TEXT),
    ("accent", "surface", TEXT),
    ("accent", "page", TEXT),
    ("accent", "accent-wash", TEXT),
    ("accent-strong", "accent-wash", TEXT),
    ("on-accent", "accent", TEXT),
    ("on-accent", "accent-strong", TEXT),
    ("on-bad", "bad", TEXT),
    *[
        (kind, ground, TEXT)
        for kind in ("good", "warn", "bad")
        for ground in ("surface", "page", f"{kind}-wash")
    ],
    *[("ink", f"{kind}-wash", TEXT) for kind in ("good", "warn", "bad")],
    ("line-strong", "surface", SHAPE),
    ("line-strong", "page", SHAPE),
    ("focus", "surface", SHAPE),
    ("focus", "page", SHAPE),
]


def luminance(colour: str) -> float:
    """Relative luminance of ``#rrggbb``, 0 to 1."""
    parts = [int(colour[i : i + 2], 16) / 255 for i in (1, 3, 5)]
    red, green, blue = (c / 12.92 if c <= 0.04045 else ((c + 0.055) / 1.055) ** 2.4 for c in parts)
    return 0.2126 * red + 0.7152 * green + 0.0722 * blue


def contrast(one: str, other: str) -> float:
    light, dark = sorted((luminance(one), luminance(other)), reverse=True)
    return (light + 0.05) / (dark + 0.05)


def colours(sheet: str) -> dict[str, str]:
    return dict(re.findall(r"--([\w-]+): (#[0-9a-f]{6})", (CSS / sheet).read_text()))


def test_black_on_white_is_21_to_1() -> None:
    assert contrast("#000000", "#ffffff") == pytest.approx(21)


@pytest.mark.parametrize("sheet", ["tokens.css", "dark.css"])
@pytest.mark.parametrize(("ink", "ground", "least"), PAIRS)
def test_a_pair_can_be_read(sheet: str, ink: str, ground: str, least: float) -> None:
    names = colours(sheet)
    assert contrast(names[ink], names[ground]) >= least
