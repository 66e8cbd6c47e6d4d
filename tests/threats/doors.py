"""The doors of the house: how each is opened, and what has come out of any of them."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator
from dataclasses import dataclass

from werkzeug.routing import Rule

from idp.rights.first_administrator import make_link
from tests.http.saml.portal import Portal
from tests.support.idp import Browser, Idp
from tests.support.relying_party import App

__all__ = ["DOORS", "Doors", "Gained", "Portal", "gained", "requests_to_every_route"]


@dataclass(frozen=True)
class Doors:
    """What the doors lead to."""

    idp: Idp
    app: App
    portal: Portal

    def open(self, name: str, browser: Browser) -> None:
        """Go through a door as far as its first page."""
        DOORS[name](self, browser)

    def first_administrator(self) -> str:
        return f"/admin/first/{make_link(self.idp.services.engine, self.idp.origin).value}"


DOORS: dict[str, Callable[[Doors, Browser], object]] = {
    "openid connect": lambda doors, browser: browser.open(doors.app.request()),
    "openid connect by form": lambda doors, browser: browser.post(
        "/oidc/authorize", _parameters(doors.app.request()), {"Origin": "https://app.example.com"}
    ),
    "saml": lambda doors, browser: browser.open(doors.portal.sign_on()),
    "account": lambda _doors, browser: browser.open("/account/"),
    "administration": lambda _doors, browser: browser.open("/admin/"),
    "first administrator": lambda doors, browser: browser.open(doors.first_administrator()),
}


@dataclass(frozen=True)
class Gained:
    """What lets somebody in, or says who they are, counted in the database."""

    sessions: int
    participants: int
    codes: int
    access_tokens: int
    administrators: int
    tokens: int

    def __bool__(self) -> bool:
        return any(getattr(self, name) for name in self.__dataclass_fields__)


def gained(idp: Idp, before: Gained | None = None) -> Gained:
    """What there is, or what there is more than before."""
    counts = [
        idp.sql("SELECT count(*) FROM sso_session")[0][0],
        idp.sql("SELECT count(*) FROM session_participant")[0][0],
        idp.sql("SELECT count(*) FROM one_time WHERE purpose = 'authorization_code'")[0][0],
        idp.sql("SELECT count(*) FROM access_token")[0][0],
        idp.sql("SELECT count(*) FROM administrator")[0][0],
        idp.sql("SELECT count(*) FROM token")[0][0],
    ]
    if before is not None:
        names = before.__dataclass_fields__
        counts = [now - getattr(before, name) for now, name in zip(counts, names, strict=True)]
    return Gained(*counts)


def requests_to_every_route(idp: Idp, handle: str) -> Iterator[tuple[str, str]]:
    """Method and address for each rule of the application, also of those that come to it later."""
    serial = idp.sql("SELECT min(serial) FROM token")[0][0] or "none"
    values = {
        "handle": [handle] if handle else ["none"],
        "path": STEPS,
        "kind": ["totp", "webauthn"],
        "serial": [serial],
        "transaction_id": ["0123456789"],
    }
    for rule in idp.app.url_map.iter_rules():
        for address in _addresses(rule, values):
            for method in sorted((rule.methods or set()) - {"HEAD", "OPTIONS"}):
                yield method, address


STEPS = [
    "first-factor",
    "second-factor",
    "second-factor/choose",
    "enrol",
    "enrol/totp",
    "enrol/webauthn",
    "enrol/email",
    "consent",
    "issue",
    "ISSUE",
    "refuse",
    "continue",
    "second-factor/../issue",
    "%2e%2e/issue",
    "_end",
]


def _addresses(rule: Rule, values: dict[str, list[str]]) -> list[str]:
    address = re.sub(r"<[a-z]+:", "<", rule.rule)
    found = [address]
    for name in rule.arguments:
        found = [one.replace(f"<{name}>", value) for one in found for value in values.get(name, ["none"])]
    return found


def _parameters(address: str) -> dict[str, str]:
    from urllib.parse import parse_qsl, urlsplit

    return dict(parse_qsl(urlsplit(address).query))
