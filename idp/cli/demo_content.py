"""What the demonstration begins with: a realm, a person, the portal, the app, a link for an administrator."""

from __future__ import annotations

import secrets
import time
import urllib.error
import urllib.request
from collections.abc import Callable
from dataclasses import dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING

from idp.applications import clients, service_providers
from idp.applications.service_providers import ProviderSettings, release_of
from idp.cli.demo import CLIENT_ID, Places
from idp.cli.session import Session
from idp.rights.first_administrator import make_link
from mfa_engine.configuration.change import set_realm, set_resolver
from mfa_engine.errors import Conflict, Unavailable
from mfa_engine.identity.find_user import find_user
from mfa_engine.people.create import NewPerson, create
from mfa_engine.secrets.keyring import create_key_file

if TYPE_CHECKING:
    from idp.services import Services
    from mfa_engine.audit import Origin

LOGIN, REALM, RESOLVER = "alice", "riverside", "people"
_PORTAL_PATIENCE_SECONDS = 20.0
_LETTERS = "abcdefghjkmnpqrstuvwxyz23456789"


@dataclass(frozen=True, slots=True)
class Shown:
    """What whoever started the demonstration is told."""

    login: str
    password: str = field(repr=False)
    admin_link: str | None = field(repr=False)


def prepare(session: Session, places: Places, portal_runs: Callable[[], bool]) -> Shown:
    """Make whatever is not there yet. On a second start: nothing but a new link.

    Raises Unavailable when the portal, whose metadata is needed, is gone or says nothing for 20 s.
    """
    key_file = Path(session.settings.secrets.key_file)
    if not key_file.exists():
        create_key_file(key_file)
    services, origin = session.services, session.origin
    password = _secret_file(places.data / "demo-password", new_password)
    _people(services, origin, password)
    _app(services, origin, places)
    _portal(services, origin, places, portal_runs)
    return Shown(LOGIN, password, _admin_link(services, origin))


def new_password() -> str:
    """Four groups of four letters: easy to type off a screen, 79 random bits."""
    return "-".join("".join(secrets.choice(_LETTERS) for _ in range(4)) for _ in range(4))


def _secret_file(path: Path, make: Callable[[], str]) -> str:
    """The secret that the file holds; made, readable by this user alone, when there is none."""
    if not path.exists():
        path.touch(mode=0o600)
        path.write_text(make() + "\n", encoding="utf-8")
    return path.read_text(encoding="utf-8").strip()


def _people(services: Services, origin: Origin, password: str) -> None:
    engine = services.engine
    if RESOLVER not in engine.rules().resolvers:
        set_resolver(engine, services.resolvers, origin, RESOLVER, "internal", {})
        engine.forget_rules()
    if REALM not in engine.rules().realms.by_name:
        set_realm(engine, engine.rules(), origin, REALM, [RESOLVER], default=True)
        engine.forget_rules()
    rules = engine.rules()
    if find_user(rules.realms, rules.resolvers, LOGIN, REALM) is None:
        attributes = {
            "given_name": ["Alice"],
            "family_name": ["Adams"],
            "display_name": ["Alice Adams"],
            "email": ["alice@riverside.example"],
        }
        create(engine, rules, origin, NewPerson(RESOLVER, REALM, LOGIN, attributes, password))


def _app(services: Services, origin: Origin, places: Places) -> None:
    """The Reading List. Its secret is handed over in a file that this user alone may read."""
    if clients.find(services.registry, CLIENT_ID) is not None and places.client_secret.exists():
        return
    engine, registry = services.engine, services.registry
    if clients.find(registry, CLIENT_ID) is None:
        document = {
            "client_name": "Reading List",
            "redirect_uris": [f"{places.app}/callback"],
            "post_logout_redirect_uris": [f"{places.app}/signed-out"],
            "client_uri": f"{places.app}/",
            "scope": "openid profile email",
            "consent": "admin",
        }
        rules = services.registration_rules
        handed = clients.register(engine, registry, origin, rules, document, client_id=CLIENT_ID)
    else:
        handed = clients.new_secret(engine, registry, origin, CLIENT_ID)
    _secret_file(places.client_secret, lambda: handed.secret)


def _portal(services: Services, origin: Origin, places: Places, runs: Callable[[], bool]) -> None:
    """The Library Portal, from its own metadata."""
    entity_id = f"{places.portal}/metadata"
    if service_providers.find(services.registry, entity_id, loopback_http=True) is not None:
        return
    service_providers.register(
        services.engine,
        services.registry,
        origin,
        _fetched(f"http://127.0.0.1:{places.port + 1}/metadata", runs),
        ProviderSettings(release_of(("display_name", "email"))),
        loopback_http=True,
        replace=True,
    )


def _fetched(address: str, runs: Callable[[], bool]) -> bytes:
    """What our own child process serves on loopback, as soon as it does."""
    ends_at = time.monotonic() + _PORTAL_PATIENCE_SECONDS
    while True:
        try:
            with urllib.request.urlopen(address, timeout=5) as answer:  # noqa: S310 - a fixed loopback address
                body: bytes = answer.read()
                return body
        except (urllib.error.URLError, ConnectionError):
            if time.monotonic() > ends_at or not runs():
                raise Unavailable("The demo portal") from None
            time.sleep(0.05)


def _admin_link(services: Services, origin: Origin) -> str | None:
    try:
        link = make_link(services.engine, origin)
    except Conflict:
        return None
    return f"{services.settings.base_url}/admin/first/{link.value}"
