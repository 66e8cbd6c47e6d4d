"""Every template in every state: what must hold for all of them."""

from __future__ import annotations

import re
from collections import Counter
from dataclasses import fields, is_dataclass, replace
from enum import Enum
from html.parser import HTMLParser
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

import pytest
from jinja2 import UndefinedError

from idp.pages import enrolment, login
from idp.pages.page import App, Page, Problem
from idp.pages.render import Pages
from mfa_engine.errors import InvalidField
from tests.unit.idp.pages.samples import BY_NAME, CSRF, MAILS, NOW, PAGES, TEMPLATES, Sample, html, make_pages

SOURCES = sorted(path for path in TEMPLATES.rglob("*.html"))
OURS = {"/language"}


def own_templates() -> set[str]:
    """The templates that are pages, not parts: everything that a view can name."""
    named = {path.relative_to(TEMPLATES).as_posix() for path in SOURCES}
    used = {
        name
        for path in SOURCES
        for name in re.findall(r'(?:extends|include|from) "([^"]+)"', path.read_text())
    }
    return named - used


def test_every_page_of_the_templates_is_a_sample() -> None:
    assert own_templates() == {sample.template for sample in PAGES}


@pytest.mark.parametrize("sample", PAGES, ids=lambda sample: sample.name)
def test_a_page_is_whole(rendered: dict[str, str], sample: Sample) -> None:
    text = rendered[sample.name]
    assert text.startswith('<!doctype html>\n<html lang="en" dir="ltr">')
    assert text.endswith("</html>")
    assert len(re.findall(r"<h1[ >]", text)) == 1
    assert re.search(r"<title>[^<]+ · [^<]+</title>", text)
    assert len(ids := re.findall(r' id="([^"]+)"', text)) == len(set(ids))


def test_the_title_says_problem_first(rendered: dict[str, str]) -> None:
    assert "<title>Problem: Enter your code · Riverside University</title>" in rendered["code-wrong"]
    assert "<title>Enter your code · " in rendered["code"]


@pytest.mark.parametrize("path", SOURCES, ids=lambda path: path.relative_to(TEMPLATES).as_posix())
def test_WEB_02_no_template_has_inline_style_script_or_handler(path: Path) -> None:
    assert forbidden(path.read_text()) == []


@pytest.mark.parametrize("sample", PAGES, ids=lambda sample: sample.name)
def test_WEB_02_no_page_has_inline_style_script_or_handler(rendered: dict[str, str], sample: Sample) -> None:
    assert forbidden(rendered[sample.name]) == []


def forbidden(text: str) -> list[str]:
    return re.findall(
        r"""<style|\sstyle\s*=|\son[a-z]+\s*=|<script(?![^>]*\ssrc=)[^>]*>|javascript:|<base\b|srcdoc""", text
    )


def test_the_search_for_inline_code_finds_it() -> None:
    bad = ['<p style="x">', "<style>", '<a onclick="x">', "<script>x</script>", '<a href="javascript:x">']
    assert all(forbidden(text) for text in bad)


@pytest.mark.parametrize("sample", PAGES, ids=lambda sample: sample.name)
def test_a_page_loads_nothing_from_elsewhere(pages: Pages, rendered: dict[str, str], sample: Sample) -> None:
    text = rendered[sample.name]
    loaded = re.findall(r'<(?:script|img|link)[^>]*\s(?:src|href)="([^"]+)"', text)
    assert loaded
    prefix = f"/assets/{pages.assets.version}/"
    assert all(url.startswith(prefix) and url.removeprefix(prefix) in pages.assets.files for url in loaded)


@pytest.mark.parametrize("sample", PAGES, ids=lambda sample: sample.name)
def test_WEB_01_every_form_of_ours_that_posts_carries_the_token(
    rendered: dict[str, str], sample: Sample
) -> None:
    for form in re.findall(r"<form[^>]*method=\"post\".*?</form>", rendered[sample.name], re.DOTALL):
        action = re.search(r'<form[^>]*action="([^"]+)"', form)
        if action and (action.group(1) in OURS or urlsplit(action.group(1)).netloc):
            assert CSRF not in form  # the token is for this host and for what changes something
        else:
            assert f'<input type="hidden" name="csrf" value="{CSRF}">' in form


def test_a_form_without_a_token_is_not_rendered(pages: Pages) -> None:
    with pytest.raises(ValueError, match="token"):
        pages.render("login/first_factor.html", login.FirstFactorPage(), lang="en", now=NOW)


def test_a_template_that_asks_for_what_its_page_lacks_fails(pages: Pages) -> None:
    with pytest.raises(UndefinedError):
        pages.render("login/logout.html", Page(), lang="en", now=NOW, csrf=CSRF)


EVIL = "\"><script>alert(1)</script>'<img src=x onerror=alert(2)>&amp;{{7*7}}%(x)s"
KEPT = {"setup", "options", "otpauth", "secret", "destination"}


def poisoned(value: Any, name: str = "") -> Any:
    """The same page with every text in it replaced by one that would break out."""
    if isinstance(value, Enum) or name in KEPT:
        return value
    if isinstance(value, str):
        return EVIL if value else value
    if isinstance(value, tuple):
        return tuple(poisoned(item) for item in value)
    if is_dataclass(value) and not isinstance(value, type) and not hasattr(value, "plural"):
        changes = {field.name: poisoned(getattr(value, field.name), field.name) for field in fields(value)}
        if isinstance(value, login.LeavePage | login.LeaveFormPage):
            changes.pop("destination")
        if isinstance(value, Problem):
            changes["field"] = value.field  # the id of a field, named by our own code
        return replace(value, **changes)
    return value


class Shape(HTMLParser):
    """The elements and attributes that a browser would see."""

    def __init__(self, text: str) -> None:
        super().__init__()
        self.tags: Counter[str] = Counter()
        self.attributes: set[tuple[str, str]] = set()
        self.feed(text)

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.tags[tag] += 1
        self.attributes |= {(tag, name) for name, _ in attrs}


@pytest.fixture(scope="module")
def known(rendered: dict[str, str]) -> set[tuple[str, str]]:
    """Every attribute that any page has on purpose."""
    return set().union(*(Shape(text).attributes for text in rendered.values()))


@pytest.mark.parametrize("sample", PAGES, ids=lambda sample: sample.name)
def test_WEB_02_no_value_breaks_out_of_its_place(
    pages: Pages, rendered: dict[str, str], known: set[tuple[str, str]], sample: Sample
) -> None:
    meant, poisonous = Shape(rendered[sample.name]), Shape(html(pages, poison(sample)))
    assert poisonous.tags["script"] == meant.tags["script"]
    assert poisonous.tags["img"] == meant.tags["img"]
    assert poisonous.attributes <= known


def poison(sample: Sample) -> Sample:
    return replace(sample, page=poisoned(sample.page))


def test_the_search_for_what_breaks_out_finds_it(known: set[tuple[str, str]]) -> None:
    assert Shape(EVIL).tags["script"] == 1
    assert not Shape(EVIL).attributes <= known


@pytest.mark.parametrize("name", ["first-factor", "account", "admin-person", "error-untrusted", "consent"])
def test_the_poison_reaches_the_page(pages: Pages, name: str) -> None:
    assert "alert(1)" in html(pages, poison(BY_NAME[name]))


@pytest.mark.parametrize("name", ["enrol-app", "enrol-key", "security-key"])
def test_WEB_02_keys_and_options_do_not_break_out_either(pages: Pages, name: str) -> None:
    sample = BY_NAME[name]
    page = sample.page
    if isinstance(page, login.SecurityKeyPage):
        page = replace(page, options=EVIL)
    elif isinstance(page, enrolment.EnrolKeyPage):
        page = replace(page, setup=enrolment.KeySetup(EVIL))
    elif isinstance(page, enrolment.EnrolAppPage):
        page = replace(page, setup=enrolment.AppSetup(EVIL, EVIL, EVIL))
    assert "<script>alert" not in html(pages, replace(sample, page=page))


@pytest.mark.parametrize("destination", ["javascript:alert(1)", "data:text/html,x", 'https://a.example/"><x'])
def test_no_page_leaves_to_an_address_that_a_browser_would_run(destination: str) -> None:
    app = App("A")
    with pytest.raises(InvalidField):
        login.LeavePage(app=app, destination=destination)
    with pytest.raises(InvalidField):
        login.LeaveFormPage(app=app, destination=destination, fields=())


def test_SAML_12_what_a_partner_sent_stays_inside_the_form(pages: Pages) -> None:
    sample = BY_NAME["leave-form"]
    page = login.LeaveFormPage(
        app=App(EVIL), destination="https://a.example/acs?x=1&y=2", fields=(("RelayState", EVIL), (EVIL, "v"))
    )
    text = html(pages, replace(sample, page=page))
    assert '<form method="post" action="https://a.example/acs?x=1&amp;y=2" data-leave' in text
    assert "<script>alert" not in text
    assert 'name="RelayState" value="&#34;&gt;&lt;script&gt;alert(1)' in text


def test_the_page_that_hands_over_has_no_other_form(rendered: dict[str, str]) -> None:
    assert rendered["leave-form"].count("<form") == 1
    assert rendered["leave"].count("<form") == 0


def test_a_problem_shows_the_same_page_whoever_it_is(pages: Pages) -> None:
    one, other = (
        html(
            pages,
            replace(
                BY_NAME["first-factor-wrong"], page=replace(BY_NAME["first-factor-wrong"].page, typed=typed)
            ),
        )
        for typed in ("alice", "nobody")
    )
    assert one.replace('value="alice"', "") == other.replace('value="nobody"', "")


def test_passwords_and_codes_never_come_back(rendered: dict[str, str]) -> None:
    for name in ("first-factor-wrong", "code-wrong", "fresh-wrong", "set-password-short", "mail-code-wrong"):
        for field in re.findall(r'<input[^>]*name="(?:password|code)"[^>]*>', rendered[name]):
            assert "value=" not in field


def test_a_page_s_secrets_are_not_in_its_repr() -> None:
    for sample in PAGES:
        shown = repr(sample.page)
        assert "JBSWY3DP" not in shown
        assert "m5Jc3q0Zb2xT7vKf9LwPaUe" not in shown
        assert "code=1" not in shown


@pytest.mark.parametrize("sample", MAILS, ids=lambda sample: sample.name)
def test_a_mail_has_one_line_of_subject_and_plain_text(pages: Pages, sample: Sample) -> None:
    mail = pages.mail(sample.template, sample.page, lang="en", now=NOW)
    assert mail.subject
    assert "\n" not in mail.subject
    assert "&#" not in mail.body
    assert "<time" not in mail.body
    assert mail.body.endswith("\n")


def test_OOB_06_names_in_a_mail_cannot_make_a_header_or_a_template(pages: Pages) -> None:
    page = replace(MAILS[0].page, app="A\r\nBcc: evil@example.org {{ 7*7 }} %(x)s")
    mail = pages.mail("email/code.txt", page, lang="en", now=NOW)
    assert "Bcc" not in mail.subject
    assert "{{ 7*7 }} %(x)s" in mail.body
    assert "123456" not in mail.subject


def test_a_theme_changes_looks_logo_and_single_templates(tmp_path: Path) -> None:
    (tmp_path / "theme.css").write_text(":root { --accent: #8a1538; }")
    (tmp_path / "logo.svg").write_text("<svg/>")
    (tmp_path / "templates" / "login").mkdir(parents=True)
    (tmp_path / "templates" / "login" / "logout.html").write_text("ours: {{ _('Sign out') }}")
    themed = make_pages(tmp_path)
    text = html(themed, BY_NAME["first-factor"])
    assert re.search(r'<link rel="stylesheet" href="/assets/\w+/theme/theme.css">', text)
    assert re.search(r'<img src="/assets/\w+/theme/logo.svg" alt="">', text)
    assert html(themed, BY_NAME["logout"]) == "ours: Sign out"
