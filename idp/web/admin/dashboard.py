"""/admin/: the search box, and what the administrator may do."""

from __future__ import annotations

from flask import Response

from idp.pages.admin import DashboardPage
from idp.web.admin.shell import shell
from idp.web.visitor import Visitor


def show(visitor: Visitor) -> Response:
    """Where administration begins."""
    return visitor.page("admin/dashboard.html", DashboardPage(**shell(visitor)))
