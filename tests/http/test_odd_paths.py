"""Control characters in addresses and names: nothing is there, on whichever database."""

from __future__ import annotations

import base64

import pytest

from tests.http.api.wire import Wire
from tests.support.idp import Idp

PATHS = (
    "/%00",
    "/login/%00/",
    "/login/x%0d%0ay/first-factor",
    "/admin/first/%00",
    "/account/ways/%00/rename",
    "/assets/%1b/x.css",
)


@pytest.mark.parametrize("path", PATHS)
def test_OTP_10_WEB_02_a_page_with_a_control_character_in_its_address_is_not_there(
    idp_on_each: Idp, path: str
) -> None:
    for method in ("GET", "POST"):
        answer = idp_on_each.app.test_client().open(path, method=method, base_url=idp_on_each.base)
        assert answer.status_code == 404
        assert answer.mimetype == "text/html"
        assert not {"\0", "\x1b"} & set(answer.text)


def test_OTP_10_programs_are_told_so_in_their_format(idp_on_each: Idp) -> None:
    wire = Wire(idp_on_each)
    for path in ("/validate/polltransaction/%00", "/token/%00"):
        answer = wire.call("DELETE" if path.startswith("/token") else "GET", path)
        assert (answer.status, answer.body) == (404, {"error": "Not found"})


@pytest.mark.parametrize("client_id", ["\0", "a\0b", "x" * 300, "é" * 300])
def test_a_client_that_nobody_could_register_is_unknown(idp_on_each: Idp, client_id: str) -> None:
    credentials = base64.b64encode(f"{client_id}:secret".encode()).decode()
    answer = idp_on_each.app.test_client().post(
        "/oidc/token",
        data={"grant_type": "authorization_code", "code": "x", "redirect_uri": "https://app.example.org/"},
        headers={"Authorization": f"Basic {credentials}"},
        base_url=idp_on_each.base,
    )
    assert (answer.status_code, answer.json["error"] if answer.json else "") == (401, "invalid_client")
