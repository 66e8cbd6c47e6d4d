"""What anybody may fetch: the discovery document and the keys; and what a rotation of keys does to them."""

from __future__ import annotations

from datetime import timedelta

import pytest
from joserfc import jwk, jws
from joserfc.errors import JoseError

from idp.keys.plan import Move, promote
from idp.keys.signing_key import KeyState, make_signing_key
from idp.keys.snapshot import REVISION
from idp.storage.signing_key import insert_signing_key, move_signing_key
from mfa_engine.storage.configuration import move_revision
from mfa_engine.unit import Unit
from tests.support.idp import Browser, Idp, Person
from tests.support.relying_party import App

PRIVATE = {"d", "p", "q", "dp", "dq", "qi", "k", "oth"}
PATHS = ("/.well-known/openid-configuration", "/.well-known/oauth-authorization-server", "/oidc/jwks")


def publish_next(idp: Idp) -> None:
    """A key that is to be used later."""
    services = idp.services
    row = make_signing_key(services.keyring, "oidc", KeyState.NEXT, "idp", idp.clock.now, 2048)

    def work(unit: Unit) -> None:
        move_revision(unit.connection, REVISION)
        insert_signing_key(unit.connection, row)

    services.engine.record(work)


def rotate(idp: Idp) -> None:
    """The next key becomes the active one, as the plan says."""
    services = idp.services
    keys = services.keys.current().published("oidc")

    def moved(unit: Unit, moves: tuple[Move, ...]) -> None:
        move_revision(unit.connection, REVISION)
        for move in moves:
            move_signing_key(unit.connection, move.kid, move.state.value, unit.now)

    services.engine.record(lambda unit: moved(unit, promote(keys, idp.clock.now)))


def published(app: App) -> list[dict[str, str]]:
    keys: list[dict[str, str]] = app.get("/oidc/jwks").json["keys"]
    return keys


def verifies(app: App, id_token: str) -> bool:
    """Whether a client that fetches the keys now can verify the token."""
    try:
        keys = jwk.KeySet.import_key_set(app.get("/oidc/jwks").json)
        jws.deserialize_compact(id_token, keys, algorithms=["RS256"])
    except (JoseError, ValueError):
        return False
    return True


def test_JOSE_08_keys_are_published_before_they_sign_and_until_what_they_signed_has_expired(
    idp: Idp, app: App, alice: Person, browser: Browser
) -> None:
    old = app.tokens(browser, alice)["id_token"]
    assert len(published(app)) == 1
    publish_next(idp)
    assert len(published(app)) == 2
    kid = jws.extract_compact(old.encode()).headers()["kid"]
    assert published(app)[0]["kid"] == kid
    idp.clock.advance(8 * 24 * 3600)
    last_of_old = app.tokens(idp.browser(), alice)["id_token"]
    rotate(idp)
    rotated_at = idp.clock.now
    new = app.tokens(idp.browser(), alice)["id_token"]
    assert jws.extract_compact(new.encode()).headers()["kid"] == published(app)[0]["kid"] != kid
    assert verifies(app, last_of_old)
    assert verifies(app, new)
    idp.clock.now = rotated_at + timedelta(days=1, minutes=4, seconds=59)
    assert verifies(app, last_of_old)
    idp.clock.advance(1)
    assert not verifies(app, last_of_old)
    assert verifies(app, new)
    assert len(published(app)) == 1


def test_JOSE_08_no_private_part_is_ever_served(idp: Idp, app: App) -> None:
    publish_next(idp)
    for key in published(app):
        assert set(key) == {"kty", "use", "alg", "kid", "n", "e"}
        assert not PRIVATE & set(key)


def test_a_retired_key_still_verifies_hints(idp: Idp, app: App, alice: Person, browser: Browser) -> None:
    hint = app.tokens(browser, alice)["id_token"]
    publish_next(idp)
    idp.clock.advance(8 * 24 * 3600)
    rotate(idp)
    idp.clock.advance(30 * 24 * 3600)
    assert not verifies(app, hint)
    browser.open(app.request(id_token_hint=hint, prompt="none"))
    assert app.received(browser.destination)["error"] == "login_required"
    browser.open(app.request(id_token_hint=hint))
    assert browser.step == "first-factor"


@pytest.mark.parametrize("path", PATHS)
def test_a_document_is_fetched_again_only_when_it_changed(app: App, path: str) -> None:
    first = app.get(path)
    assert first.status_code == 200
    assert first.headers["Cache-Control"] == "public, max-age=300"
    assert first.headers["Access-Control-Allow-Origin"] == "*"
    again = app.get(path, {"If-None-Match": first.headers["ETag"]})
    assert (again.status_code, again.data, again.headers["ETag"]) == (304, b"", first.headers["ETag"])
    assert app.get(path, {"If-None-Match": '"other"'}).status_code == 200
    head = app.idp.app.test_client().head(path, base_url=app.idp.base)
    assert (head.status_code, head.headers["ETag"]) == (200, first.headers["ETag"])


def test_discovery_is_one_document_at_both_places_whatever_host_is_asked_for(idp: Idp, app: App) -> None:
    openid, oauth, _ = PATHS
    assert app.get(openid).data == app.get(oauth).data
    document = app.get(openid).json
    addresses = {value for name, value in document.items() if name.endswith(("_endpoint", "_uri", "issuer"))}
    assert {address.startswith(idp.base) for address in addresses} == {True}
    forwarded = app.get(
        openid, {"X-Forwarded-Host": "evil.example.net", "Forwarded": "host=evil.example.net"}
    )
    assert forwarded.json == document
    assert app.get(openid, {"Host": "evil.example.net"}).status_code == 421
    assert {"en", "de"} <= set(document["ui_locales_supported"])
    assert document["acr_values_supported"][:2] == ["phr", "https://refeds.org/profile/mfa"]


def test_every_address_in_discovery_is_served(idp: Idp, app: App) -> None:
    document = app.get(PATHS[0]).json
    named = [name for name in document if name.endswith(("_endpoint", "_uri"))]
    assert {name: app.get(document[name].removeprefix(idp.base)).status_code for name in named} == {
        "authorization_endpoint": 400,
        "token_endpoint": 405,
        "userinfo_endpoint": 401,
        "jwks_uri": 200,
        "end_session_endpoint": 200,
    }
