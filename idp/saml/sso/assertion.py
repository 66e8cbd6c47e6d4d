"""The assertion: who it is about, who proved it how and when, and for whom it is meant.

Bound to one service, one consumer service and one request, and good for five minutes (SAML-15).
The text is its own canonical form, see ``metadata.saml.markup``. Source: SAML Profiles, section
4.1.4.2; SD-S03 to SD-S10.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta

from idp.saml.attributes import SamlAttribute, attribute_element
from idp.saml.identifiers import new_identifier
from idp.saml.name_id import NameId, name_id_element
from idp.saml.sso.address import ReturnAddress
from metadata.saml import vocabulary
from metadata.saml.markup import attribute, instant, text
from metadata.saml.signing import SigningCredential, signed
from metadata.saml.validity import SKEW
from metadata.saml.vocabulary import BEARER

LIFE = timedelta(minutes=5)


@dataclass(frozen=True, slots=True)
class Statement:
    """What is asserted. ``authn_instant``: when the oldest factor of ``context_class`` was proven.

    ``session_index`` is opaque, of this service alone, and not the value of a cookie (SD-S06).
    """

    issuer: str
    name_id: NameId
    context_class: str
    authn_instant: datetime
    session_index: str
    session_ends_at: datetime
    attributes: tuple[SamlAttribute, ...] = ()


def signed_assertion(
    statement: Statement, address: ReturnAddress, credential: SigningCredential, now: datetime
) -> str:
    """A signed ``saml:Assertion`` with one AuthnStatement, for the service at ``address`` only.

    Raises UnwritableText, when a value holds a character that XML cannot carry.
    """
    identifier = new_identifier()
    before = (
        f'<saml:Assertion xmlns:saml="{vocabulary.ASSERTION}" ID="{identifier}"'
        f' IssueInstant="{instant(now)}" Version="2.0"><saml:Issuer>{text(statement.issuer)}</saml:Issuer>'
    )
    after = (
        _subject(statement, address, now)
        + _conditions(address, now)
        + _authn_statement(statement)
        + _attribute_statement(statement)
        + "</saml:Assertion>"
    )
    return signed(before, after, identifier, credential)


def _subject(statement: Statement, address: ReturnAddress, now: datetime) -> str:
    return (
        f"<saml:Subject>{name_id_element(statement.name_id)}"
        f'<saml:SubjectConfirmation Method="{BEARER}"><saml:SubjectConfirmationData'
        f' InResponseTo="{attribute(address.in_response_to)}" NotOnOrAfter="{instant(now + LIFE)}"'
        f' Recipient="{attribute(address.location)}"></saml:SubjectConfirmationData>'
        "</saml:SubjectConfirmation></saml:Subject>"
    )


def _conditions(address: ReturnAddress, now: datetime) -> str:
    return (
        f'<saml:Conditions NotBefore="{instant(now - SKEW)}" NotOnOrAfter="{instant(now + LIFE)}">'
        f"<saml:AudienceRestriction><saml:Audience>{text(address.service)}</saml:Audience>"
        "</saml:AudienceRestriction></saml:Conditions>"
    )


def _authn_statement(statement: Statement) -> str:
    return (
        f'<saml:AuthnStatement AuthnInstant="{instant(statement.authn_instant)}"'
        f' SessionIndex="{attribute(statement.session_index)}"'
        f' SessionNotOnOrAfter="{instant(statement.session_ends_at)}"><saml:AuthnContext>'
        f"<saml:AuthnContextClassRef>{text(statement.context_class)}</saml:AuthnContextClassRef>"
        "</saml:AuthnContext></saml:AuthnStatement>"
    )


def _attribute_statement(statement: Statement) -> str:
    if not statement.attributes:  # the schema has no empty AttributeStatement
        return ""
    attributes = "".join(map(attribute_element, statement.attributes))
    return f"<saml:AttributeStatement>{attributes}</saml:AttributeStatement>"
