"""What the browser holds: a session cookie and a browser cookie, random values and nothing else."""

from __future__ import annotations

import secrets
from dataclasses import dataclass

from flask import Response

from idp.sessions.sso import cookie_hash
from mfa_engine.errors import InvalidField

_PREFIX = "__Host-"


@dataclass(frozen=True, slots=True)
class Held:
    """The cookies of ours that came with a request; empty when one did not."""

    session: str
    browser: str

    @property
    def browser_hash(self) -> str:
        """What a login in progress knows its browser by."""
        return cookie_hash(self.browser) if self.browser else ""


class Cookies:
    """Names and flags. ``secure`` is False on plain-http loopback only: the prefix goes with it."""

    def __init__(self, *, secure: bool) -> None:
        self._secure = secure
        prefix = _PREFIX if secure else ""
        self.session_name = f"{prefix}dw_session"
        self.browser_name = f"{prefix}dw_login"

    def read(self, header: str) -> Held:
        """Our cookies from the ``Cookie`` header. Raises InvalidField when one came twice, or nameless
        with our name as its value (SESS-02)."""
        found: dict[str, str] = {}
        for part in header.split(";"):
            name, equals, value = part.strip().partition("=")
            ours = name if equals and name else value.partition("=")[0] if equals else name
            if ours in (self.session_name, self.browser_name):
                if ours in found or not (equals and name):
                    raise InvalidField("Cookie", f"{ours} came twice: close the browser and begin again")
                found[ours] = value
        return Held(found.get(self.session_name, ""), found.get(self.browser_name, ""))

    def set_session(self, response: Response, value: str) -> None:
        """No ``Expires``: it ends with the browser, and before that when the server says so."""
        self._set(response, self.session_name, value)

    def drop_session(self, response: Response) -> None:
        """The browser forgets its session."""
        response.delete_cookie(
            self.session_name, path="/", secure=self._secure, httponly=True, samesite="Lax"
        )

    def set_browser(self, response: Response, value: str) -> None:
        """Binds logins in progress to this browser; shared by its tabs."""
        self._set(response, self.browser_name, value)

    def _set(self, response: Response, name: str, value: str) -> None:
        response.set_cookie(name, value, path="/", secure=self._secure, httponly=True, samesite="Lax")


def new_browser_value() -> str:
    """A value for a browser that has none."""
    return secrets.token_urlsafe(32)
