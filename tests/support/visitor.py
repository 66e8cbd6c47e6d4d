"""Somebody at a running Doorward, over a real connection, without a script or a screen."""

from __future__ import annotations

import re
from html import unescape
from urllib.parse import urljoin

import requests

_STEP = re.compile(r"/login/[^/]+/(?P<step>[a-z-]+)")


class Visitor:
    """Keeps cookies and the page that was answered last; follows redirects only within the server."""

    def __init__(self, base: str, timeout: float = 30) -> None:
        self.base = base
        self.timeout = timeout
        self.session = requests.Session()
        self.session.trust_env = False  # no proxy of the environment
        self.at = base
        self.shown: requests.Response | None = None

    def open(self, address: str) -> requests.Response:
        """GET a path or address of the server."""
        return self._send("GET", address)

    def submit(self, address: str = "", **fields: str) -> requests.Response:
        """Post the form of the page that is shown, to that page unless told otherwise."""
        return self._send("POST", address or self.at, data={"csrf": self.csrf, **fields})

    def post(self, **fields: str) -> requests.Response:
        """As `submit`, without following where the answer leads."""
        headers = {"Origin": self.base}
        return self.session.post(
            self.at,
            data={"csrf": self.csrf, **fields},
            headers=headers,
            timeout=self.timeout,
            allow_redirects=False,
        )

    def give_password(self, login: str, password: str) -> requests.Response:
        return self.submit(username=login, password=password)

    def give_code(self, code: str) -> requests.Response:
        return self.submit(code=code)

    @property
    def response(self) -> requests.Response:
        """What came last."""
        if self.shown is None:
            raise LookupError("nothing was opened yet")
        return self.shown

    @property
    def step(self) -> str:
        """The step of the login that is shown; empty elsewhere."""
        found = _STEP.search(self.at)
        return found["step"] if found and self.response.status_code < 300 else ""

    @property
    def csrf(self) -> str:
        return self.find(r'name="csrf" value="([^"]+)"')

    @property
    def destination(self) -> str:
        """Where the browser goes next: by redirect, or from the leave page."""
        location = self.response.headers.get("Location")
        return location or self.find(r'http-equiv="refresh" content="0;url=([^"]+)"')

    def find(self, pattern: str) -> str:
        """The first group of `pattern` in the page that is shown. Raises LookupError."""
        found = re.search(pattern, self.response.text, re.DOTALL)
        if found is None:
            raise LookupError(f"{pattern} is not on the page at {self.at}: {self.response.text[-1500:]}")
        return unescape(found[1])

    def cookie(self, name: str) -> str | None:
        """The value of a cookie; None when there is none."""
        value: str | None = self.session.cookies.get(name)
        return value

    def _send(self, method: str, address: str, data: dict[str, str] | None = None) -> requests.Response:
        self.at = urljoin(self.at, address)
        headers = {"Origin": self.base} if method == "POST" else {}
        answer = self.session.request(
            method, self.at, data=data, headers=headers, timeout=self.timeout, allow_redirects=False
        )
        self.shown = answer
        location = urljoin(self.at, answer.headers.get("Location", ""))
        if answer.is_redirect and location.startswith(f"{self.base}/"):
            return self._send("GET", location)
        return answer
