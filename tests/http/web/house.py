"""A house with two realms, and people of every kind of right at its pages."""

from __future__ import annotations

import re
from dataclasses import dataclass
from html import unescape
from typing import Any
from urllib.parse import urlsplit

from werkzeug.test import TestResponse

from idp.rights.administrators import add_administrator
from idp.rights.principal import shell
from idp.rights.roles import Role
from idp.web.admin.people import address_of
from mfa_engine.configuration.change import set_realm, set_resolver
from mfa_engine.identity.user import User, UserKey
from mfa_engine.lifecycle.enrol import Enrolled, Wanted, enrol
from mfa_engine.lifecycle.find import tokens_of_person
from mfa_engine.storage.token import TokenRow
from tests.support.idp import Browser, Idp, Person

OTHER_REALM, OTHER_PEOPLE = "students", "pupils"
_TABLES = {
    "token": "serial, state, enabled, failures, description, pin_hash",
    "service_provider": "entity_id, enabled, settings",
    "client": "client_id, enabled",
    "service_account": "name, enabled",
    "administrator": "uid, role",
    "sso_session": "id",
    "outbox": "id",
}


@dataclass
class House:
    """An installation with the realms ``staff`` (the default) and ``students``."""

    idp: Idp

    def administrator(self, login: str, role: Role = Role.ADMINISTRATOR, *realms: str) -> Person:
        """Somebody of the staff who administers; in all realms unless some are named."""
        person = self.idp.person(login, email=f"{login}@example.org", display_name=login.title())
        engine, rules, origin = self.idp.services.engine, self.idp.rules, self.idp.origin
        add_administrator(engine, rules, shell("cli:test"), origin, person.user, role, realms)
        return person

    def student(self, login: str) -> Person:
        """Somebody of the other realm, with an authenticator app."""
        person = self.idp.person(login, app=False, email=f"{login}@example.org")
        self.idp.run_sql(
            "UPDATE person SET resolver = :to WHERE uid = :uid", to=OTHER_PEOPLE, uid=person.key.uid
        )
        moved = Person(
            self.idp, f"{login}@{OTHER_REALM}", person.password, UserKey(OTHER_PEOPLE, person.key.uid)
        )
        moved.secret = self.enrol(moved.user).handover["secret"]
        return moved

    def enrol(self, user: User, kind: str = "totp", **wanted: Any) -> Enrolled:
        """A token that counts at once."""
        wish = Wanted(kind, user, proof_needed=False, **wanted)
        return enrol(self.idp.services.engine, self.idp.rules, self.idp.origin, wish)

    def tokens(self, person: Person) -> tuple[TokenRow, ...]:
        return tokens_of_person(self.idp.services.engine, person.key)

    def serial(self, person: Person) -> str:
        """Of their first token."""
        return self.tokens(person)[0].serial

    def browser(self, person: Person, address: str = "/account/") -> Browser:
        """Where ``person`` has signed in, at ``address``."""
        browser = self.idp.browser()
        browser.open(address)
        browser.sign_in(person)
        return browser

    def state(self) -> dict[str, list[Any]]:
        """All that pages could change."""
        return {
            table: sorted(map(tuple, self.idp.sql(f"SELECT {columns} FROM {table}")), key=repr)
            for table, columns in _TABLES.items()
        }

    def events(self, *families: str) -> list[tuple[str, bool, str]]:
        """Event, success and reason of the audit rows of these families, sorted: the clock stands still."""
        return sorted(
            (row.event, row.success, row.reason)
            for row in self.idp.audited()
            if not families or row.event.startswith(families)
        )


def page_of(person: Person) -> str:
    """The admin page about them."""
    return address_of(person.user)


def path(browser: Browser) -> str:
    """Where the browser is, without what stands behind a question mark."""
    return urlsplit(browser.at).path


def texts(response: TestResponse) -> str:
    """What people read on a page: without tags, blanks single."""
    main = re.search(r"<main.*?</main>", response.text, re.DOTALL)
    bare = re.sub(r"<[^>]+>", " ", main[0] if main else response.text)
    return " ".join(unescape(bare).split())


def partner_metadata(entity_id: str, name: str = "Library Portal") -> str:
    """What a small SAML service says of itself."""
    where = entity_id.removesuffix("/metadata")
    return f"""<EntityDescriptor xmlns="urn:oasis:names:tc:SAML:2.0:metadata" entityID="{entity_id}">
<SPSSODescriptor protocolSupportEnumeration="urn:oasis:names:tc:SAML:2.0:protocol">
<Extensions><UIInfo xmlns="urn:oasis:names:tc:SAML:metadata:ui">
<DisplayName xml:lang="en">{name}</DisplayName></UIInfo></Extensions>
<AssertionConsumerService index="0" isDefault="true"
 Binding="urn:oasis:names:tc:SAML:2.0:bindings:HTTP-POST" Location="{where}/acs"/>
</SPSSODescriptor></EntityDescriptor>"""


def second_realm(idp: Idp) -> None:
    engine = idp.services.engine
    set_resolver(engine, idp.services.resolvers, idp.origin, OTHER_PEOPLE, "internal", {})
    engine.forget_rules()
    set_realm(engine, idp.rules, idp.origin, OTHER_REALM, [OTHER_PEOPLE], default=False)
    engine.forget_rules()
