"""The one extra decoding of what clients send: some encode twice, and all are read alike. Pure.

Every value of a form, a query or a path is percent-decoded once more, unless the client is known not
to need it. JSON values are never touched.
"""

from __future__ import annotations

from urllib.parse import unquote, unquote_plus

from mfa_engine.errors import InvalidField

_ENCODES_ONCE = frozenset({"privacyidea-cp", "privacyidea-ldap-proxy", "simplesamlphp"})
# They encode twice by a library that writes a blank as "+": what is left of one is a plain "+", while a
# plus sign that was typed arrives as "%2B".
_WRITES_BLANK_AS_PLUS = frozenset({"privacyidea-keycloak", "privacyidea-shibboleth", "entraid-via-keycloak"})
# Base64, which those same clients encode once only: its "+" is a "+".
FIDO_FIELDS = frozenset(
    {
        "credentialid",
        "credential_id",
        "rawId",
        "clientdata",
        "clientDataJSON",
        "authenticatordata",
        "authenticatorData",
        "signaturedata",
        "signature",
        "userhandle",
        "userHandle",
        "regdata",
        "attestationObject",
        "assertionclientextensions",
        "registrationclientextensions",
        "authenticatorAttachment",
    }
)


def product(user_agent: str) -> str:
    """The name before the version, in lower case: what a User-Agent is known by."""
    return user_agent.partition("/")[0].strip().lower()


def decoded_again(name: str, value: str, user_agent: str) -> str:
    """``value`` as the client meant it. Raises InvalidField for what is no text then."""
    client = product(user_agent)
    if client in _ENCODES_ONCE or name in FIDO_FIELDS:
        return value
    if client in _WRITES_BLANK_AS_PLUS:
        return _decoded(name, value, blanks=True)
    return _decoded(name, value, blanks=False) if "%" in value else value


def _decoded(name: str, value: str, *, blanks: bool) -> str:
    try:
        return unquote_plus(value, errors="strict") if blanks else unquote(value, errors="strict")
    except UnicodeDecodeError:
        raise InvalidField(name, "is not UTF-8") from None
