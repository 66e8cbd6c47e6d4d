"""Style sheets, scripts and pictures: small, whole, and kept for a year."""

from __future__ import annotations

import gzip
import re
from pathlib import Path

import pytest

from idp.pages.assets import Assets
from idp.pages.render import Pages
from tests.unit.idp.pages.samples import ERRORS, LOGIN, TEMPLATES

ASSETS = TEMPLATES / "assets"
KB = 1024


def loaded_by(pages: Pages, text: str) -> dict[str, bytes]:
    prefix = f"/assets/{pages.assets.version}/"
    paths = re.findall(r'(?:src|href)="' + prefix + r'([^"]+)"', text)
    return {path: pages.assets.files[path] for path in paths}


def test_the_login_page_with_all_it_loads_is_under_50_kb_and_10_requests(
    pages: Pages, rendered: dict[str, str]
) -> None:
    text = rendered["first-factor"]
    files = loaded_by(pages, text)
    assert len(files) + 1 < 10
    assert len(text.encode()) + sum(map(len, files.values())) < 50 * KB


def test_every_login_page_stays_under_that_weight(pages: Pages, rendered: dict[str, str]) -> None:
    for sample in [*LOGIN, *ERRORS]:
        text = rendered[sample.name]
        assert len(text.encode()) + sum(map(len, loaded_by(pages, text).values())) < 50 * KB


def test_the_login_never_loads_what_only_the_console_needs(rendered: dict[str, str]) -> None:
    assert "console." not in rendered["first-factor"]


def test_each_script_is_under_3_kb_and_all_under_10() -> None:
    sizes = [script.stat().st_size for script in (ASSETS / "js").iterdir()]
    assert max(sizes) < 3 * KB
    assert sum(sizes) < 10 * KB


def test_scripts_have_no_words_of_their_own_and_evaluate_nothing() -> None:
    for script in (ASSETS / "js").iterdir():
        code = re.sub(r"/\*.*?\*/", "", script.read_text(), flags=re.DOTALL)
        assert not re.search(
            r"eval\(|new Function|innerHTML|insertAdjacentHTML|document\.write|\.style\b", code
        )
        assert not re.search(r"textContent = '[^']", code)


def styled(sheet: str) -> set[str]:
    """The classes that a style sheet knows."""
    css = re.sub(r"/\*.*?\*/", "", (ASSETS / "css" / sheet).read_text(), flags=re.DOTALL)
    selectors = [rule for rule in re.findall(r"([^{}]*)\{", css) if not rule.strip().startswith("@")]
    return {name for selector in selectors for name in re.findall(r"\.([a-zA-Z][\w-]*)", selector)}


def test_every_class_of_a_page_is_styled_and_every_style_is_used(rendered: dict[str, str]) -> None:
    used = {
        name
        for text in rendered.values()
        for names in re.findall(r'class="([^"]*)"', text)
        for name in names.split()
    }
    by_script = {"js", "inside"}
    known = styled("doorward.css") | styled("console.css")
    assert used <= known
    assert known - used - by_script == set()


def test_dark_repeats_names_of_the_light_colours_and_adds_none() -> None:
    names = [
        set(re.findall(r"(--[\w-]+):", (ASSETS / "css" / sheet).read_text()))
        for sheet in ("tokens.css", "dark.css")
    ]
    assert names[1] <= names[0]


def test_the_address_changes_with_every_file(tmp_path: Path) -> None:
    (tmp_path / "css").mkdir()
    (tmp_path / "css" / "a.css").write_text("a{}")
    before = Assets.read(tmp_path)
    (tmp_path / "css" / "a.css").write_text("b{}")
    assert Assets.read(tmp_path).version != before.version
    assert before.url("css/a.css") == f"/assets/{before.version}/css/a.css"


def test_moving_bytes_between_name_and_content_changes_it(tmp_path: Path) -> None:
    one, other = tmp_path / "one", tmp_path / "other"
    one.mkdir()
    other.mkdir()
    (one / "a.css").write_text("x.css y")
    (other / "a.css x.css").write_text("y")
    assert Assets.read(one).version != Assets.read(other).version


def test_a_file_is_kept_for_a_year(pages: Pages) -> None:
    answer = pages.assets.answer(pages.assets.version, "css/tokens.css")
    assert answer.status_code == 200
    assert answer.content_type == "text/css; charset=utf-8"
    assert answer.headers["Cache-Control"] == "public, max-age=31536000, immutable"
    assert answer.headers["X-Content-Type-Options"] == "nosniff"


def test_a_page_of_another_version_gets_the_file_for_this_once(pages: Pages) -> None:
    answer = pages.assets.answer("0000", "js/page.js")
    assert answer.status_code == 200
    assert answer.headers["Cache-Control"] == "no-store"


@pytest.mark.parametrize("path", ["css/none.css", "../login/base.html", "css/../../login/base.html", ""])
def test_nothing_else_is_served(pages: Pages, path: str) -> None:
    assert pages.assets.answer(pages.assets.version, path).status_code == 404


def test_an_asset_that_is_not_there_fails_where_it_is_named(pages: Pages) -> None:
    with pytest.raises(KeyError):
        pages.assets.url("css/typo.css")


def test_WEB_02_a_logo_opened_by_itself_runs_nothing(tmp_path: Path) -> None:
    (tmp_path / "logo.svg").write_text("<svg onload='alert(1)'/>")
    assets = Assets.read(ASSETS, tmp_path)
    answer = assets.answer(assets.version, "theme/logo.svg")
    assert answer.headers["Content-Security-Policy"] == "default-src 'none'; sandbox"


def test_compressed_the_login_page_is_under_15_kb(pages: Pages, rendered: dict[str, str]) -> None:
    text = rendered["first-factor"]
    bodies = [text.encode(), *loaded_by(pages, text).values()]
    assert sum(len(gzip.compress(body)) for body in bodies) < 15 * KB
