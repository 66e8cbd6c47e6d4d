"""The account pages: every path, and how fresh a sign-in it needs."""

from __future__ import annotations

from idp.web.account import add, remove, sessions, ways
from idp.web.route import ACCOUNT, Fresh, Route

ACCOUNT_ROUTES = (
    Route(ACCOUNT, "/account/", ways.show),
    Route(ACCOUNT, "/account/add", add.choose, fresh=Fresh.ALWAYS),
    Route(ACCOUNT, "/account/add/<kind>", add.begin, fresh=Fresh.ALWAYS),
    Route(ACCOUNT, "/account/add/<kind>/<ticket>", add.show, add.submit, fresh=Fresh.ALWAYS),
    Route(ACCOUNT, "/account/ways/<serial>/rename", ways.ask_name, ways.rename, fresh=Fresh.ALWAYS),
    Route(ACCOUNT, "/account/ways/<serial>/remove", remove.ask, remove.remove, fresh=Fresh.ALWAYS),
    Route(ACCOUNT, "/account/sessions", sessions.show, sessions.act),
)
