"""An application that takes sign-ins by OpenID Connect: a confidential client with PKCE."""

from __future__ import annotations

import base64
import hashlib
from urllib.parse import parse_qs, quote, urlencode, urlsplit

from benchmarks.connection import Answer, Connection, Failed
from benchmarks.scenario import Meeting
from benchmarks.visitor import destination

_VERIFIER = "an-unguessable-verifier-of-this-application-0123456789"


class RelyingParty:
    """Keeps one connection to the token endpoint."""

    def __init__(self, meeting: Meeting) -> None:
        self._meeting = meeting
        self._connection = Connection(meeting.port)
        credentials = f"{quote(meeting.client_id)}:{quote(meeting.client_secret, safe='')}".encode()
        self._authorization = f"Authorization: Basic {base64.b64encode(credentials).decode()}\r\n"
        hashed = base64.urlsafe_b64encode(hashlib.sha256(_VERIFIER.encode()).digest())
        asked = {
            "client_id": meeting.client_id,
            "redirect_uri": meeting.callback,
            "response_type": "code",
            "scope": "openid profile email",
            "state": "state-of-the-browser",
            "nonce": "nonce-of-the-browser",
            "code_challenge": hashed.rstrip(b"=").decode(),
            "code_challenge_method": "S256",
        }
        self.request = f"/oidc/authorize?{urlencode(asked)}"

    def code(self, answer: Answer) -> str:
        """The code with which the browser comes back. Raises Failed."""
        location = destination(answer)
        code = parse_qs(urlsplit(location).query).get("code")
        if not location.startswith(self._meeting.callback) or not code:
            raise Failed(f"no code: {location}")
        return code[0]

    def redeem(self, code: str) -> None:
        """Tokens for the code. Raises Failed."""
        form = urlencode(
            {
                "grant_type": "authorization_code",
                "code": code,
                "redirect_uri": self._meeting.callback,
                "code_verifier": _VERIFIER,
            }
        )
        answer = self._connection.post("/oidc/token", form, self._authorization)
        if answer.status != 200 or b'"id_token"' not in answer.body:
            raise Failed(f"no tokens: {answer.status} {answer.body!r}")
