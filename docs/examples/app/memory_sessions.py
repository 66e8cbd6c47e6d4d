"""Flask sessions that stay on the server: the browser gets a random id and nothing to read.

So an ID token is in no cookie, and a cookie that was copied is worth nothing after signing out.
"""

import secrets
import threading
import time
from typing import Any

from flask import Flask, Request, Response
from flask.sessions import SessionInterface, SessionMixin

LIFETIME_SECONDS = 8 * 3600
MOST_SESSIONS = 10_000


class BrowserSession(dict[str, Any], SessionMixin):
    """One browser's session; ``id`` is what its cookie holds."""

    def __init__(self) -> None:
        super().__init__()
        self.id = secrets.token_urlsafe(32)
        self.expires = time.monotonic() + LIFETIME_SECONDS


class MemorySessions(SessionInterface):
    def __init__(self) -> None:
        self._sessions: dict[str, BrowserSession] = {}
        self._lock = threading.Lock()

    def start_over(self, session: BrowserSession) -> None:
        """Empties ``session`` and gives it a new id: whoever knew the old one has nothing."""
        with self._lock:
            self._sessions.pop(session.id, None)
        session.clear()
        session.id = secrets.token_urlsafe(32)

    def open_session(self, app: Flask, request: Request) -> BrowserSession:
        kept = self._sessions.get(request.cookies.get(self.get_cookie_name(app), ""))
        return kept if kept and kept.expires > time.monotonic() else BrowserSession()

    def save_session(self, app: Flask, session: BrowserSession, response: Response) -> None:
        if not session:
            return
        with self._lock:
            if len(self._sessions) >= MOST_SESSIONS and session.id not in self._sessions:
                del self._sessions[next(iter(self._sessions))]  # the oldest: dicts keep their order
            self._sessions[session.id] = session
        response.set_cookie(
            self.get_cookie_name(app),
            session.id,
            httponly=True,
            samesite="Lax",
            secure=self.get_cookie_secure(app),
        )
