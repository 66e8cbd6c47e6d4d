"""Who asked, when it was one of our own pages: they enter by the same door as everybody else."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from flask import Response

from idp.observe.request_id import request_id
from idp.pages import App, errors
from idp.pages.address import local_path
from idp.pages.respond import Respond
from idp.services import Granted, Refusal
from mfa_engine.identity.user import User
from mfa_engine.unit import Unit


class PageAnswerer:
    """Answers with the page that was wanted. Its request: ``{"name": …, "return_to": a path of ours}``."""

    def __init__(self, respond: Respond) -> None:
        self._respond = respond

    def app(self, request: Any) -> App:
        """The page's own name."""
        return App(request["name"], local_path(request["return_to"]))

    def preferred_class(self, request: Any) -> str | None:
        """None of its own."""
        del request
        return None

    def accepts_session(self, request: Any, user: User) -> bool:
        """Whoever is signed in."""
        del request, user
        return True

    def sharing(self, request: Any, user: User) -> None:
        """Nothing leaves the house."""
        del request, user

    def issue(self, unit: Unit, granted: Granted) -> Callable[[bool], Response]:
        """Nothing to write: the session is all that a page of ours needs."""
        del unit
        where = local_path(granted.request["return_to"])
        return lambda after_form: self._respond.see_other(where)

    def refuse(self, request: Any, why: Refusal, *, after_form: bool) -> Response:
        """A page that says so."""
        del why, after_form
        return self._respond.error(errors.stronger_sign_in_needed(self.app(request), (), request_id()))
