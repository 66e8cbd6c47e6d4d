"""The portal's pages, and the addresses that its metadata names."""

import secrets
from http import HTTPStatus

from flask import Flask, current_app, redirect, render_template, request
from werkzeug import Response

from arrival import Arrival
from expiring_store import ExpiringStore
from problems import Problem, Refusal
from service_provider import LoginRequest, ServiceProvider

VISIT_COOKIE = "library_portal_visit"
BROWSER_COOKIE = "library_portal_browser"
BROWSER_COOKIE_SECONDS = 600
TICKET_SECONDS = 60
CONTEXTS_IN_WORDS = {
    "https://refeds.org/profile/mfa": "Two steps",
    "https://refeds.org/profile/sfa": "One step",
    "urn:oasis:names:tc:SAML:2.0:ac:classes:PasswordProtectedTransport": "Password",
}
# No form-action: Chromium holds it against the redirects that follow a form, and "Sign out"
# goes on to the identity provider and wherever that leads.
CONTENT_SECURITY_POLICY = (
    "default-src 'none'; style-src 'self'; img-src 'self'; base-uri 'none'; frame-ancestors 'none'"
)


def create_app(provider: ServiceProvider) -> Flask:
    portal = Portal(provider)
    app = Flask(__name__)
    app.config["MAX_CONTENT_LENGTH"] = 512 * 1024
    for method, address, view in (
        ("GET", "/", portal.start),
        ("GET", "/metadata", portal.metadata),
        ("GET", "/login", portal.login),
        ("POST", "/acs", portal.assertion_consumer_service),
        ("GET", "/signed-in", portal.signed_in),
        ("POST", "/logout", portal.logout),
        ("GET", "/slo", portal.single_logout_service),
        ("GET", "/signed-out", portal.signed_out),
    ):
        app.add_url_rule(address, view_func=view, methods=[method])
    app.register_error_handler(Refusal, refused)
    app.after_request(protect)
    return app


class Portal:
    """The views, and who is visiting."""

    def __init__(self, provider: ServiceProvider) -> None:
        self._provider = provider
        self._visits = ExpiringStore[Arrival]()
        self._tickets = ExpiringStore[tuple[LoginRequest, Arrival]]()

    def start(self) -> str:
        arrival = self._visitor()
        if arrival is None:
            return render_template("start.html")
        words = CONTEXTS_IN_WORDS.get(arrival.context, "Another way")
        return render_template("reader.html", reader=arrival, context_in_words=words)

    def metadata(self) -> Response:
        return Response(self._provider.metadata(), mimetype="application/samlmetadata+xml")

    def login(self) -> Response:
        """Sends the browser to the identity provider, marked so that its return is recognised."""
        browser = request.cookies.get(BROWSER_COOKIE) or secrets.token_urlsafe(32)
        url = self._provider.start_login(
            browser=browser,
            second_step="second-step" in request.args,
            afresh="afresh" in request.args,
        )
        response = redirect(url, 303)
        self._set_cookie(response, BROWSER_COOKIE, browser, BROWSER_COOKIE_SECONDS)
        return response

    def assertion_consumer_service(self) -> Response:
        """Takes the answer, which another site posts: no cookie of ours comes with it.

        So the browser goes on to ``/signed-in``, where its cookies are there again.
        """
        answered = self._provider.accept_response(request.form)
        ticket = secrets.token_urlsafe(32)
        self._tickets.put(ticket, answered, lifetime_seconds=TICKET_SECONDS)
        return redirect(f"/signed-in?ticket={ticket}", 303)

    def signed_in(self) -> Response:
        """Begins the visit, in the browser that asked for it and in no other."""
        answered = self._tickets.take(request.args.get("ticket", ""))
        if answered is None:
            raise Refusal(Problem.NOT_ASKED_FOR, "unknown ticket")
        login_request, arrival = answered
        if login_request.browser != request.cookies.get(BROWSER_COOKIE):
            raise Refusal(Problem.NOT_ASKED_FOR, "the answer came to a browser that did not ask")
        self._visits.take(request.cookies.get(VISIT_COOKIE, ""))
        visit = secrets.token_urlsafe(32)
        self._visits.put(visit, arrival, lifetime_seconds=arrival.visit_seconds)
        response = redirect("/", 303)
        self._set_cookie(response, VISIT_COOKIE, visit)
        return response

    def logout(self) -> Response:
        """Ends the visit here, then at the identity provider."""
        arrival = self._visits.take(request.cookies.get(VISIT_COOKIE, ""))
        response = redirect(self._provider.start_logout(arrival) if arrival else "/", 303)
        response.delete_cookie(VISIT_COOKIE)
        return response

    def single_logout_service(self) -> Response:
        self._provider.accept_logout_response(request.args, request.query_string.decode("latin-1"))
        return redirect("/signed-out", 303)

    def signed_out(self) -> str | Response:
        if self._visitor():
            return redirect("/", 303)
        return render_template("start.html", signed_out=True)

    def _visitor(self) -> Arrival | None:
        return self._visits.get(request.cookies.get(VISIT_COOKIE, ""))

    def _set_cookie(self, response: Response, name: str, value: str, max_age: int | None = None) -> None:
        secure = self._provider.base_url.startswith("https:")
        response.set_cookie(name, value, max_age=max_age, httponly=True, samesite="Lax", secure=secure)


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
