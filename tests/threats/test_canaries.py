"""Secrets planted in a whole running server, and looked for wherever it writes or answers (KEY-07)."""

from __future__ import annotations

import base64
import re
import secrets
from pathlib import Path

import pytest
import requests

from idp.rights.principal import shell
from idp.rights.service_accounts import Wanted, create_service_account
from mfa_engine.configuration.change import set_realm, set_resolver
from tests.engine.test_secrets import forms
from tests.support.oathtool import hotp
from tests.support.relying_party import VERIFIER, basic, register_app
from tests.support.served import new_installation
from tests.support.signing_in import code_of
from tests.support.slapd import SERVICE_PASSWORD, slapd

RIGHTS = ("token:enrol", "token:set_pin", "token:list", "triggerchallenge")


def canary(name: str) -> str:
    return f"canary-{name}-{secrets.token_hex(8)}"


class Stage:
    """A server that logs all that it can, what was planted in it, and every answer that it gave."""

    def __init__(self, run, authority, directory):
        self.planted: dict[str, bytes] = {}
        self.answers: list[requests.Response] = []
        self.served = new_installation(run.new_folder("canaries"), LOG_LEVEL="DEBUG", MAIL_HOST="localhost")
        settings, mail = self.served.settings, self.plant("mail password")
        settings.write_text(settings.read_text() + f'[mail]\npassword = "{mail}"\n')
        settings.chmod(0o600)
        self.planted["key file"] = base64.b64decode((self.served.folder / "doorward.key").read_bytes())
        with self.served.inside() as idp:
            engine, origin = idp.services.engine, idp.origin
            idp.policies(
                {
                    "name": "newcomers",
                    "then": {"first_enrolment_by_password": True, "enroll_via_multichallenge": ["totp"]},
                }
            )
            idp.person("alice", password=self.plant("password"), app=False)
            self.app = register_app(idp)
            wanted = Wanted("validator", RIGHTS)
            self.key = create_service_account(engine, idp.rules, shell("cli:test"), origin, wanted).key
            bind = SERVICE_PASSWORD
            set_resolver(engine, idp.services.resolvers, origin, "far", "ldap", directory.settings(), bind)
            engine.forget_rules()
            set_realm(engine, idp.rules, origin, "far", ["far"], default=False)
        self.planted |= {
            "client secret": self.app.secret.encode(),
            "service key": self.key.encode(),
            "bind password": SERVICE_PASSWORD.encode(),
        }

    def plant(self, name: str) -> str:
        value = canary(name.replace(" ", "-"))
        self.planted[name] = value.encode()
        return value

    def known(self, name: str) -> str:
        return self.planted[name].decode()

    def visitor(self):
        visitor = self.served.visitor()
        visitor.session.hooks["response"].append(lambda answer, **_: self.answers.append(answer))
        return visitor

    def call(self, path: str, *, method: str = "POST", **more) -> requests.Response:
        answer = requests.request(method, self.served.base + path, timeout=30, **more)
        self.answers.append(answer)
        return answer


@pytest.fixture(scope="module")
def stage(run, authority):
    with slapd(run, authority) as directory:
        stage = Stage(run, authority, directory)
        stage.served.start()
        sign_in(stage)
        sign_in_wrongly(stage)
        redeem(stage)
        validate(stage)
        break_down(stage)
        yield stage
        stage.served.stop()


def sign_in(stage):
    """Password, enrolment, the application; then the account's pages."""
    visitor = stage.visitor()
    visitor.open(stage.app.request())
    visitor.give_password("alice", stage.known("password"))
    text = visitor.find(r'id="secret">([A-Z2-7 ]+)<').replace(" ", "")
    stage.planted["seed"] = base64.b32decode(text)
    visitor.submit(code=code_of(stage.planted["seed"]), name="Pixel")
    stage.planted["code"] = re.findall(r"code=([^&]+)", visitor.destination)[0].encode()
    stage.planted["session cookie"] = (visitor.cookie("dw_session") or "").encode()
    stage.planted["login cookie"] = (visitor.cookie("dw_login") or "").encode()
    assert visitor.open("/account/").status_code == 200


def sign_in_wrongly(stage):
    visitor = stage.visitor()
    visitor.open("/account/")
    visitor.give_password("alice", stage.plant("wrong password"))
    visitor.give_password("walt@far", stage.plant("wrong password of the directory"))
    visitor.open("/account/")
    visitor.give_password("alice", stage.known("password"))
    visitor.give_code(stage.plant("wrong code"))
    visitor.session.post(
        visitor.at, data={"csrf": "forged", "password": stage.plant("forged form")}, allow_redirects=False
    )
    visitor.open(f"/nowhere?password={stage.plant('query')}")


def redemption(stage):
    return {
        "grant_type": "authorization_code",
        "code": stage.known("code"),
        "redirect_uri": stage.app.redirect_uri,
        "code_verifier": VERIFIER,
    }


def redeem(stage):
    form = redemption(stage)
    wrong = basic("app", stage.plant("wrong client secret"))
    assert stage.call("/oidc/token", data=form, headers=wrong).status_code == 401
    tokens = stage.call("/oidc/token", data=form, headers=basic("app", stage.app.secret)).json()
    stage.planted["access token"] = tokens["access_token"].encode()
    bearer = {"Authorization": f"Bearer {tokens['access_token']}"}
    assert stage.call("/oidc/userinfo", method="GET", headers=bearer).status_code == 200
    wrong = {"Authorization": f"Bearer {stage.plant('wrong access token')}"}
    assert stage.call("/oidc/userinfo", method="GET", headers=wrong).status_code == 401
    assert stage.call("/oidc/token", data=form, headers=basic("app", stage.app.secret)).status_code == 400


def validate(stage):
    stage.call("/auth", data={"username": "validator", "password": stage.plant("wrong service key")})
    token = stage.call("/auth", data={"username": "validator", "password": stage.key}).json()
    stage.planted["login of the service"] = token["result"]["value"]["token"].encode()
    program = {"Authorization": stage.known("login of the service")}
    stage.planted["given seed"] = secrets.token_bytes(20)
    wanted = {"type": "hotp", "user": "alice", "otpkey": stage.planted["given seed"].hex(), "serial": "FOB1"}
    pin = stage.plant("pin")
    assert stage.call("/token/init", data=wanted | {"pin": pin}, headers=program).json()["result"]["value"]
    for typed in (hotp(stage.planted["given seed"], 0), pin + hotp(stage.planted["given seed"], 1)):
        stage.call("/validate/check", data={"user": "alice", "pass": typed}, headers=program)
    stage.call("/validate/check", data={"user": "alice", "pass": stage.plant("wrong pin") + "123456"})
    stage.call("/token/setpin/FOB1", data={"otppin": stage.plant("new pin")}, headers=program)
    stage.call(
        "/token/init", data={"type": "hotp", "otpkey": stage.plant("seed of no token")}, headers=program
    )
    stage.call("/token/", method="GET", headers=program)


def break_down(stage):
    """Everything fails once, with secrets in hand."""
    with stage.served.inside() as idp:
        for table in ("throttle", "one_time", "token"):
            idp.run_sql(f"ALTER TABLE {table} RENAME TO away")
            visitor = stage.visitor()
            visitor.open("/account/")
            visitor.give_password("alice", stage.known("password"))
            form = {
                "grant_type": "authorization_code",
                "code": stage.known("code"),
                "code_verifier": VERIFIER,
            }
            secret = basic("app", stage.app.secret)
            stage.call("/oidc/token", data=form | {"redirect_uri": stage.app.redirect_uri}, headers=secret)
            stage.call("/validate/check", data={"user": "alice", "pass": stage.known("pin") + "123456"})
            idp.run_sql(f"ALTER TABLE away RENAME TO {table}")
    assert {answer.status_code for answer in stage.answers} & {500, 503}
    stage.call("/health/ready", method="GET")


def found_in(stage, where: bytes) -> list[str]:
    return [
        f"{name} as {form}"
        for name, secret in stage.planted.items()
        for form, written in forms(secret).items()
        if written in where
    ]


def test_KEY_07_nothing_planted_is_in_the_log(stage):
    log = stage.served.log.read_bytes()
    assert b'"level":"ERROR"' in log
    assert found_in(stage, log) == []


def test_KEY_01_KEY_07_nothing_planted_is_in_the_files_of_the_database(stage):
    files = sorted(stage.served.folder.glob("doorward.sqlite*"))
    assert any(b"FOB1" in path.read_bytes() for path in files)
    assert {str(path): found_in(stage, path.read_bytes()) for path in files} == {str(p): [] for p in files}


def test_KEY_07_nothing_planted_is_in_the_arguments_of_a_process(stage):
    for pid in stage.served.pids:
        assert found_in(stage, Path(f"/proc/{pid}/cmdline").read_bytes()) == []


HANDED_OVER = {  # to whom it belongs, and where
    "seed": "/enrol",
    "given seed": "/token/init",
    "login of the service": "/auth",
    "access token": "/oidc/token",
    "code": "/login/",  # the page by which the browser leaves
}


def test_KEY_07_nothing_planted_is_on_a_page_or_in_an_answer_but_where_it_is_handed_over(stage):
    assert len(stage.answers) > 40
    for answer in stage.answers:
        found = {entry.rpartition(" as ")[0] for entry in found_in(stage, answer.content)}
        at = answer.url.partition("?")[0]
        assert {name for name in found if HANDED_OVER.get(name, "nowhere") not in at} == set(), at
