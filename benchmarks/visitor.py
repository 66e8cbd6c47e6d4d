"""A person's browser: follows redirects while they stay here, and signs in by password and code."""

from __future__ import annotations

import html
import re
from urllib.parse import quote

from benchmarks.connection import Answer, Connection, Failed
from benchmarks.people import PASSWORD, Person

_CSRF = re.compile(rb'name="csrf" value="([^"]+)"')
_LEAVES_FOR = re.compile(rb'http-equiv="refresh" content="0;url=([^"]+)"')


class Visitor:
    """Starts without cookies."""

    def __init__(self, port: int) -> None:
        self._connection = Connection(port)
        self._at = ""

    def open(self, path: str) -> Answer:
        """The page that is shown in the end, or the redirect that leads away."""
        self._at = path
        return self._follow(self._connection.get(path))

    def sign_in(self, path: str, person: Person, code: str) -> Answer:
        """Open `path`, which asks for a sign-in, and give both factors."""
        page = self.open(path)
        page = self._submit(page, f"username={quote(person.login)}&password={quote(PASSWORD)}")
        return self._submit(page, f"code={code}")

    def forget(self) -> None:
        """All cookies go; the connection stays, as it would behind a proxy."""
        self._connection.cookies.clear()

    def _submit(self, page: Answer, fields: str) -> Answer:
        found = _CSRF.search(page.body)
        if page.status != 200 or found is None:
            raise Failed(f"{self._at}: {page.status} without a form")
        form = f"{fields}&csrf={quote(found[1].decode(), safe='')}"
        return self._follow(self._connection.post(self._at, form))

    def _follow(self, answer: Answer) -> Answer:
        while answer.status == 303 and answer.location.startswith("/"):
            self._at = answer.location
            answer = self._connection.get(self._at)
        return answer


def destination(answer: Answer) -> str:
    """Where the browser goes next: by redirect, or from the page that takes it there. Raises Failed."""
    if answer.status == 303:
        return answer.location
    found = _LEAVES_FOR.search(answer.body)
    if found is None:
        raise Failed(f"{answer.status}, and it leads nowhere: {answer.body[-300:]!r}")
    return html.unescape(found[1].decode())
