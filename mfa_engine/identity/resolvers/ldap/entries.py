"""From what a directory sent to an Entry: pure."""

from __future__ import annotations

import uuid
from collections.abc import Mapping, Sequence

from mfa_engine.errors import InvalidField
from mfa_engine.identity.realms import canonical_login
from mfa_engine.identity.resolvers.base import Entry
from mfa_engine.identity.resolvers.ldap.filters import is_guid
from mfa_engine.identity.resolvers.ldap.settings import DisabledRule, LdapSettings

Raw = Mapping[str, Sequence[bytes]]
"""Attribute values as they came. Names in lower case."""


def wanted_attributes(settings: LdapSettings) -> tuple[str, ...]:
    """What to ask the directory for: nothing that is not used."""
    rule = (settings.disabled.attribute,) if settings.disabled else ()
    names = (*settings.login_attributes, settings.uid_attribute, *settings.attributes.values(), *rule)
    return tuple(dict.fromkeys(names))


def to_entry(settings: LdapSettings, dn: str, raw: Raw) -> Entry | None:
    """The person; None when the directory did not give a unique id and a login name."""
    uid = _uid(settings.uid_attribute, raw)
    login = next(iter(_logins(settings.login_attributes, raw)), "")
    if not uid or not login:
        return None
    attributes = {own: values for own, name in settings.attributes.items() if (values := _texts(raw, name))}
    return Entry(uid, login, attributes, not _disabled(settings.disabled, raw), handle=dn)


def has_login(settings: LdapSettings, raw: Raw, login: str) -> bool:
    """Whether one of the login attributes is ``login`` by our rule. Directories compare by rules of their
    own, some of which take e for é: what they find is not yet whom we were asked for (RES-03)."""
    return canonical_login(login) in map(canonical_login, _logins(settings.login_attributes, raw))


def is_login_name(settings: LdapSettings, raw: Raw, login: str) -> bool:
    """Whether ``login`` is the login name, not only an alias."""
    return canonical_login(login) in map(canonical_login, _logins(settings.login_attributes[:1], raw))


def _logins(attributes: Sequence[str], raw: Raw) -> list[str]:
    """All names, the login name first: the same one whichever was typed, since policies look at it."""
    return [value for name in attributes for value in sorted(_texts(raw, name)) if _is_login(value)]


def _is_login(text: str) -> bool:
    try:
        canonical_login(text)
    except InvalidField:
        return False
    return True


def _uid(attribute: str, raw: Raw) -> str:
    values = raw.get(attribute.lower(), ())
    if len(values) != 1:
        return ""
    if not is_guid(attribute):
        return _text(values[0]) or ""
    return str(uuid.UUID(bytes_le=bytes(values[0]))) if len(values[0]) == 16 else ""


def _disabled(rule: DisabledRule | None, raw: Raw) -> bool:
    if rule is None:
        return False
    values = _texts(raw, rule.attribute)
    if rule.bit is None:
        return bool({value.casefold() for value in values} & {value.casefold() for value in rule.values})
    try:
        return any(int(value) & rule.bit for value in values) or not values
    except ValueError:
        return True


def _texts(raw: Raw, attribute: str) -> tuple[str, ...]:
    return tuple(text for value in raw.get(attribute.lower(), ()) if (text := _text(value)))


def _text(value: bytes) -> str | None:
    try:
        return value.decode()
    except UnicodeDecodeError:
        return None
