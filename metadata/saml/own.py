"""Our own EntityDescriptor: what the identity provider does, and nothing that it does not.

The bytes stay the same while nothing changes: the end of validity moves once a day and the ID
follows from the content, so that a web server's ETag holds (SD-P01, SD-P05, SD-P09, SD-P10).
"""

from __future__ import annotations

import hashlib
from dataclasses import dataclass
from datetime import datetime, timedelta

from metadata.entity import LocalizedText
from metadata.saml import vocabulary
from metadata.saml.markup import attribute, instant, text
from metadata.saml.signature import encoded
from metadata.saml.signing import SigningCredential, signed
from metadata.saml.vocabulary import Binding, NameIdFormat

VALIDITY = timedelta(days=14)
CACHE_DURATION = "PT6H"


@dataclass(frozen=True, slots=True)
class IdentityProvider:
    """Who we are. Addresses are absolute.

    ``other_certificates`` (DER) are published beside the active one: the next before its use, a
    retired one until what it signed has expired (SD-K01).
    """

    entity_id: str
    sso_redirect: str
    slo_redirect: str
    error_url: str
    display_names: tuple[LocalizedText, ...]
    contact_name: str
    contact_email: str
    other_certificates: tuple[bytes, ...] = ()
    want_authn_requests_signed: bool = False


def entity_descriptor(own: IdentityProvider, credential: SigningCredential, now: datetime) -> str:
    """The signed description of ``own``, good for 13 to 14 days; ``credential`` is the active key.

    Raises UnwritableText, when a name holds a character that XML cannot carry.
    """
    midnight = now.replace(hour=0, minute=0, second=0, microsecond=0)
    content = _role(own, credential) + _contact(own)
    valid_until = instant(midnight + VALIDITY)
    fingerprint = hashlib.sha256(f"{own.entity_id} {valid_until} {content}".encode()).hexdigest()
    identifier = f"_{fingerprint[:40]}"
    before = (
        f'<md:EntityDescriptor xmlns:md="{vocabulary.METADATA}" ID="{identifier}"'
        f' cacheDuration="{CACHE_DURATION}" entityID="{attribute(own.entity_id)}" validUntil="{valid_until}">'
    )
    return signed(before, content + "</md:EntityDescriptor>", identifier, credential)


def _role(own: IdentityProvider, credential: SigningCredential) -> str:
    wants_signed = ' WantAuthnRequestsSigned="true"' if own.want_authn_requests_signed else ""
    formats = (NameIdFormat.PERSISTENT, NameIdFormat.TRANSIENT)
    return (
        f'<md:IDPSSODescriptor{wants_signed} errorURL="{attribute(own.error_url)}"'
        f' protocolSupportEnumeration="{vocabulary.PROTOCOL}">'
        + _user_interface(own)
        + "".join(map(_key_descriptor, (credential.certificate, *own.other_certificates)))
        + _endpoint("SingleLogoutService", own.slo_redirect)
        + "".join(f"<md:NameIDFormat>{value}</md:NameIDFormat>" for value in formats)
        + _endpoint("SingleSignOnService", own.sso_redirect)
        + "</md:IDPSSODescriptor>"
    )


def _user_interface(own: IdentityProvider) -> str:
    names = "".join(
        f'<mdui:DisplayName xml:lang="{attribute(name.language)}">{text(name.text)}</mdui:DisplayName>'
        for name in own.display_names
    )
    return (
        f'<md:Extensions><mdui:UIInfo xmlns:mdui="{vocabulary.USER_INTERFACE}">{names}'
        "</mdui:UIInfo></md:Extensions>"
    )


def _key_descriptor(certificate: bytes) -> str:
    return (
        f'<md:KeyDescriptor use="signing"><ds:KeyInfo xmlns:ds="{vocabulary.SIGNATURE}"><ds:X509Data>'
        f"<ds:X509Certificate>{encoded(certificate)}</ds:X509Certificate>"
        "</ds:X509Data></ds:KeyInfo></md:KeyDescriptor>"
    )


def _endpoint(name: str, location: str) -> str:
    return f'<md:{name} Binding="{Binding.REDIRECT}" Location="{attribute(location)}"></md:{name}>'


def _contact(own: IdentityProvider) -> str:
    return (
        '<md:ContactPerson contactType="technical">'
        f"<md:GivenName>{text(own.contact_name)}</md:GivenName>"
        f"<md:EmailAddress>{text('mailto:' + own.contact_email)}</md:EmailAddress></md:ContactPerson>"
    )
