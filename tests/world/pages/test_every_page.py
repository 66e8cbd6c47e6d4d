"""Every page in Chromium: accessible, usable by keyboard, whole at any width, and without a complaint.

What the browser itself finds wrong (policy reports, errors, requests to elsewhere) fails by ``visits``.
"""

from __future__ import annotations

import pytest
from playwright.sync_api import Page

from tests.support.accessibility import findings
from tests.support.browser import Visits
from tests.unit.idp.pages.samples import PAGES
from tests.world.pages.conftest import Shown

LEAVING = {"login/leave.html", "login/leave_form.html"}  # gone before anybody could look
TEMPLATES = sorted({sample.template for sample in PAGES} - LEAVING)

WHAT_HAS_FOCUS = """() => {
  const it = document.activeElement;
  if (!it || it === document.body || it === document.documentElement) return null;
  const box = it.getBoundingClientRect(), style = getComputedStyle(it);
  const on = document.elementFromPoint(box.left + box.width / 2, box.top + box.height / 2);
  const name = `${it.tagName} ${it.id || it.textContent.trim().slice(0, 30)}`;
  const problems = [];
  if (style.outlineStyle === 'none' || parseFloat(style.outlineWidth) < 2) problems.push('has no outline');
  const out = box.bottom < 0 || box.top > innerHeight || box.right < 0 || box.left > innerWidth;
  if (out) problems.push('is out of view');
  else if (on && !it.contains(on) && !on.contains(it)) problems.push(`is covered by ${on.className}`);
  const inline = style.display === 'inline';
  if (!inline && (box.height < 24 || box.width < 24) && it.type !== 'checkbox' && it.type !== 'radio')
    problems.push(`is ${box.width} by ${box.height}`);
  return { name, problems, key: [...document.querySelectorAll('*')].indexOf(it) };
}"""


def states(template: str) -> list[str]:
    return [sample.name for sample in PAGES if sample.template == template]


@pytest.mark.parametrize("template", TEMPLATES)
def test_axe_finds_nothing_in_any_state(visits: Visits, shown: Shown, template: str) -> None:
    page = visits.page()
    found = {name: on_page(page, shown.url(name)) for name in states(template)}
    assert {name: problems for name, problems in found.items() if problems} == {}


@pytest.mark.parametrize(
    ("width", "look", "lang"), [("narrow", "light", "de"), ("wide", "dark", "de"), ("narrow", "dark", "en")]
)
@pytest.mark.parametrize("template", TEMPLATES)
def test_axe_finds_nothing_on_a_telephone_in_the_dark_or_in_german(
    visits: Visits, shown: Shown, template: str, width: str, look: str, lang: str
) -> None:
    page = visits.page(width, color_scheme=look)
    assert on_page(page, f"{shown.url(states(template)[0])}?lang={lang}") == []


def on_page(page: Page, url: str) -> list[str]:
    page.goto(url)
    return findings(page)


SPACED = """* { line-height: 1.5 !important; letter-spacing: .12em !important;
word-spacing: .16em !important; } p { margin-block-end: 2em !important; }"""


@pytest.mark.parametrize("lang", ["en", "de"])
def test_no_page_scrolls_sideways_at_320_pixels_even_with_its_text_spaced(
    visits: Visits, shown: Shown, lang: str
) -> None:
    """WCAG 1.4.10, and 1.4.12 with the spacing that it names."""
    page = visits.page(viewport={"width": 320, "height": 640}, bypass_csp=True)
    too_wide = []
    for template in TEMPLATES:
        page.goto(f"{shown.url(states(template)[0])}?lang={lang}")
        page.add_style_tag(content=SPACED)
        if page.evaluate("document.documentElement.scrollWidth") > 320:
            too_wide.append(template)
    assert too_wide == []


@pytest.mark.parametrize("template", TEMPLATES)
def test_every_stop_of_the_tab_key_can_be_seen(visits: Visits, shown: Shown, template: str) -> None:
    page = visits.page()
    page.goto(shown.url(states(template)[0]))
    seen: set[int] = set()
    problems = []
    for _ in range(80):
        page.keyboard.press("Tab")
        stop = page.evaluate(WHAT_HAS_FOCUS)
        if stop is None:  # past the end; the next one is the first of the page
            continue
        if stop["key"] in seen:
            break
        seen.add(stop["key"])
        problems += [f"{stop['name']} {problem}" for problem in stop["problems"]]
    assert problems == []
    assert seen


@pytest.mark.parametrize(
    ("name", "focus"),
    [
        ("first-factor", "username"),
        ("first-factor-hinted", "password"),
        ("first-factor-wrong", "problem"),
        ("first-factor-no-password", "password"),
        ("code", "code"),
        ("code-wrong", "code"),
        ("mail-code-not-sent", "problem"),
        ("enrol-app-wrong", "code"),
    ],
)
def test_the_focus_is_where_people_go_on(page: Page, shown: Shown, name: str, focus: str) -> None:
    page.goto(shown.url(name))
    assert page.evaluate("document.activeElement.id") == focus


def test_a_confirm_page_puts_the_focus_on_the_harmless_way(page: Page, shown: Shown) -> None:
    page.goto(shown.url("admin-delete-token"))
    assert page.evaluate("document.activeElement.textContent") == "Keep it"
