"""What pages load and the language list they end with: the two routes that belong to no face."""

from __future__ import annotations

from datetime import timedelta

from flask import Blueprint, Response, request

from idp.pages import csrf
from idp.pages.address import local_path
from idp.pages.render import Pages

LANGUAGE_COOKIE = "dw_lang"
REMEMBERED = timedelta(days=365)


def language_cookie(*, secure: bool) -> str:
    """The cookie's name: with the ``__Host-`` prefix wherever the site is on https."""
    return f"__Host-{LANGUAGE_COOKIE}" if secure else LANGUAGE_COOKIE


def pages_blueprint(pages: Pages, *, origin: str) -> Blueprint:
    """``/assets/...`` and ``POST /language``. ``origin``: own scheme, host and port, from the settings."""
    blueprint = Blueprint("pages", __name__)
    secure = origin.startswith("https://")
    blueprint.add_url_rule("/assets/<version>/<path:path>", "assets", pages.assets.answer)

    @blueprint.post("/language")
    def change_language() -> Response:
        """Keep the choice in a cookie and show the page again. The browser must say that we sent it."""
        where = csrf.provenance(request.headers.get("Origin"), request.headers.get("Sec-Fetch-Site"), origin)
        if where is not csrf.Provenance.OURS:
            return Response(status=403)
        answer = Response(status=303, headers={"Cache-Control": "no-store"})
        answer.headers["Location"] = local_path(request.form.get("back", "/"))
        tag = request.form.get("lang", "")
        if tag in pages.catalogues.tags:
            answer.set_cookie(
                language_cookie(secure=secure),
                tag,
                max_age=REMEMBERED,
                path="/",
                secure=secure,
                httponly=True,
                samesite="Lax",
            )
        return answer

    return blueprint
