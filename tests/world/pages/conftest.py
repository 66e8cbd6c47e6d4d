"""A server that shows every sample page with the product's headers, and an application next door."""

from __future__ import annotations

import threading
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field, replace
from typing import Any

import pytest
from flask import Flask, Response, request
from werkzeug.serving import make_server

from idp.pages.headers import console_headers, leave_headers, login_headers
from idp.pages.login import LeaveFormPage, LeavePage
from idp.pages.page import Page
from idp.pages.render import Pages
from idp.pages.views import language_cookie, pages_blueprint
from tests.support.certificates import Authority, ServerCertificate
from tests.unit.idp.pages.samples import BY_NAME, CSRF, NOW, Sample, make_pages

LOOPBACK = "127.0.0.1"


@dataclass
class Shown:
    """The server of the pages. ``posted`` keeps each form that came in; ``changed`` replaces samples."""

    port: int = 0
    posted: list[dict[str, str]] = field(default_factory=list)
    changed: dict[str, Page] = field(default_factory=dict)
    got: int = 0

    @property
    def origin(self) -> str:
        return f"http://localhost:{self.port}"

    def url(self, name: str) -> str:
        return f"{self.origin}/sample/{name}"

    def change(self, name: str, **fields: Any) -> str:
        """Show the sample with other fields; gives its address."""
        self.changed[name] = replace(BY_NAME[name].page, **fields)
        return self.url(name)

    def sample(self, name: str) -> Sample:
        sample = BY_NAME[name]
        return replace(sample, page=self.changed.get(name, sample.page))


def headers_of(sample: Sample) -> dict[str, str]:
    if isinstance(sample.page, LeaveFormPage):
        return leave_headers(sample.page.destination)
    return console_headers() if sample.template.startswith(("account/", "admin/")) else login_headers()


def showing(pages: Pages, shown: Shown) -> Flask:
    app = Flask(__name__)

    @app.route("/sample/<name>", methods=["GET", "POST"])
    def sample(name: str) -> Response:
        if request.method == "POST":
            shown.posted.append(request.form.to_dict())
            return Response(status=303, headers={"Location": "/posted"})
        shown.got += 1
        it = shown.sample(name)
        text = pages.render(
            it.template,
            it.page,
            lang=request.args.get("lang") or request.cookies.get(language_cookie(secure=False), "en"),
            now=NOW,
            self_url="" if isinstance(it.page, LeavePage | LeaveFormPage) else request.full_path.rstrip("?"),
            csrf=CSRF,
        )
        return Response(text, headers=headers_of(it), content_type="text/html; charset=utf-8")

    @app.get("/posted")
    def posted() -> Response:
        return Response("<!doctype html><html lang=en><title>Posted</title><h1>Posted</h1>")

    @app.get("/favicon.ico")
    def favicon() -> Response:
        return Response(status=204)

    return app


@contextmanager
def served(app: Flask, certificate: ServerCertificate | None = None) -> Iterator[int]:
    """``app`` on a free port of this machine, by TLS where there is a certificate."""
    tls = (str(certificate.certificate), str(certificate.key)) if certificate else None
    server = make_server(LOOPBACK, 0, app, threaded=True, ssl_context=tls)
    thread = threading.Thread(target=server.serve_forever, daemon=True)
    thread.start()
    yield server.port
    server.shutdown()
    thread.join()
    server.server_close()


@pytest.fixture(scope="session")
def sample_server() -> Iterator[Shown]:
    shown = Shown()
    pages = make_pages()
    app = showing(pages, shown)
    with served(app) as port:
        shown.port = port
        app.register_blueprint(pages_blueprint(pages, origin=shown.origin))
        yield shown


@pytest.fixture
def shown(sample_server: Shown) -> Shown:
    """The pages: ``page.goto(shown.url("first-factor"))``."""
    sample_server.posted.clear()
    sample_server.changed.clear()
    sample_server.got = 0
    return sample_server


@dataclass
class Application:
    """What people sign in to. It takes what comes at ``/arrive`` and sends the browser on once more."""

    scheme: str
    onward_host: str
    port: int = 0
    arrived: list[dict[str, str]] = field(default_factory=list)

    def url(self, path: str) -> str:
        return f"{self.scheme}://portal.localhost:{self.port}{path}"

    @property
    def onward(self) -> str:
        return f"{self.scheme}://{self.onward_host}:{self.port}/welcome"

    def app(self) -> Flask:
        app = Flask(__name__)

        @app.route("/arrive", methods=["GET", "POST"])
        def arrive() -> Response:
            self.arrived.append(request.values.to_dict())
            return Response(status=303, headers={"Location": self.onward})

        @app.get("/welcome")
        def welcome() -> Response:
            return Response("<!doctype html><html lang=en><title>Portal</title><h1>Welcome</h1>")

        @app.get("/favicon.ico")
        def favicon() -> Response:
            return Response(status=204)

        return app


@pytest.fixture
def portal(authority: Authority) -> Iterator[Application]:
    """By TLS; it hands people on to another host."""
    application = Application("https", "app.localhost")
    with served(application.app(), authority.issue("portal.localhost", "app.localhost")) as application.port:
        yield application


@pytest.fixture
def demo_portal() -> Iterator[Application]:
    """Without TLS on loopback, as the demo's portal is."""
    application = Application("http", "portal.localhost")
    with served(application.app()) as application.port:
        yield application
