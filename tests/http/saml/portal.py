"""A service provider of the tests: its metadata, its requests, and what it is answered."""

from __future__ import annotations

import base64
import itertools
import re
import zlib
from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from pathlib import Path
from urllib.parse import parse_qs, urlsplit

from lxml import etree
from werkzeug.test import TestResponse

from idp.applications import service_providers
from idp.applications.service_providers import ProviderSettings, release_of
from tests.support import saml
from tests.support.idp import Browser, Idp

SAML = "urn:oasis:names:tc:SAML:2.0:assertion"
SAMLP = "urn:oasis:names:tc:SAML:2.0:protocol"
NAMES = {
    "saml": SAML,
    "samlp": SAMLP,
    "md": "urn:oasis:names:tc:SAML:2.0:metadata",
    "ds": "http://www.w3.org/2000/09/xmldsig#",
}
PERSISTENT = "urn:oasis:names:tc:SAML:2.0:nameid-format:persistent"
TRANSIENT = "urn:oasis:names:tc:SAML:2.0:nameid-format:transient"
POST = "urn:oasis:names:tc:SAML:2.0:bindings:HTTP-POST"
REDIRECT = "urn:oasis:names:tc:SAML:2.0:bindings:HTTP-Redirect"
LASTING = f'<samlp:NameIDPolicy Format="{PERSISTENT}" AllowCreate="true"/>'

_numbers = itertools.count(1)


@dataclass
class Portal:
    """One that is registered. ``site`` is where it lives, ``key`` the name of its signing key."""

    idp: Idp
    site: str = "https://portal.example.org"
    key: str = "sp"
    signs: bool = True
    name: str = "Library Portal"
    asked: list[str] = field(default_factory=list)  # the IDs of its requests

    @property
    def entity_id(self) -> str:
        return f"{self.site}/metadata"

    @property
    def acs(self) -> str:
        return f"{self.site}/acs"

    @property
    def metadata(self) -> str:
        certificate = "".join((saml.VECTORS / "keys" / f"{self.key}-cert.pem").read_text().split("\n")[1:-2])
        return (
            '<md:EntityDescriptor xmlns:md="urn:oasis:names:tc:SAML:2.0:metadata"'
            f' xmlns:mdui="urn:oasis:names:tc:SAML:metadata:ui" entityID="{self.entity_id}">'
            f'<md:SPSSODescriptor AuthnRequestsSigned="{str(self.signs).lower()}"'
            f' protocolSupportEnumeration="{SAMLP}"><md:Extensions><mdui:UIInfo>'
            f'<mdui:DisplayName xml:lang="en">{self.name}</mdui:DisplayName></mdui:UIInfo></md:Extensions>'
            '<md:KeyDescriptor use="signing"><ds:KeyInfo xmlns:ds="http://www.w3.org/2000/09/xmldsig#">'
            f"<ds:X509Data><ds:X509Certificate>{certificate}</ds:X509Certificate></ds:X509Data></ds:KeyInfo>"
            "</md:KeyDescriptor>"
            f'<md:SingleLogoutService Binding="{REDIRECT}" Location="{self.site}/slo"/>'
            f'<md:AssertionConsumerService Binding="{POST}" Location="{self.acs}" index="0"/>'
            "</md:SPSSODescriptor></md:EntityDescriptor>"
        )

    def register(self, *release: str, metadata: str = "") -> Portal:
        """Make it known, with these attributes of people released to it."""
        services = self.idp.services
        service_providers.register(
            services.engine,
            services.registry,
            self.idp.origin,
            (metadata or self.metadata).encode(),
            ProviderSettings(release_of(release)),
            loopback_http=services.settings.plain_http,
            replace=True,
        )
        return self

    def enable(self, *, enabled: bool) -> None:
        services = self.idp.services
        service_providers.set_enabled(
            services.engine, services.registry, self.idp.origin, self.entity_id, enabled=enabled
        )

    def request(self, attributes: str = "", content: str = "", **more: str) -> str:
        """An AuthnRequest of now; ``more`` are those of ``saml.authn_request``."""
        values = {
            "issuer": self.entity_id,
            "issue_instant": stamp(self.idp.clock.now),
            "destination": f"{self.idp.base}/saml/sso",
            "identifier": self.new_id(),
        }
        return saml.authn_request(attributes, content, **{**values, **more})

    def sign_on(
        self, attributes: str = "", content: str = "", *, relay_state: str | None = "state-1", **more: str
    ) -> str:
        """The address that carries an AuthnRequest to Doorward."""
        return "/saml/sso?" + self.query(self.request(attributes, content, **more), relay_state)

    def sign_off(
        self, name: Name | None, *indexes: str, signed: bool = True, key: str = "", **attributes: str
    ) -> str:
        """The address that carries a LogoutRequest to Doorward."""
        document = self.logout_request(name, *indexes, **attributes)
        query = (
            saml.signed_query(document, "bye", key or self.key) if signed else saml.unsigned_query(document)
        )
        return "/saml/slo?" + query.decode()

    def logout_request(self, name: Name | None, *indexes: str, **attributes: str) -> str:
        given = {
            "ID": self.new_id(),
            "Version": "2.0",
            "IssueInstant": stamp(self.idp.clock.now),
            "Destination": f"{self.idp.base}/saml/slo",
            **attributes,
        }
        written = "".join(f' {key}="{value}"' for key, value in given.items())
        named = name.xml if name else "<saml:NameID>nobody</saml:NameID>"
        ended = "".join(f"<samlp:SessionIndex>{index}</samlp:SessionIndex>" for index in indexes)
        return (
            f'<samlp:LogoutRequest xmlns:samlp="{SAMLP}" xmlns:saml="{SAML}"{written}>'
            f"<saml:Issuer>{self.entity_id}</saml:Issuer>{named}{ended}</samlp:LogoutRequest>"
        )

    def query(self, document: str | bytes, relay_state: str | None = None) -> str:
        """As this service sends things: signed, or not."""
        written = (
            saml.signed_query(document, relay_state, self.key)
            if self.signs
            else saml.unsigned_query(document, relay_state)
        )
        return written.decode()

    def new_id(self) -> str:
        self.asked.append(f"_request{next(_numbers)}")
        return self.asked[-1]

    def answer(self, browser: Browser) -> Answer:
        """What the page that the browser shows would post, which must be to this service."""
        page = Answer.of(browser)
        assert page.action == self.acs
        assert page.response.get("Destination") == self.acs
        assert page.response.get("InResponseTo") == self.asked[-1]
        return page


@dataclass(frozen=True)
class Name:
    """A NameID as the service got it."""

    value: str
    format: str
    name_qualifier: str
    sp_name_qualifier: str

    @property
    def xml(self) -> str:
        return (
            f'<saml:NameID Format="{self.format}" NameQualifier="{self.name_qualifier}"'
            f' SPNameQualifier="{self.sp_name_qualifier}">{self.value}</saml:NameID>'
        )


@dataclass(frozen=True)
class Answer:
    """A Response on its way to a service."""

    action: str
    relay_state: str | None
    xml: str

    @classmethod
    def of(cls, browser: Browser) -> Answer:
        html = browser.response.text
        states = re.findall(r'name="RelayState" value="([^"]*)"', html)
        return cls(
            browser.find(r'<form method="post" action="([^"]+)" data-leave'),
            states[0] if states else None,
            base64.b64decode(browser.find(r'name="SAMLResponse" value="([^"]+)"')).decode(),
        )

    @property
    def response(self) -> etree._Element:
        return etree.fromstring(self.xml.encode())

    def texts(self, path: str) -> list[str]:
        """What an XPath finds, as text."""
        found = self.response.xpath(path, namespaces=NAMES)
        return [item if isinstance(item, str) else "".join(item.itertext()) for item in found]

    def text(self, path: str) -> str:
        """The one thing that an XPath finds."""
        (text,) = self.texts(path)
        return text

    @property
    def status(self) -> str:
        """``Responder/NoPassive``"""
        return "/".join(value.rpartition(":")[2] for value in self.texts("//samlp:StatusCode/@Value"))

    @property
    def name(self) -> Name:
        (element,) = self.response.xpath("//saml:Subject/saml:NameID", namespaces=NAMES)
        return Name(
            element.text, element.get("Format"), element.get("NameQualifier"), element.get("SPNameQualifier")
        )

    @property
    def session_index(self) -> str:
        return self.text("//saml:AuthnStatement/@SessionIndex")

    @property
    def authn_instant(self) -> datetime:
        return datetime.fromisoformat(self.text("//saml:AuthnStatement/@AuthnInstant"))

    @property
    def context(self) -> str:
        return self.text("//saml:AuthnContextClassRef")

    @property
    def attributes(self) -> dict[str, list[str]]:
        found = self.response.xpath("//saml:Attribute", namespaces=NAMES)
        return {element.get("Name"): ["".join(value.itertext()) for value in element] for element in found}

    @property
    def has_assertion(self) -> bool:
        return "Assertion" in self.xml


def logout_status(response: TestResponse) -> str:
    """What a LogoutResponse by Redirect says: ``Success/PartialLogout``."""
    xml = saml_response(response)
    return "/".join(re.findall(r'StatusCode Value="[^"]*:(\w+)"', xml))


def saml_response(response: TestResponse) -> str:
    """The message in the address of a redirect."""
    query = parse_qs(urlsplit(response.headers["Location"]).query)
    return zlib.decompress(base64.b64decode(query["SAMLResponse"][0]), wbits=-15).decode()


def stamp(moment: datetime, by: float = 0) -> str:
    """A time as SAML writes it, ``by`` seconds later."""
    return (moment + timedelta(seconds=by)).strftime("%Y-%m-%dT%H:%M:%SZ")


def certificate_file(idp: Idp, folder: Path) -> Path:
    """The certificate of the key that we sign with, as our metadata has it, for the program xmlsec1."""
    metadata = etree.fromstring(idp.browser().open("/saml/metadata").data)
    text = metadata.xpath("//md:KeyDescriptor//ds:X509Certificate/text()", namespaces=NAMES)[0]
    path = folder / "idp.pem"
    lines: Sequence[str] = re.findall(".{1,64}", text)
    path.write_text("\n".join(("-----BEGIN CERTIFICATE-----", *lines, "-----END CERTIFICATE-----", "")))
    return path
