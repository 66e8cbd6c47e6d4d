"""What every account page shows around its content."""

from __future__ import annotations

from typing import TypedDict

from idp.pages import Notice
from idp.web.visitor import Visitor

HOME = "/account/"
SESSIONS = "/account/sessions"
ADD = "/account/add"


class Shell(TypedDict):
    """The fields of AccountPage."""

    person: str
    admin: bool
    idle_seconds: int
    notice: Notice | None


def shell(visitor: Visitor) -> Shell:
    """For this visitor."""
    return Shell(
        person=visitor.user.login,
        admin=visitor.administers,
        idle_seconds=visitor.idle_seconds,
        notice=visitor.notice,
    )
