"""The two routes that belong to no face: what pages load, and the language list."""

from __future__ import annotations

import pytest
from flask import Flask
from flask.testing import FlaskClient

from idp.pages.render import Pages
from idp.pages.views import pages_blueprint

HOME = "https://login.riverside.example"
OURS = {"Origin": HOME, "Sec-Fetch-Site": "same-origin"}


@pytest.fixture
def client(pages: Pages) -> FlaskClient:
    app = Flask(__name__)
    app.register_blueprint(pages_blueprint(pages, origin=HOME))
    return app.test_client()


def test_a_style_sheet_is_served_where_pages_look_for_it(client: FlaskClient, pages: Pages) -> None:
    answer = client.get(pages.assets.url("css/doorward.css"))
    assert answer.status_code == 200
    assert answer.data == pages.assets.files["css/doorward.css"]
    assert "immutable" in answer.headers["Cache-Control"]


@pytest.mark.parametrize(
    "path", ["css/none.css", "%2e%2e/login/base.html", "css%2f..%2f..%2flogin/base.html"]
)
def test_nothing_else_is(client: FlaskClient, pages: Pages, path: str) -> None:
    assert client.get(f"/assets/{pages.assets.version}/{path}").status_code == 404


def test_a_language_is_kept_in_a_cookie_and_the_page_is_shown_again(client: FlaskClient) -> None:
    answer = client.post("/language", data={"lang": "de", "back": "/account/?x=1"}, headers=OURS)
    assert answer.status_code == 303
    assert answer.headers["Location"] == "/account/?x=1"
    cookie = answer.headers["Set-Cookie"]
    assert cookie.startswith("__Host-dw_lang=de;")
    assert {"Secure", "HttpOnly", "Path=/", "SameSite=Lax"} <= set(cookie.split("; "))
    assert "Domain" not in cookie


@pytest.mark.parametrize("lang", ["", "xx", "../de", "de; Domain=evil"])
def test_no_other_value_becomes_a_cookie(client: FlaskClient, lang: str) -> None:
    answer = client.post("/language", data={"lang": lang, "back": "/"}, headers=OURS)
    assert "Set-Cookie" not in answer.headers


@pytest.mark.parametrize(
    "headers",
    [
        {},
        {"Origin": "https://evil.example"},
        {"Origin": "null"},
        {"Sec-Fetch-Site": "cross-site"},
        {"Origin": HOME, "Sec-Fetch-Site": "same-site"},
    ],
)
def test_WEB_01_another_site_cannot_change_the_language(client: FlaskClient, headers: dict[str, str]) -> None:
    answer = client.post("/language", data={"lang": "de", "back": "/"}, headers=headers)
    assert answer.status_code == 403
    assert "Set-Cookie" not in answer.headers


@pytest.mark.parametrize(
    "back", ["//evil.example", "https://evil.example", "/\\evil.example", "javascript:x"]
)
def test_WEB_04_the_way_back_is_on_this_host(client: FlaskClient, back: str) -> None:
    answer = client.post("/language", data={"lang": "de", "back": back}, headers=OURS)
    assert answer.headers["Location"] == "/"
