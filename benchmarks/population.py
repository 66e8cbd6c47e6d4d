"""Who and what is in the database of a benchmark: people with devices, an application, a portal."""

from __future__ import annotations

import secrets
from collections.abc import Iterator
from dataclasses import asdict, dataclass, field
from datetime import datetime
from functools import partial
from typing import Any

from sqlalchemy import insert, text

from benchmarks.people import PASSWORD, PIN, Person
from benchmarks.scenario import DEFAULT_COST, LOGIN_COST, Cost
from idp.applications import clients, service_providers
from idp.applications.service_providers import ProviderSettings, release_of
from idp.services import Services
from metadata.oidc.client import RegistrationRules
from mfa_engine.algorithms.oath import NOTHING_SPENT
from mfa_engine.algorithms.password_hash import Cost as HashCost
from mfa_engine.algorithms.password_hash import Hasher
from mfa_engine.audit import Origin
from mfa_engine.configuration.change import set_realm, set_resolver
from mfa_engine.secrets.sealed import seal
from mfa_engine.storage.person import PersonTable
from mfa_engine.storage.token import TokenState, TokenTable
from mfa_engine.unit import Unit

CLIENT_ID = "benchmark"
CALLBACK = "https://app.example.com/callback"
PORTAL = "https://portal.example.com/metadata"
CONSUMER = "https://portal.example.com/acs"
_ORIGIN = Origin("cli:benchmark")
_PEOPLE, _REALM = "people", "staff"
_DETAILS = {
    "totp": {"digits": 6, "algorithm": "sha1", "period": 30, "drift": 0},
    "hotp": {"digits": 6, "algorithm": "sha1"},
}
_PORTAL_METADATA = f"""
<md:EntityDescriptor xmlns:md="urn:oasis:names:tc:SAML:2.0:metadata" entityID="{PORTAL}">
<md:SPSSODescriptor protocolSupportEnumeration="urn:oasis:names:tc:SAML:2.0:protocol">
<md:AssertionConsumerService Binding="urn:oasis:names:tc:SAML:2.0:bindings:HTTP-POST"
 Location="{CONSUMER}" index="0"/></md:SPSSODescriptor></md:EntityDescriptor>
""".strip()


@dataclass(frozen=True, slots=True)
class Group:
    """So many people of one kind. With a password they sign in, with a PIN it stands before the code."""

    size: int
    kind: str
    password: Cost | None = None
    pin: Cost | None = None


GROUPS = {
    "totp": Group(20_000, "totp"),
    "hotp": Group(1_000, "hotp"),
    "totp-pin": Group(3_000, "totp", pin=DEFAULT_COST),
    "hotp-pin": Group(1_000, "hotp", pin=DEFAULT_COST),
    "login": Group(4_000, "totp", password=LOGIN_COST),
}


@dataclass(slots=True)
class Population:
    """Everybody, by group: whoever is taken is not given to another. And what the application must know."""

    waiting: dict[str, list[Person]]
    client_secret: str = field(repr=False)

    def take(self, group: str, count: int) -> list[dict[str, Any]]:
        """As many of a group as plain values. Raises ValueError when there are not so many left."""
        left = self.waiting[group]
        if len(left) < count:
            raise ValueError(f"only {len(left)} people are left in {group}: make the group larger")
        taken, self.waiting[group] = left[:count], left[count:]
        return [asdict(person) for person in taken]


def populate(services: Services) -> Population:
    """Fill the empty database. The tables are filled directly, else it would take minutes."""
    engine = services.engine
    set_resolver(engine, services.resolvers, _ORIGIN, _PEOPLE, "internal", {})
    engine.forget_rules()
    set_realm(engine, engine.rules(), _ORIGIN, _REALM, [_PEOPLE], default=True)
    engine.forget_rules()
    waiting = {name: list(_people(name, group)) for name, group in GROUPS.items()}
    for name, group in GROUPS.items():
        engine.record(partial(_store, people=waiting[name], values=_values_of(services, group)))
    secret = _register(services)
    engine.record(lambda unit: unit.connection.execute(text("ANALYZE")))
    return Population(waiting, secret)


def _people(name: str, group: Group) -> Iterator[Person]:
    for number in range(group.size):
        yield Person(f"{name}-{number:05d}", secrets.token_hex(20), by_time=group.kind == "totp")


@dataclass(frozen=True, slots=True)
class _Values:
    """What all of a group have in common: one hash serves all, for it is not known to be the same."""

    kind: str
    password_hash: str | None
    pin_hash: str | None


def _values_of(services: Services, group: Group) -> _Values:
    def hashed(secret: str, cost: Cost | None) -> str | None:
        if cost is None:
            return None
        pepper = services.keyring.key("password", 1)
        return Hasher(pepper, HashCost(cost.memory_kib, cost.iterations), at_once=1).hash(secret)

    return _Values(group.kind, hashed(PASSWORD, group.password), hashed(PIN, group.pin))


def _store(unit: Unit, *, people: list[Person], values: _Values) -> None:
    unit.connection.execute(insert(PersonTable), [_person(p, values, unit.now) for p in people])
    unit.connection.execute(insert(TokenTable), [_token(unit, p, values) for p in people])


def _person(person: Person, values: _Values, now: datetime) -> dict[str, Any]:
    mail = f"{person.login}@example.org"
    return {
        "uid": _uid(person),
        "resolver": _PEOPLE,
        "login": person.login,
        "email": mail,
        "enabled": True,
        "password_hash": values.password_hash,
        "attributes": {"email": [mail], "given_name": ["Alice"], "family_name": ["Adler"]},
        "created_at": now,
        "password_changed_at": None,
    }


def _token(unit: Unit, person: Person, values: _Values) -> dict[str, Any]:
    serial = f"T{person.login}"
    return {
        "serial": serial,
        "kind": values.kind,
        "resolver": _PEOPLE,
        "uid": _uid(person),
        "realm": _REALM,
        "description": "",
        "state": TokenState.ENROLLED,
        "enabled": True,
        "pin_hash": values.pin_hash,
        "secret": seal(unit.keyring, "token", "secret", serial, bytes.fromhex(person.secret)),
        "counter": NOTHING_SPENT,
        "details": _DETAILS[values.kind],
        "lookup": None,
        "failures": 0,
        "created_at": unit.now,
        "prove_by": None,
        "valid_from": None,
        "valid_until": None,
        "last_success_at": None,
        "last_failure_at": None,
    }


def _uid(person: Person) -> str:
    return f"uid-{person.login}"


def _register(services: Services) -> str:
    """The application and the portal; the application's secret."""
    engine, registry = services.engine, services.registry
    service_providers.register(
        engine,
        registry,
        _ORIGIN,
        _PORTAL_METADATA.encode(),
        ProviderSettings(release_of(["email", "given_name", "family_name", "display_name"])),
        loopback_http=False,
    )
    document = {
        "client_name": "Benchmark",
        "redirect_uris": [CALLBACK],
        "scope": "openid profile email",
        "consent": "admin",
    }
    rules = RegistrationRules(services.capabilities, by_administrator=True)
    return clients.register(engine, registry, _ORIGIN, rules, document, client_id=CLIENT_ID).secret
