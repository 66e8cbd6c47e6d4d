"""A whole server is killed at each statement of signing in, enrolling and redeeming (OPS-06).

The ledger is this process: what a person or an application was told must hold afterwards; what they
were not told may have happened or not, but never by halves, and no code is good twice.
"""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from urllib.parse import parse_qs, urlsplit

import pytest
import requests

from mfa_engine.lifecycle.enrol import Wanted, enrol
from tests.http.saml.portal import Portal
from tests.support.campaign import IN_FULL
from tests.support.deadly import Orders, Point, deadly
from tests.support.idp import Idp, Person
from tests.support.oathtool import hotp
from tests.support.relying_party import VERIFIER, App, basic, register_app
from tests.support.served import new_installation
from tests.support.signing_in import code_of
from tests.support.visitor import Visitor

LONGEST = 120  # statements of one act
STEP = 1 if IN_FULL else 9  # a smoke kills at every ninth statement only


@dataclass
class House:
    """The server, and the same installation in this process, to look at what is stored."""

    idp: Idp
    orders: Orders
    app: App
    portal: Portal
    bob: Person  # signs in with a device that counts
    key: bytes
    people: int = 0

    def visitor(self) -> Visitor:
        return self.orders.served.visitor()

    def code(self) -> str:
        """The code behind the last one that the device's counter says was used."""
        (counter,) = self.idp.sql("SELECT counter FROM token WHERE kind = 'hotp'")[0]
        return hotp(self.key, counter + 1)

    def newcomer(self) -> Person:
        """Somebody without any token."""
        self.people += 1
        return self.idp.person(f"newcomer{self.people}", app=False)

    def happened(self, event: str, person: Person) -> int:
        """How often the audit says that it was done, by or to this person."""
        query = "SELECT count(*) FROM audit WHERE event = :event AND success AND uid = :uid"
        return int(self.idp.sql(query, event=event, uid=person.key.uid)[0][0])

    def sessions(self, person: Person) -> set[str]:
        """Their ids: the oldest of twenty goes when another one comes."""
        rows = self.idp.sql("SELECT id FROM sso_session WHERE uid = :uid", uid=person.key.uid)
        return {row[0] for row in rows}

    def redeem(self, code: str) -> requests.Response:
        """The application's token request, to the server."""
        form = {
            "grant_type": "authorization_code",
            "code": code,
            "redirect_uri": self.app.redirect_uri,
            "code_verifier": VERIFIER,
        }
        return requests.post(
            f"{self.idp.base}/oidc/token",
            data=form,
            headers=basic(self.app.client_id, self.app.secret),
            timeout=30,
        )

    def userinfo(self, access_token: str) -> int:
        headers = {"Authorization": f"Bearer {access_token}"}
        return requests.get(f"{self.idp.base}/oidc/userinfo", headers=headers, timeout=30).status_code


@pytest.fixture(scope="module")
def house(run) -> Iterator[House]:
    served = new_installation(run.new_folder("kills"))
    with served.inside() as idp, deadly(served) as orders:
        idp.policies(
            {
                "name": "newcomers",
                "then": {"first_enrolment_by_password": True, "enroll_via_multichallenge": ["totp"]},
            }
        )
        bob = idp.person("bob", app=False)
        device = enrol(
            idp.services.engine, idp.rules, idp.origin, Wanted("hotp", bob.user, proof_needed=False)
        )
        key = device.handover["secret"]
        yield House(idp, orders, register_app(idp), Portal(idp).register(), bob, from_base32(key))
        verified = served.cli("audit", "verify")
        assert verified.returncode == 0, verified.stdout


def from_base32(text: str) -> bytes:
    from base64 import b32decode

    return b32decode(text + "=" * (-len(text) % 8))


def points() -> Iterator[Point]:
    """One after another, until one lies behind the end of the act."""
    for number in range(1, LONGEST, STEP):
        yield Point(number, "before")
        yield Point(number, "after", everybody=number % 45 == 1)
    raise AssertionError(f"the act has more than {LONGEST} statements")


@contextmanager
def perhaps_killed() -> Iterator[None]:
    """What was not answered is not known."""
    with suppress(requests.ConnectionError):
        yield


DOORS = {
    "openid connect": lambda house: house.app.request(),
    "saml": lambda house: house.portal.sign_on(),
}


def arrived(visitor: Visitor) -> bool:
    """Whether the page is the one by which a browser leaves for the application."""
    return "SAMLResponse" in visitor.response.text or 'http-equiv="refresh"' in visitor.response.text


def received(house: House, visitor: Visitor) -> str:
    """The code that the application was given."""
    return parse_qs(urlsplit(visitor.destination).query)["code"][0]


@pytest.mark.parametrize("door", DOORS)
def test_OPS_06_killed_at_any_statement_of_the_last_step_a_login_is_whole_or_was_not(house, door):
    bob = house.bob
    for point in points():
        logins, checks, sessions = (
            house.happened("auth.login", bob),
            house.happened("auth.check", bob),
            house.sessions(bob),
        )
        visitor = house.visitor()
        visitor.open(DOORS[door](house))
        router = visitor.at.replace("first-factor", "")
        visitor.give_password(bob.login, bob.password)
        code = house.code()
        house.orders.kill(point)
        with perhaps_killed():
            visitor.give_code(code)
        if not house.orders.carried_out():
            assert arrived(visitor)
            break

        spent = house.happened("auth.check", bob) - checks
        issued = house.happened("auth.login", bob) - logins
        assert len(house.sessions(bob) - sessions) == issued, f"killed at {point}"
        visitor.open(router)
        if issued:  # and nobody was told: the page of a login that is over
            assert spent == 1
            assert visitor.response.status_code in (400, 404, 410)
            continue
        if visitor.step == "second-factor":
            assert not spent, f"killed at {point}"
            visitor.give_code(code)
        assert arrived(visitor), f"killed at {point}: {visitor.at}"
        assert house.happened("auth.check", bob) - checks == 1, f"killed at {point}"
        if door == "openid connect":
            assert house.redeem(received(house, visitor)).status_code == 200
    assert not replayed(house, code)


def replayed(house: House, code: str) -> bool:
    """Whether a login takes a code that is spent."""
    visitor = house.visitor()
    visitor.open(house.app.request())
    visitor.give_password(house.bob.login, house.bob.password)
    visitor.give_code(code)
    return visitor.step != "second-factor"


def test_OPS_06_killed_at_any_statement_of_its_redemption_a_code_is_good_once(house):
    for point in points():
        visitor = house.visitor()
        visitor.open(house.app.request())
        visitor.give_password(house.bob.login, house.bob.password)
        visitor.give_code(house.code())
        code = received(house, visitor)
        tokens = house.idp.sql("SELECT count(*) FROM access_token")[0][0]
        house.orders.kill(point)
        answers = []
        with perhaps_killed():
            answers.append(house.redeem(code))
        killed = house.orders.carried_out()
        stored = house.idp.sql("SELECT count(*) FROM access_token")[0][0] - tokens
        if answers:
            assert answers[0].status_code == 200
            assert house.userinfo(answers[0].json()["access_token"]) == 200
        if not killed:
            break
        again = house.redeem(code)
        assert again.status_code == (400 if stored else 200), f"killed at {point}"
        assert house.redeem(code).status_code == 400, f"killed at {point}"


def test_OPS_06_killed_at_any_statement_of_enrolment_a_token_is_whole_or_was_not(house):
    for point in points():
        person = house.newcomer()
        visitor = house.visitor()
        visitor.open(house.app.request())
        visitor.give_password(person.login, person.password)
        assert visitor.step == "enrol"
        secret = from_base32(visitor.find(r'id="secret">([A-Z2-7 ]+)<').replace(" ", ""))
        router = visitor.at.partition("enrol")[0]
        house.orders.kill(point)
        with perhaps_killed():
            visitor.submit(code=code_of(secret), name="Pixel")
        if not house.orders.carried_out():
            assert arrived(visitor)
            break
        (state,) = house.idp.sql("SELECT state FROM token WHERE uid = :uid", uid=person.key.uid)
        proven = house.happened("token.prove", person)
        assert (state[0] == "enrolled") is bool(proven), f"killed at {point}"
        issued = house.happened("auth.login", person)
        visitor.open(router)
        if issued:  # and nobody was told
            assert visitor.response.status_code in (400, 404, 410)
            continue
        if visitor.step == "enrol":
            assert not proven, f"killed at {point}"
            assert secret == from_base32(visitor.find(r'id="secret">([A-Z2-7 ]+)<').replace(" ", ""))
            visitor.submit(code=code_of(secret), name="Pixel")
        assert arrived(visitor), f"killed at {point}: {visitor.at}"
        assert house.happened("token.prove", person) == 1, f"killed at {point}"
        assert house.redeem(received(house, visitor)).status_code == 200
