"""/admin/first: makes whoever holds the one-time link the first administrator (ADM-07).

The link itself, /admin/first/<link>, asks for no sign-in: it moves its value out of the address into a
cookie of this browser, so that no login in progress is stored with it. To look at the page changes
nothing. Who answers it has just signed in with two kinds of factor.
"""

from __future__ import annotations

from datetime import timedelta

from flask import Response, request

from idp.pages import errors
from idp.pages.login import FirstAdministratorPage
from idp.rights.first_administrator import link_is_good, use_link
from idp.services import Services
from idp.web.admin.shell import HOME
from idp.web.visitor import Visitor
from mfa_engine.errors import NotFound

HERE = "/admin/first"
LINK = f"{HERE}/<link>"
_COOKIE = "dw_first_admin"
_KEPT = timedelta(hours=1)  # to sign in, and to enrol what that needs


def keep(services: Services, link: str) -> Response:
    """What the link leads to: the browser keeps its value, for this page only."""
    response = services.respond.see_other(HERE)
    secure = not services.settings.plain_http
    response.set_cookie(
        _name(services), link, max_age=_KEPT, path=HERE, secure=secure, httponly=True, samesite="Lax"
    )
    return response


def show(visitor: Visitor) -> Response:
    """Asks."""
    services = visitor.services
    if not link_is_good(services.engine, _kept(services)):
        return visitor.error(errors.link_not_good())
    page = FirstAdministratorPage(person=visitor.user.login, stay_url="/account/")
    return visitor.page("login/first_administrator.html", page)


def take(visitor: Visitor) -> Response:
    """Spends the link."""
    if request.form.get("answer") != "yes":
        return show(visitor)
    services = visitor.services
    try:
        use_link(services.engine, visitor.origin, _kept(services), visitor.user, visitor.session.proofs)
    except NotFound:
        return visitor.error(errors.link_not_good())
    response = visitor.go(HOME)
    secure = not services.settings.plain_http
    response.delete_cookie(_name(services), path=HERE, secure=secure, httponly=True, samesite="Lax")
    return response


def _kept(services: Services) -> str:
    return request.cookies.get(_name(services), "")


def _name(services: Services) -> str:
    return _COOKIE if services.settings.plain_http else f"__Secure-{_COOKIE}"
