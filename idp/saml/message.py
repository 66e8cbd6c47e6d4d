"""What every request carries, and must show before anything in it is believed.

The abstract request of SAML Core, section 3.2.1, and the checks that do not depend on a profile.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from idp.saml.bindings.redirect import QuerySignature
from idp.saml.errors import StatusError, malformed, page_for, untrusted
from idp.saml.status import VERSION_TOO_HIGH, VERSION_TOO_LOW
from metadata.entity import PublicKey, ServiceProvider
from metadata.errors import InvalidDocument
from metadata.saml import vocabulary
from metadata.saml.algorithms import verify_value
from metadata.saml.datatypes import instant, ncname, text
from metadata.saml.document import Element
from metadata.saml.errors import MalformedDocument
from metadata.saml.validity import is_over
from metadata.saml.vocabulary import NameIdFormat, tag

ISSUER = tag(vocabulary.ASSERTION, "Issuer")
EXTENSIONS = tag(vocabulary.PROTOCOL, "Extensions")

_VERSION = re.compile(r"[0-9]{1,3}\.[0-9]{1,3}")


@dataclass(frozen=True, slots=True)
class Header:
    """Who asks, when, whom. Claims all of them until the checks below have run."""

    id: str
    issuer: str
    version: str
    issue_instant: datetime
    destination: str | None


@dataclass(frozen=True, slots=True)
class OneUse:
    """The pair that may be seen once (SD-R14); after ``expires_at`` the message is too old anyway."""

    issuer: str
    id: str
    expires_at: datetime


def read_header(root: Element, issuers: Sequence[Element]) -> Header:
    """The header of a request, ``issuers`` being its Issuer elements.

    Raises MalformedDocument: schema, issuer, issue_instant.
    """
    version = root.get("Version", "")
    if not _VERSION.fullmatch(version):
        raise MalformedDocument("schema", "Version: give 2.0")
    return Header(
        id=ncname(root.get("ID"), "ID"),
        issuer=_issuer(issuers),
        version=version,
        issue_instant=instant(root.get("IssueInstant"), "IssueInstant", reason="issue_instant"),
        destination=root.get("Destination"),
    )


def known_service(found: ServiceProvider | None, issuer: str, now: datetime) -> ServiceProvider:
    """``found``, when there is one and its metadata has not expired (SD-E03, SAML-20).

    The caller looks it up among those that are registered and enabled. Raises PageError (403):
    issuer, metadata_expired.
    """
    if found is None or found.entity_id != issuer:
        raise untrusted("issuer", f"the service '{issuer[:256]}' is not registered here")
    if found.valid_until is not None and is_over(found.valid_until, now):
        raise untrusted("metadata_expired", f"what is known of the service '{issuer[:256]}' has expired")
    return found


def verify_query(signature: QuerySignature, keys: Sequence[PublicKey]) -> None:
    """Make sure that the holder of one of ``keys`` sent the request. Raises PageError (403)."""
    try:
        verify_value(signature.octets, signature.value, signature.algorithm, keys)
    except InvalidDocument as error:
        raise page_for(error) from error


def check_destination(destination: str | None, location: str, *, signed: bool) -> None:
    """The message must be meant for us, and a signed one must say so (SD-R06, SAML-13).

    Raises PageError (400): destination.
    """
    if destination is None and not signed:
        return
    if destination != location:
        raise malformed("destination", "the request was made for another address")


def check_version(version: str) -> None:
    """SAML 2 and no other (SD-E10). Raises StatusError (VersionMismatch)."""
    major = int(version.partition(".")[0])
    if major != 2:
        raise StatusError(VERSION_TOO_HIGH if major > 2 else VERSION_TOO_LOW, "version")


def _issuer(found: Sequence[Element]) -> str:
    if not found:
        raise MalformedDocument("issuer", "say in Issuer who asks")
    if found[0].get("Format", NameIdFormat.ENTITY) != NameIdFormat.ENTITY:
        raise MalformedDocument("issuer", "give an entityID as Issuer")
    return text(found[0])
