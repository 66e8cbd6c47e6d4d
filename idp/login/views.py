"""/login/<handle>/: loads the login, asks ``flow.next_step``, sends the browser on. The flow's only router.

Steps never link to each other; each posts to itself and comes back here.
"""

from __future__ import annotations

from contextlib import suppress

from flask import Blueprint, Response, request

from idp.login.context import Context
from idp.login.door import app_of, open_door
from idp.login.flow import Step, next_step
from idp.login.issue import issue
from idp.login.refuse import refuse
from idp.login.steps import STEPS
from idp.observe.request_id import request_id
from idp.pages import errors
from idp.services import IssueRefused, Refusal, Services
from idp.sessions.transaction import LoginChanged


def login_blueprint(services: Services) -> Blueprint:
    """The routes of a login in progress."""
    blueprint = Blueprint("login", __name__, url_prefix="/login")

    @blueprint.get("/<handle>/")
    def router(handle: str) -> Response:
        """On to the step that is due, or the end."""
        context = open_door(services, handle)
        return context if isinstance(context, Response) else _route(context)

    @blueprint.route("/<handle>/<path:path>", methods=["GET", "POST"])
    def step(handle: str, path: str) -> Response:
        """A step of the login, if it is the one that is due."""
        context = open_door(services, handle)
        return context if isinstance(context, Response) else _step(context, path)

    @blueprint.post("/<handle>/start-over")
    def start_over(handle: str) -> Response:
        """ "Not you?": forget who began, and what they proved in this login."""
        context = open_door(services, handle)
        return context if isinstance(context, Response) else _start_over(context)

    return blueprint


def _route(context: Context) -> Response:
    if _left_out(context):
        return refuse(context, Refusal.DISABLED, after_form=True)
    facts = context.facts()
    due = next_step(context.login, facts)
    if due is Step.ISSUE:
        return _end(context)
    if due is Step.REFUSE:
        return refuse(context, Refusal.UNREACHABLE, after_form=True)
    return context.services.respond.see_other(context.base + due.value)


def _left_out(context: Context) -> bool:
    """Whoever began was disabled or deleted since (AUTH-10)."""
    return context.login.person is not None and context.user is None


def _step(context: Context, path: str) -> Response:
    if _left_out(context):
        return context.services.respond.see_other(context.base)
    name, _, rest = path.partition("/")
    facts = context.facts()
    view = STEPS.get(name)
    if view is None or next_step(context.login, facts).value != name:
        return context.services.respond.see_other(context.base)
    if request.method == "POST" and not context.services.respond.form_is_ours(context.binding):
        return context.services.respond.error(errors.not_our_form(request_id()))
    turn = view.submit if request.method == "POST" else view.show
    try:
        answer = turn(context, facts, rest)
    except LoginChanged:  # another tab went on with it: the router knows where to
        return context.services.respond.see_other(context.base)
    return answer if isinstance(answer, Response) else _onward(answer)


def _onward(context: Context) -> Response:
    """From a form to the page that is due now. No form reaches the end: it could be sent once more."""
    due = next_step(context.login, context.facts())
    return context.services.respond.see_other(context.base + due.path)


def _end(context: Context) -> Response:
    """Everything is proven: issue, then leave by a page of ours, since a form may have been posted."""
    services, login = context.services, context.login
    try:
        issued = issue(context, request.headers.get("User-Agent", ""))
    except IssueRefused as refused:
        if refused.why is Refusal.SESSION_CHANGED:
            return services.respond.see_other(context.base)
        return refuse(context, refused.why, after_form=True)
    if issued is None:
        return services.respond.error(errors.already_done(app_of(services, login)))
    response = issued.render(True)
    if issued.cookie is not None:
        services.cookies.set_session(response, issued.cookie)
    return response


def _start_over(context: Context) -> Response:
    services = context.services
    if not services.respond.form_is_ours(context.binding):
        return services.respond.error(errors.not_our_form(request_id()))
    with suppress(LoginChanged):
        context.save(
            another=True,
            person=None,
            proofs=(),
            chosen="",
            challenge="",
            enrolling="",
            offered=(),
            granted=(),
        )
    return services.respond.see_other(context.base)
