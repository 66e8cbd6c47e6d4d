"""Taking the browser to an application: by redirect, or where a form was posted by a page of ours.

Chromium asks ``form-action`` of every redirect that follows a form, so that one would fail silently.
"""

from __future__ import annotations

from flask import Response

from idp.pages import App
from idp.pages.login import LeavePage
from idp.pages.respond import Respond


def leave(
    respond: Respond,
    app: App,
    location: str,
    *,
    after_form: bool,
    signed_in: bool = False,
    languages: tuple[str, ...] = (),
) -> Response:
    """303 to ``location``, or the leave page, which says ``signed_in`` only where that is so."""
    if not after_form:
        return respond.see_other(location)
    page = LeavePage(app=app, destination=location, signed_in=signed_in)
    return respond.page("login/leave.html", page, hints=" ".join(languages))
