"""Chromium, and what it complains about.

Playwright's driver is linked with libatomic.so.1, which a small Debian lacks.
"""

import re
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any
from urllib.parse import urlsplit

from playwright.sync_api import (
    Browser,
    BrowserContext,
    ConsoleMessage,
    Page,
    Request,
    Response,
    WebError,
    sync_playwright,
)

from tests.support.certificates import Authority
from tests.support.programs import program

FLAGS = (
    "--no-sandbox",  # root has no other way
    "--disable-gpu",
    "--no-first-run",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
    "--disable-quic",
)
WIDTHS = {"wide": 1280, "narrow": 390}  # a laptop and a telephone, in CSS pixels

REPORT_VIOLATIONS = """
document.addEventListener("securitypolicyviolation", event => reportPolicyViolation(
    `${event.effectiveDirective} forbids ${event.blockedURI} (${event.sourceFile}:${event.lineNumber})`));
"""


@contextmanager
def chromium(authority: Authority) -> Iterator[Browser]:
    """A headless Chromium that trusts `authority` and nobody else of ours."""
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(
            executable_path=str(program("chromium")),
            args=[*FLAGS, f"--ignore-certificate-errors-spki-list={authority.key_hash}"],
        )
        yield browser
        browser.close()


class Complaints:
    """What went wrong in a browser while a test looked elsewhere: all of it fails the test.

    Violations of the Content-Security-Policy, errors on the console, uncaught exceptions, parts of a
    page that failed to load, pages answered by 5xx, requests that leave this machine. What a test
    provokes on purpose it names by `expect`. A page that answers 4xx is no complaint: tests ask for them.
    """

    def __init__(self) -> None:
        self.found: list[str] = []
        self._expected: list[str] = []

    def expect(self, pattern: str) -> None:
        """Complaints that match `pattern` (a regular expression, anywhere in it) are meant."""
        self._expected.append(pattern)

    def watch(self, context: BrowserContext) -> None:
        """Listen to every page of `context`, also to those that pages open."""
        context.expose_binding("reportPolicyViolation", self._policy_violation)
        context.add_init_script(REPORT_VIOLATIONS)
        context.on("console", self._console)
        context.on("weberror", self._uncaught)
        context.on("request", self._request)
        context.on("response", self._response)
        context.on("requestfailed", self._failed)

    def verify(self) -> None:
        """Raises AssertionError, listing what was not expected."""
        remaining = [
            text for text in self.found if not any(re.search(pattern, text) for pattern in self._expected)
        ]
        if remaining:
            raise AssertionError("the browser complained:\n" + "\n".join(remaining))

    def _policy_violation(self, source: Any, text: str) -> None:
        self.found.append(f"policy: {text}")

    def _console(self, message: ConsoleMessage) -> None:
        # Chromium repeats failed loads here, expected 4xx pages among them: `_response` judges those
        if message.type == "error" and not message.text.startswith("Failed to load resource"):
            self.found.append(f"console: {message.text}")

    def _uncaught(self, error: WebError) -> None:
        self.found.append(f"uncaught: {error.error.message}")

    def _request(self, request: Request) -> None:
        url = urlsplit(request.url)
        if url.scheme in {"http", "https"} and not is_here(url.hostname or ""):
            self.found.append(f"third party: {request.url}")

    def _response(self, response: Response) -> None:
        document = response.request.resource_type == "document"
        if response.status >= (500 if document else 400):
            self.found.append(f"status {response.status}: {response.request.method} {response.url}")

    def _failed(self, request: Request) -> None:
        # a page that the browser leaves while it loads is aborted, which is no fault of the page
        if request.failure != "net::ERR_ABORTED":
            self.found.append(f"failed: {request.method} {request.url}: {request.failure}")


def is_here(host: str) -> bool:
    """Whether `host` means this machine to every browser."""
    return host in {"localhost", "127.0.0.1", "[::1]"} or host.endswith(".localhost")


class Visits:
    """Opens pages for one test, each visitor with cookies of their own."""

    def __init__(self, browser: Browser) -> None:
        self.complaints = Complaints()
        self._browser = browser
        self._contexts: list[BrowserContext] = []

    def page(self, width: str = "wide", **options: Any) -> Page:
        """A visitor who was never here. `options` are those of playwright's `Browser.new_context`."""
        viewport = {"width": WIDTHS[width], "height": 900}
        context = self._browser.new_context(**{"viewport": viewport, "locale": "en-GB"} | options)
        context.set_default_timeout(20_000)
        self.complaints.watch(context)
        self._contexts.append(context)
        return context.new_page()

    def end(self) -> None:
        """Close every page."""
        for context in self._contexts:
            context.close()
