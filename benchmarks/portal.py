"""A portal that takes sign-ins by SAML: asks by Redirect, is answered by POST."""

from __future__ import annotations

import base64
import itertools
import re
import secrets
import time
import zlib
from urllib.parse import quote

from benchmarks.connection import Answer, Failed
from benchmarks.scenario import Meeting

_RESPONSE = re.compile(rb'name="SAMLResponse" value="([^"]+)"')
_SUCCESS = b"urn:oasis:names:tc:SAML:2.0:status:Success"


class Portal:
    """Does not sign its requests: the Response is signed twice, which is what costs."""

    def __init__(self, meeting: Meeting) -> None:
        self._meeting = meeting
        self._mark = secrets.token_hex(8)
        self._numbers = itertools.count()

    def request(self) -> str:
        """The address that carries a new AuthnRequest."""
        instant = time.strftime("%Y-%m-%dT%H:%M:%SZ", time.gmtime())
        document = (
            '<samlp:AuthnRequest xmlns:samlp="urn:oasis:names:tc:SAML:2.0:protocol"'
            ' xmlns:saml="urn:oasis:names:tc:SAML:2.0:assertion"'
            f' ID="_{self._mark}{next(self._numbers)}" Version="2.0" IssueInstant="{instant}"'
            f' Destination="http://localhost:{self._meeting.port}/saml/sso">'
            f"<saml:Issuer>{self._meeting.portal}</saml:Issuer></samlp:AuthnRequest>"
        )
        deflater = zlib.compressobj(level=1, wbits=-15)
        deflated = base64.b64encode(deflater.compress(document.encode()) + deflater.flush())
        return f"/saml/sso?SAMLRequest={quote(deflated, safe='')}&RelayState=state"

    def accept(self, answer: Answer) -> None:
        """The page that carries a Response. Raises Failed."""
        found = _RESPONSE.search(answer.body)
        response = base64.b64decode(found[1]) if found else b""
        if _SUCCESS not in response or response.count(b"<ds:SignatureValue>") != 2:
            raise Failed(f"no Response: {answer.status} {answer.body[-300:]!r}")
