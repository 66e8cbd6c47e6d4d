"""The tables of pages as a blueprint: each view behind its entry."""

from __future__ import annotations

from functools import partial

from flask import Blueprint, Response, request

from idp.rights.denial import Denied, OutOfReach
from idp.services import Services
from idp.web import sign_out
from idp.web.account.routes import ACCOUNT_ROUTES
from idp.web.admin import first
from idp.web.admin.routes import ADMIN_ROUTES
from idp.web.entry import admit
from idp.web.route import Route, View

ROUTES: tuple[Route, ...] = (*ACCOUNT_ROUTES, *ADMIN_ROUTES)


def web_blueprint(services: Services) -> Blueprint:
    """All pages of ours."""
    blueprint = Blueprint("web", __name__)
    for route in ROUTES:
        methods = ["GET"] if route.submit is None else ["GET", "POST"]
        endpoint = route.path.strip("/").replace("/", " ")
        view = _behind_its_entry(services, route)
        blueprint.add_url_rule(route.path, endpoint, view, methods=methods)
    blueprint.add_url_rule(first.LINK, "admin first link", partial(first.keep, services))
    _add_sign_out(blueprint, services)
    return blueprint


def _add_sign_out(blueprint: Blueprint, services: Services) -> None:
    """Behind no entry: whoever wants to leave need not sign in again for it."""
    for method, view in (("GET", sign_out.show), ("POST", sign_out.submit)):
        answer = partial(view, services)
        blueprint.add_url_rule(sign_out.PATH, f"sign out {method}", answer, methods=[method])


def _behind_its_entry(services: Services, route: Route) -> View:
    def view(**parts: str) -> Response:
        visitor = admit(services, route)
        if isinstance(visitor, Response):
            return visitor
        answer = route.submit if request.method == "POST" and route.submit else route.show
        try:
            return answer(visitor, **parts)
        except (Denied, OutOfReach) as refused:
            return visitor.refuse(refused)

    return view
