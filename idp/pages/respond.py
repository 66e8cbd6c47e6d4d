"""From a view model to an HTTP answer: language chosen, forms bound to this browser, headers set."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from datetime import datetime

from flask import Response, has_request_context, request

from idp.pages import csrf, language
from idp.pages.errors import ErrorPage
from idp.pages.headers import SHARED, login_headers
from idp.pages.page import Page
from idp.pages.render import Pages
from idp.pages.views import language_cookie

TEXT_HTML = "text/html; charset=utf-8"


class Respond:
    """Made once at start. Every method but ``language`` needs a request."""

    def __init__(
        self,
        pages: Pages,
        *,
        origin: str,
        default_language: str,
        csrf_key: bytes,
        clock: Callable[[], datetime],
    ) -> None:
        self._pages = pages
        self._origin = origin
        self._default = default_language
        self._csrf_key = csrf_key
        self._clock = clock
        self._cookie = language_cookie(secure=origin.startswith("https:"))

    def now(self) -> datetime:
        """The time by the one clock."""
        return self._clock()

    def page(
        self,
        template: str,
        page: Page,
        *,
        binding: str = "",
        hints: str = "",
        status: int = 200,
        headers: Mapping[str, str] | None = None,
    ) -> Response:
        """The page. ``binding`` is what its forms are bound to (a login's browser, a session); ``hints``
        the languages that the application wishes for."""
        html = self._pages.render(
            template,
            page,
            lang=self.language(hints),
            now=self._clock(),
            self_url=_own_address(),
            csrf=csrf.issue(self._csrf_key, binding.encode()) if binding else "",
        )
        return Response(html, status=status, headers=dict(headers or login_headers()), content_type=TEXT_HTML)

    def error(self, page: ErrorPage, *, headers: Mapping[str, str] | None = None) -> Response:
        """A page that ends something, with its status."""
        response = self.page("errors/page.html", page, status=page.status, headers=headers)
        if page.retry_after_seconds:
            response.headers["Retry-After"] = str(page.retry_after_seconds)
        return response

    def see_other(self, where: str) -> Response:
        """303: the browser gets ``where`` and posts nothing there (OIDC-29)."""
        return Response(status=303, headers={"Location": where, **SHARED})

    def form_is_ours(self, binding: str) -> bool:
        """Whether the form that came in was on a page that we sent to this browser (AUTH-09, WEB-01)."""
        where = csrf.provenance(
            request.headers.get("Origin"), request.headers.get("Sec-Fetch-Site"), self._origin
        )
        return csrf.form_is_ours(self._csrf_key, binding.encode(), request.form.get("csrf", ""), where)

    def language(self, hints: str = "") -> str:
        """The language of this request's answer; the default where there is none (the command line)."""
        tags = self._pages.catalogues.tags
        if not has_request_context():
            return language.choose(tags, hints=hints, default=self._default)
        return language.choose(
            tags,
            cookie=request.cookies.get(self._cookie, ""),
            hints=hints,
            accept=request.headers.get("Accept-Language", ""),
            default=self._default,
        )


def _own_address() -> str:
    """Where the page is got again; empty for what a form led to, and for what no address can be."""
    address = request.full_path.rstrip("?")
    return address if request.method == "GET" and address.isprintable() else ""
