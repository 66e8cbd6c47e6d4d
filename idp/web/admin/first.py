"""/admin/first/<link>: makes whoever holds the one-time link the first administrator (ADM-07).

To look at it changes nothing. Who answers the page has just signed in with two kinds of factor.
"""

from __future__ import annotations

from flask import Response, request

from idp.pages import errors
from idp.pages.login import FirstAdministratorPage
from idp.rights.first_administrator import link_is_good, use_link
from idp.web.admin.shell import HOME
from idp.web.visitor import Visitor
from mfa_engine.errors import NotFound


def show(visitor: Visitor, link: str) -> Response:
    """Asks."""
    if not link_is_good(visitor.services.engine, link):
        return visitor.error(errors.link_not_good())
    page = FirstAdministratorPage(person=visitor.user.login, stay_url="/account/")
    return visitor.page("login/first_administrator.html", page)


def take(visitor: Visitor, link: str) -> Response:
    """Spends the link."""
    if request.form.get("answer") != "yes":
        return show(visitor, link)
    try:
        use_link(visitor.services.engine, visitor.origin, link, visitor.user, visitor.session.proofs)
    except NotFound:
        return visitor.error(errors.link_not_good())
    return visitor.go(HOME)
