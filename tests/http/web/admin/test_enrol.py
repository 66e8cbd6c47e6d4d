"""/admin/users/<person>/enrol: a token for somebody, handed over proven or vouched for."""

from __future__ import annotations

import base64
import json
import re

import pyotp
import pytest

from idp.rights.roles import Role
from tests.http.web.house import House, page_of, path, texts
from tests.support.idp import Browser, Person
from tests.unit.mfa_engine.algorithms.soft_authenticator import SoftAuthenticator

KEY = "3132333435363738393031323334353637383930"  # the seed of RFC 4226, appendix D
DETAILS = {"name": "Key fob", "digits": "6", "algorithm": "sha1", "period": "30"}


@pytest.fixture
def desk(house: House) -> Browser:
    """The help desk's browser."""
    return house.browser(house.administrator("ed", Role.HELP_DESK), "/admin/")


def secret_shown(browser: Browser) -> str:
    return browser.find(r"secret=([A-Z2-7]+)")


def test_all_kinds_are_offered_safest_first(desk: Browser, bob: Person) -> None:
    page = desk.open(f"{page_of(bob)}/enrol").text
    offered = re.findall(r'/enrol/(\w+)"', page)
    assert offered == ["webauthn", "totp", "hotp", "email"]


def test_a_token_is_made_shown_proven_and_its_owner_told(house: House, desk: Browser, bob: Person) -> None:
    desk.open(f"{page_of(bob)}/enrol/totp")
    desk.submit(**{**DETAILS, "digits": "8", "algorithm": "sha256", "period": "60"})
    shown = desk.response.text
    assert "digits=8" in shown
    assert "algorithm=SHA256" in shown
    secret = secret_shown(desk)
    made = house.tokens(bob)[1]
    assert (made.state, made.description) == ("created", "Key fob")
    totp = pyotp.TOTP(secret, digits=8, digest="sha256", interval=60)
    with house.idp.auditing() as rows:
        desk.submit(code=totp.at(house.idp.clock.now))
    assert path(desk) == page_of(bob)
    assert "The token is enrolled and proven." in texts(desk.response)
    assert house.tokens(bob)[1].state == "enrolled"
    assert [(row.event, row.serial, row.actor) for row in rows] == [
        ("token.prove", made.serial, "person:people/id-of-ed")
    ]
    (mail,) = house.idp.mail.sent
    assert mail["to"] == "bob@example.org"
    assert "Key fob" in mail["text"]
    assert "network address" not in mail["text"]


@pytest.mark.parametrize("key", [KEY, "GEZDGNBVGY3TQOJQGEZDGNBVGY3TQOJQ", "3132 3334 " + KEY[8:]])
def test_the_key_of_a_device_is_taken_in_either_writing(
    house: House, desk: Browser, bob: Person, key: str
) -> None:
    desk.open(f"{page_of(bob)}/enrol/hotp")
    desk.submit(**DETAILS, key=key)
    desk.submit(code="755224")  # RFC 4226, appendix D, counter 0
    assert path(desk) == page_of(bob)
    assert house.tokens(bob)[1].state == "enrolled"


@pytest.mark.parametrize(
    ("field", "value"),
    [("key", "not a key!"), ("key", "abcd"), ("algorithm", "md5"), ("name", None)],
)
def test_a_field_that_cannot_be_used_comes_back_with_its_reason(
    house: House, desk: Browser, bob: Person, field: str, value: str | None
) -> None:
    desk.open(f"{page_of(bob)}/enrol/hotp")
    desk.submit(**{**DETAILS, field: value or "x" * 500})
    if value is None:  # a long name is cut where its field ends
        assert house.tokens(bob)[1].description == "x" * 80
        return
    assert "Problem:" in desk.response.text
    assert 'value="Key fob"' in desk.response.text
    assert value not in texts(desk.response)
    assert len(house.tokens(bob)) == 1


def test_a_token_handed_over_without_a_code_works_from_its_first_right_one(
    house: House, desk: Browser
) -> None:
    carol = house.idp.person("carol", app=False, email="carol@example.org")
    desk.open(f"{page_of(carol)}/enrol/totp")
    desk.submit(**DETAILS)
    carol.secret = secret_shown(desk)
    with house.idp.auditing() as rows:
        desk.submit(act="skip")
    assert "The token is enrolled. Its first right code confirms it." in texts(desk.response)
    assert [(row.event, row.success) for row in rows] == [("token.vouch", True)]
    assert house.idp.mail.sent[-1]["to"] == "carol@example.org"
    assert path(house.browser(carol)) == "/account/"


def test_a_security_key_must_be_touched(house: House, desk: Browser, bob: Person) -> None:
    desk.open(f"{page_of(bob)}/enrol/webauthn")
    desk.submit(name="Blue key", pin="1234")
    assert 'value="skip"' not in desk.response.text
    token = house.tokens(bob)[1]
    desk.submit(act="skip")
    assert desk.response.status_code == 409
    assert house.tokens(bob)[1].state == "created"
    desk.open(f"{page_of(bob)}/enrol/webauthn")
    desk.submit(name="Blue key")
    shown = json.loads(desk.find(r'data-options="([^"]+)"'))
    key = SoftAuthenticator()
    data = key.registration_data(rp_id=shown["rp"]["id"])
    challenge = base64.urlsafe_b64decode(shown["challenge"] + "==")
    made = key.create(challenge, data, origin="https://idp.example.org")
    desk.submit(credential=json.dumps(made))
    assert path(desk) == page_of(bob)
    enrolled = house.tokens(bob)[2]
    assert (enrolled.kind, enrolled.state, enrolled.description) == ("webauthn", "enrolled", "Blue key")
    assert enrolled.serial != token.serial


def test_a_mail_code_goes_to_the_address_of_the_directory(house: House, desk: Browser, bob: Person) -> None:
    desk.open(f"{page_of(bob)}/enrol/email")
    assert "bob@example.org" in texts(desk.response)
    desk.submit(name="Mail")
    desk.submit(send="1")
    (sent,) = house.idp.mail.sent
    assert sent["to"] == "bob@example.org"
    code = next(word for word in sent["text"].split() if word.isdigit() and len(word) == 6)
    desk.submit(code=code)
    assert house.tokens(bob)[1].state == "enrolled"


def test_a_person_without_an_address_gets_no_mail_code(house: House, desk: Browser) -> None:
    carol = house.idp.person("carol", app=False)
    desk.open(f"{page_of(carol)}/enrol/email")
    desk.submit(name="Mail")
    assert "email: give the address that codes are sent to" in texts(desk.response)


def test_a_pin_is_asked_for_where_a_policy_wants_one(house: House, desk: Browser, bob: Person) -> None:
    house.idp.policies({"name": "pins", "then": {"otppin": "tokenpin_required"}})
    desk.open(f"{page_of(bob)}/enrol/totp")
    desk.submit(**DETAILS)
    assert "pin: is needed here" in texts(desk.response)
    assert len(house.tokens(bob)) == 1
    desk.submit(**DETAILS, pin="4711")
    assert house.tokens(bob)[1].pin_hash is not None


def test_nobody_gets_more_tokens_than_policy_allows(house: House, desk: Browser, bob: Person) -> None:
    desk.open(f"{page_of(bob)}/enrol/totp")
    house.idp.policies({"name": "few", "then": {"max_token_per_user": 1}})
    desk.submit(**DETAILS)
    assert path(desk) == f"{page_of(bob)}/enrol"
    assert "No more tokens are allowed" in texts(desk.response)
    assert len(house.tokens(bob)) == 1


def test_SELF_03_a_key_under_way_is_shown_to_nobody_else(house: House, desk: Browser, bob: Person) -> None:
    desk.open(f"{page_of(bob)}/enrol/totp")
    desk.submit(**DETAILS)
    where, secret = desk.at, secret_shown(desk)
    assert secret in desk.open(where).text
    ines = house.browser(house.administrator("ines"), "/admin/")
    own = house.browser(bob)
    for browser, address in (
        (ines, where),
        (own, where.replace(page_of(bob), "/account").replace("/enrol/", "/add/")),
    ):
        answer = browser.open(address)
        assert (answer.status_code, secret in answer.text) == (404, False)
    carol = house.idp.person("carol")
    assert desk.open(where.replace(page_of(bob), page_of(carol))).status_code == 404
    code = pyotp.TOTP(secret).at(house.idp.clock.now)
    desk.open(f"{page_of(carol)}/enrol/totp")
    desk.submit(where.replace(page_of(bob), page_of(carol)), code=code)
    assert desk.response.status_code == 404
    assert house.tokens(bob)[1].state == "created"


def test_ADM_06_no_page_shows_a_secret_after_it_is_enrolled(house: House, bob: Person) -> None:
    """Nor the PIN, whoever looks: every address of ours is asked."""
    ines = house.administrator("ines")
    browser = house.browser(ines, "/admin/")
    browser.open(f"{page_of(bob)}/enrol/totp")
    browser.submit(**DETAILS, pin="4711-4712")
    where, secret = browser.at, secret_shown(browser)
    browser.submit(act="skip")
    serial = house.tokens(bob)[1].serial
    raw = base64.b32decode(secret + "=" * (-len(secret) % 8))
    forbidden = {secret, secret.lower(), raw.hex(), base64.b64encode(raw).decode(), "4711-4712"}
    forbidden.add(house.tokens(bob)[1].pin_hash or "")
    owner = house.browser(bob)
    for one in (browser, owner):
        for rule in house.idp.app.url_map.iter_rules():
            if "GET" not in (rule.methods or ()) or rule.rule.startswith(("/assets", "/login")):
                continue
            address = (
                rule.rule.replace("/admin/users/<handle>", page_of(bob))
                .replace("<serial>", serial)
                .replace("<kind>", "totp")
            )
            text = one.open(re.sub(r"<[^>]+>", "x", address)).text
            assert not any(value in text for value in forbidden), rule.rule
        assert not any(value in one.open(where).text for value in forbidden)
