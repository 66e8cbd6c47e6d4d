"""The app's pages."""

from datetime import UTC, datetime
from http import HTTPStatus

from flask import Flask, current_app, redirect, render_template, request, session
from werkzeug import Response

from memory_sessions import MemorySessions
from problems import Refusal
from relying_party import Registration, RelyingParty

CLASSES_IN_WORDS = {
    "https://refeds.org/profile/mfa": "Two steps",
    "https://refeds.org/profile/sfa": "One step",
    "urn:oasis:names:tc:SAML:2.0:ac:classes:PasswordProtectedTransport": "Password",
}
# No form-action: Chromium holds it against the redirects that follow a form, and "Sign out"
# goes on to the provider and wherever that leads.
CONTENT_SECURITY_POLICY = (
    "default-src 'none'; style-src 'self'; img-src 'self'; base-uri 'none'; frame-ancestors 'none'"
)


def create_app(registration: Registration) -> Flask:
    app = Flask(__name__)
    app.config.update(
        MAX_CONTENT_LENGTH=64 * 1024,
        SESSION_COOKIE_NAME="reading_list_session",
        SESSION_COOKIE_SECURE=registration.base_url.startswith("https:"),
    )
    app.session_interface = sessions = MemorySessions()
    reading_list = ReadingList(RelyingParty(app, registration), sessions)
    for method, address, view in (
        ("GET", "/", reading_list.start),
        ("GET", "/login", reading_list.login),
        ("GET", "/callback", reading_list.callback),
        ("POST", "/logout", reading_list.logout),
        ("GET", "/signed-out", reading_list.signed_out),
    ):
        app.add_url_rule(address, view_func=view, methods=[method])
    app.register_error_handler(Refusal, refused)
    app.after_request(protect)
    return app


class ReadingList:
    """The views."""

    def __init__(self, provider: RelyingParty, sessions: MemorySessions) -> None:
        self._provider = provider
        self._sessions = sessions

    def start(self) -> str:
        claims = session.get("claims")
        if claims is None:
            return render_template("start.html")
        return render_template(
            "list.html",
            claims=claims,
            class_in_words=CLASSES_IN_WORDS.get(claims.get("acr", ""), "Another way"),
            signed_in=datetime.fromtimestamp(claims["auth_time"], UTC) if "auth_time" in claims else None,
        )

    def login(self) -> Response:
        return self._provider.start_login(
            second_step="second-step" in request.args,
            afresh="afresh" in request.args,
        )

    def callback(self) -> Response:
        claims, id_token = self._provider.finish_login()
        self._sessions.start_over(session)
        session.update(claims=claims, id_token=id_token)
        return redirect("/", 303)

    def logout(self) -> Response:
        """Ends the session here, then at the provider."""
        id_token = session.get("id_token")
        self._sessions.start_over(session)
        return self._provider.start_logout(id_token) if id_token else redirect("/", 303)

    def signed_out(self) -> Response | str:
        if not self._provider.finish_logout():
            return redirect("/", 303)
        return render_template("start.html", signed_out=True)


def refused(refusal: Refusal) -> tuple[str, int]:
    words = refusal.problem.value
    if words.status != HTTPStatus.FORBIDDEN:  # the visitor's affair, nothing to mend
        current_app.logger.warning("%s: %r", refusal.problem.name, refusal.detail)
    return render_template("problem.html", words=words, detail=refusal.detail), words.status


def protect(response: Response) -> Response:
    response.headers["Content-Security-Policy"] = CONTENT_SECURITY_POLICY
    response.headers["Referrer-Policy"] = "same-origin"
    response.headers["X-Content-Type-Options"] = "nosniff"
    if request.endpoint != "static":
        response.headers["Cache-Control"] = "no-store"
    return response
