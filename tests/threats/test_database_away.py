"""A database that is away, or only lets itself be read, while Doorward serves (OPS-05)."""

import time

import psycopg
import pytest

from tests.http.saml.portal import Portal
from tests.support.idp import BASE, open_idp, prepare_idp
from tests.support.relying_party import register_app
from tests.threats.doors import Doors
from tests.threats.line import Line

LONGEST = 4.0  # seconds: what is promised, and one for a busy machine


@pytest.fixture
def line(postgresql_url):
    with Line(int(postgresql_url.rpartition("/")[0].rpartition(":")[2])) as line:
        yield line


@pytest.fixture
def far(line, postgresql_url, fresh_database):
    """A Doorward whose database is at the other end of a line."""
    url = fresh_database(postgresql_url, prepare_idp)
    idp = open_idp(url.replace(f":{line.server_port}/", f":{line.port}/"))
    yield Doors(idp, register_app(idp), Portal(idp).register())
    idp.close()


@pytest.fixture
def alice(far):
    return far.idp.person("alice")


def everywhere(far, browser):
    """Every kind of face, asked once."""
    client = far.idp.app.test_client()
    program = {"base_url": BASE, "data": {"user": "alice", "pass": "123456"}}
    return {
        "page": lambda: browser.client.get("/account/", base_url=BASE),
        "form": lambda: browser.client.post(
            browser.at, base_url=BASE, data={"username": "alice", "password": "x"}, headers={"Origin": BASE}
        ),
        "openid connect": lambda: browser.client.get(far.app.request(), base_url=BASE),
        "saml": lambda: browser.client.get(far.portal.sign_on(), base_url=BASE),
        "token endpoint": lambda: far.app.redeem("code"),
        "userinfo": lambda: far.app.userinfo("token"),
        "validation": lambda: client.post("/validate/check", **program),
        "auth": lambda: client.post(
            "/auth", base_url=BASE, data={"username": "alice", "password": "the password of alice"}
        ),
    }


def all_say_so(far, browser):
    for name, ask in everywhere(far, browser).items():
        began = time.monotonic()
        answer = ask()
        assert answer.status_code == 503, f"{name}: {answer.status_code} {answer.text[:300]}"
        assert int(answer.headers["Retry-After"]) > 0, name
        assert time.monotonic() - began < LONGEST, name
        assert "psycopg" not in answer.text
        assert "127.0.0.1" not in answer.text


def health(far):
    client = far.idp.app.test_client()
    return [client.get(f"/health/{kind}", base_url=BASE).status_code for kind in ("live", "ready")]


def test_OPS_05_without_its_database_every_face_says_so_and_goes_on_when_it_is_back(line, far, alice):
    browser = far.idp.browser()
    far.open("openid connect", browser)
    browser.submit(username=alice.login, password=alice.password)
    other = far.idp.browser()
    far.open("account", other)
    line.cut()
    all_say_so(far, other)
    assert browser.submit(code=alice.code()).status_code == 503
    assert browser.cookie("dw_session") is None
    assert health(far) == [200, 503]

    line.mend()
    assert health(far) == [200, 200]
    browser.open(browser.at)
    assert browser.step == "second-factor"
    browser.submit(code=alice.code())
    assert far.app.redeemed(browser.destination)["access_token"]


def test_OPS_05_a_database_that_can_only_be_read_lets_nobody_in(postgresql_url, far, alice):
    browser = far.idp.browser()
    far.open("openid connect", browser)
    browser.submit(username=alice.login, password=alice.password)
    name = far.idp.database.url.database
    address = postgresql_url.replace("+psycopg", "").rpartition("/")[0]
    with psycopg.connect(f"{address}/postgres", autocommit=True) as superuser:
        superuser.execute(f"ALTER DATABASE {name} SET default_transaction_read_only = on")
        far.idp.database.dispose()
        answer = browser.submit(code=alice.code())
        assert (answer.status_code, browser.cookie("dw_session")) == (503, None)
        assert int(answer.headers["Retry-After"]) > 0
        superuser.execute(f"ALTER DATABASE {name} SET default_transaction_read_only = off")
        far.idp.database.dispose()
    browser.open(browser.at)
    browser.submit(code=alice.code())
    assert far.app.redeemed(browser.destination)["access_token"]


def test_OPS_05_a_database_that_takes_ten_seconds_is_not_waited_for(postgresql_url, far, alice):
    browser = far.idp.browser()
    far.open("openid connect", browser)
    name = far.idp.database.url.database
    address = postgresql_url.replace("+psycopg", "").rpartition("/")[0]
    with psycopg.connect(f"{address}/{name}") as holder:
        tables = ("revision", "audit", "login_transaction", "one_time", "access_token", "throttle")
        holder.execute(f"LOCK TABLE {', '.join(tables)} IN ACCESS EXCLUSIVE MODE")
        all_say_so(far, browser)
        assert health(far) == [200, 503]
        holder.rollback()
    assert health(far) == [200, 200]
