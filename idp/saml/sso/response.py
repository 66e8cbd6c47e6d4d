"""The Response: an assertion, or the status that stands for none, signed either way (SD-S02)."""

from __future__ import annotations

from datetime import datetime

from idp.saml.identifiers import new_identifier
from idp.saml.sso.address import ReturnAddress
from idp.saml.sso.assertion import Statement, signed_assertion
from idp.saml.status import SUCCESS, Status, status_element
from metadata.saml import vocabulary
from metadata.saml.markup import attribute, instant, text
from metadata.saml.signing import SigningCredential, signed


def success(
    statement: Statement, address: ReturnAddress, credential: SigningCredential, now: datetime
) -> str:
    """A signed Response with one signed assertion, the assertion signed first (SD-S11)."""
    assertion = signed_assertion(statement, address, credential, now)
    return _response(statement.issuer, address, status_element(SUCCESS) + assertion, credential, now)


def failure(
    issuer: str, status: Status, address: ReturnAddress, credential: SigningCredential, now: datetime
) -> str:
    """A signed Response without assertion, in answer to the request at ``address``."""
    return _response(issuer, address, status_element(status), credential, now)


def _response(
    issuer: str, address: ReturnAddress, content: str, credential: SigningCredential, now: datetime
) -> str:
    identifier = new_identifier()
    before = (
        f'<samlp:Response xmlns:samlp="{vocabulary.PROTOCOL}" Destination="{attribute(address.location)}"'
        f' ID="{identifier}" InResponseTo="{attribute(address.in_response_to)}"'
        f' IssueInstant="{instant(now)}" Version="2.0">'
        f'<saml:Issuer xmlns:saml="{vocabulary.ASSERTION}">{text(issuer)}</saml:Issuer>'
    )
    return signed(before, content + "</samlp:Response>", identifier, credential)
