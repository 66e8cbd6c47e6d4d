"""A page of ours as its table says it: where, which views, who may see it, how fresh a sign-in it needs."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import StrEnum

from flask import Response

from idp.rights.catalogue import Right
from mfa_engine.authentication.assurance import REFEDS_MFA, Asked

View = Callable[..., Response]
"""Given the Visitor, and the parts of the path by their names."""


@dataclass(frozen=True, slots=True)
class Area:
    """An application of ours, as the login and the policies know it.

    ``change_within``: how old the sign-in may be that a change rests on (ADM-08, SELF-01).
    ``multi_factor``: two kinds of factor whatever policy says. ``administrators``: others see nothing.
    """

    application: str
    title: str
    change_within: timedelta
    multi_factor: bool
    administrators: bool

    def asks(self, fresh_since: datetime, *, multi_factor: bool = False) -> Asked:
        """What a session must have proven since then."""
        if self.multi_factor or multi_factor:
            return Asked((REFEDS_MFA,), essential=True, fresh_since=fresh_since)
        return Asked(fresh_since=fresh_since)


ACCOUNT = Area("page:account", "Your account", timedelta(minutes=5), multi_factor=False, administrators=False)
ADMIN = Area("page:admin", "Administration", timedelta(minutes=15), multi_factor=True, administrators=True)
FIRST_ADMIN = Area("page:admin", ADMIN.title, ADMIN.change_within, multi_factor=True, administrators=False)


class Fresh(StrEnum):
    """When a route needs a sign-in no older than its area allows."""

    NEVER = "never"
    TO_CHANGE = "to change"  # its form
    ALWAYS = "always"  # also to be shown: the form of something that changes


@dataclass(frozen=True, slots=True)
class Route:
    """One path. ``show`` answers GET, ``submit`` a form that is known to be ours.

    Without the right ``sees`` the page is not there; without ``changes`` whoever sees it is refused the
    change. Rights on a person or token are not named here: they are asked of what is loaded.
    """

    area: Area
    path: str
    show: View
    submit: View | None = None
    fresh: Fresh = Fresh.NEVER
    sees: Right | None = None
    changes: Right | None = None

    def is_change(self, method: str) -> bool:
        """Whether a request of this method changes something, or is shown the form for it."""
        return method == "POST" or self.fresh is Fresh.ALWAYS

    def needs_fresh(self, method: str) -> bool:
        """Whether it rests on a sign-in just made."""
        return self.fresh is Fresh.ALWAYS or (self.fresh is Fresh.TO_CHANGE and method == "POST")
