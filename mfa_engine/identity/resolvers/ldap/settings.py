"""What an administrator says about an LDAP directory, checked.

``read_settings`` takes what is stored (names as in ``LdapSettings``). With ``"product":
"active_directory"`` the names that Active Directory uses are filled in, each of which can be overridden.
"""

from __future__ import annotations

import ipaddress
import re
from collections.abc import Mapping
from enum import StrEnum
from types import MappingProxyType
from typing import Any
from urllib.parse import urlsplit

import msgspec

from mfa_engine.errors import InvalidField
from mfa_engine.identity.resolvers.ldap.filters import is_filter

_STANDARD_ATTRIBUTES = MappingProxyType(
    {
        "given_name": "givenName",
        "family_name": "sn",
        "display_name": "displayName",
        "email": "mail",
        "phone": "telephoneNumber",
        "groups": "memberOf",
    }
)


class Product(StrEnum):
    """Whose names are the defaults."""

    STANDARD = "standard"  # inetOrgPerson (RFC 2798), entryUUID (RFC 4530)
    ACTIVE_DIRECTORY = "active_directory"


class Protection(StrEnum):
    """How a connection is kept from others' eyes."""

    TLS = "ldaps"
    START_TLS = "starttls"
    NONE = "plain"


class DisabledRule(msgspec.Struct, frozen=True, forbid_unknown_fields=True, kw_only=True):
    """When a person is disabled: ``bit`` of a number is set, or the attribute has one of ``values``.

    A person whose number is missing or unreadable counts as disabled.
    """

    attribute: str
    bit: int | None = None
    values: tuple[str, ...] = ()


class ServerAddress(msgspec.Struct, frozen=True):
    """Where one server is, and how it is spoken to."""

    host: str
    port: int
    protection: Protection

    def __str__(self) -> str:
        scheme = "ldaps" if self.protection is Protection.TLS else "ldap"
        host = f"[{self.host}]" if ":" in self.host else self.host
        return f"{scheme}://{host}:{self.port}"


class LdapSettings(msgspec.Struct, frozen=True, forbid_unknown_fields=True, kw_only=True):
    """A directory. The bind password is not here: it is stored sealed and handed in beside it."""

    servers: tuple[
        str, ...
    ]  # ldaps://host[:port], or ldap://host[:port] with StartTLS; in order of preference
    base_dn: str
    bind_dn: str = ""  # empty: people may be searched for anonymously
    ca_file: str = ""  # PEM; empty: the system's trust store
    allow_plain: bool = False  # ldap:// without StartTLS, to a loopback address only
    product: Product = Product.STANDARD
    person_filter: str = "(objectClass=inetOrgPerson)"
    login_attributes: tuple[str, ...] = ("uid",)  # the first one is the login name, the others are aliases
    uid_attribute: str = "entryUUID"
    attributes: Mapping[str, str] = msgspec.field(default_factory=lambda: dict(_STANDARD_ATTRIBUTES))
    disabled: DisabledRule | None = None
    connect_timeout_seconds: int = 3
    receive_timeout_seconds: int = 3  # for each answer
    page_size: int = 500
    max_connections: int = 8  # at once, of one process: a slow directory holds no more threads than this

    def addresses(self) -> tuple[ServerAddress, ...]:
        """The servers, read."""
        return tuple(_address(url, self.allow_plain) for url in self.servers)

    def warnings(self) -> tuple[str, ...]:
        """What works but should not stay so: for the health page (NET-03)."""
        if any(address.protection is Protection.NONE for address in self.addresses()):
            return ("allow_plain: passwords go to the directory unencrypted",)
        return ()


_DEFAULTS: Mapping[Product, Mapping[str, object]] = MappingProxyType(
    {
        Product.STANDARD: {},
        Product.ACTIVE_DIRECTORY: {
            "person_filter": "(&(objectCategory=person)(objectClass=user))",
            "login_attributes": ("sAMAccountName", "userPrincipalName"),
            "uid_attribute": "objectGUID",
            "disabled": {"attribute": "userAccountControl", "bit": 2},  # ACCOUNTDISABLE
        },
    }
)

_ATTRIBUTE = re.compile(r"[A-Za-z][A-Za-z0-9-]*(;[A-Za-z0-9-]+)*")  # RFC 4512, 2.5, without OIDs
_OWN_NAME = re.compile(r"[a-z][a-z0-9_]*")
_PATH = re.compile(r" - at `\$\.?(.*)`$")


def read_settings(stored: Mapping[str, object]) -> LdapSettings:
    """The settings, all checked. Raises InvalidField naming the setting and the remedy. No I/O."""
    try:
        product = msgspec.convert(stored.get("product", Product.STANDARD), Product)
        settings = msgspec.convert({**_DEFAULTS[product], **stored}, LdapSettings)
    except msgspec.ValidationError as error:
        raise _invalid(str(error)) from None
    _check_servers(settings)
    _check_names(settings)
    _check_numbers(settings)
    return settings


def _invalid(text: str) -> InvalidField:
    path = _PATH.search(text)
    return InvalidField(path.group(1) if path else "settings", _PATH.sub("", text))


def _check_servers(settings: LdapSettings) -> None:
    if not settings.servers:
        raise InvalidField("servers", "name at least one, such as ldaps://ldap.example.org")
    for address in settings.addresses():
        if address.protection is Protection.NONE and not _is_loopback(address.host):
            raise InvalidField("allow_plain", f"{address} is not on this machine: use ldaps:// or StartTLS")


def _address(url: str, allow_plain: bool) -> ServerAddress:
    remedy = f"'{url}' is not usable: write ldaps://host, ldaps://host:port or the same with ldap://"
    try:
        parts = urlsplit(url)
        port = parts.port
    except ValueError:
        raise InvalidField("servers", remedy) from None
    if parts.scheme not in {"ldap", "ldaps"} or not parts.hostname or port == 0:
        raise InvalidField("servers", remedy)
    if parts.path.strip("/") or parts.query or parts.fragment or "@" in parts.netloc:
        raise InvalidField("servers", remedy)
    if parts.scheme == "ldaps":
        return ServerAddress(parts.hostname, port or 636, Protection.TLS)
    return ServerAddress(
        parts.hostname, port or 389, Protection.NONE if allow_plain else Protection.START_TLS
    )


def _is_loopback(host: str) -> bool:
    if host == "localhost":
        return True
    try:
        return ipaddress.ip_address(host).is_loopback
    except ValueError:
        return False


def _check_names(settings: LdapSettings) -> None:
    if not settings.base_dn.strip():
        raise InvalidField("base_dn", "say below which entry people are, such as ou=people,dc=example,dc=org")
    if not is_filter(settings.person_filter):
        raise InvalidField("person_filter", "is no LDAP filter (RFC 4515): write it as (objectClass=person)")
    if not settings.login_attributes:
        raise InvalidField("login_attributes", "name at least one")
    wanted: dict[str, tuple[str, ...]] = {
        "login_attributes": settings.login_attributes,
        "uid_attribute": (settings.uid_attribute,),
        "attributes": tuple(settings.attributes.values()),
        "disabled": (settings.disabled.attribute,) if settings.disabled else (),
    }
    for setting, names in wanted.items():
        for name in names:
            if not _ATTRIBUTE.fullmatch(name):
                raise InvalidField(setting, f"'{name}' is no LDAP attribute name")
    for name in settings.attributes:
        if not _OWN_NAME.fullmatch(name):
            raise InvalidField("attributes", f"'{name}' is no attribute name here: use a-z, 0-9 and _")


def _check_numbers(settings: LdapSettings) -> None:
    limits: Mapping[str, tuple[Any, int, int]] = {
        "connect_timeout_seconds": (settings.connect_timeout_seconds, 1, 30),
        "receive_timeout_seconds": (settings.receive_timeout_seconds, 1, 30),
        "page_size": (settings.page_size, 1, 1000),
        "max_connections": (settings.max_connections, 1, 64),
    }
    for name, (value, lowest, highest) in limits.items():
        if not lowest <= value <= highest:
            raise InvalidField(name, f"must be from {lowest} to {highest}")
    rule = settings.disabled
    if rule is not None and (rule.bit is None) == (not rule.values):
        raise InvalidField("disabled", "give either bit or values")
    if rule is not None and rule.bit is not None and rule.bit < 1:
        raise InvalidField("disabled", "bit is the number that stands for it, such as 2")
