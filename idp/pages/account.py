"""The account pages: a person's own ways to sign in, and where that person is signed in now."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum

from idp.pages.enrolment import AppSetup, Choice, KeySetup, MailSetup
from idp.pages.login import WayKind
from idp.pages.page import Confirm, Notice, Page, Problem
from idp.pages.sentence import say
from idp.pages.token_state import TokenState


class AccountArea(StrEnum):
    """The tabs."""

    WAYS = "ways"
    SESSIONS = "sessions"


@dataclass(frozen=True, slots=True, kw_only=True)
class AccountPage(Page):
    """What the shell shows.

    ``person`` is the login name; ``admin`` adds the way to the admin pages. ``idle_seconds`` is how
    long the session lasts unused: two minutes before its end the page says so (0: it never does).
    """

    person: str
    here: AccountArea = AccountArea.WAYS
    notice: Notice | None = None
    admin: bool = False
    idle_seconds: int = 0


@dataclass(frozen=True, slots=True)
class OwnWay:
    """One of the person's own. ``name`` is what the person called it, or the address of a mail code."""

    kind: WayKind
    name: str
    state: TokenState
    added_at: datetime
    used_at: datetime | None
    rename_url: str = ""
    remove_url: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class WaysPage(AccountPage):
    """``account/ways.html``: links only. ``ways`` come safest first; no ``add_url``: none may be added."""

    ways: tuple[OwnWay, ...]
    add_url: str = ""

    @property
    def usable(self) -> int:
        """How many would work now."""
        return sum(way.state is TokenState.ACTIVE for way in self.ways)


@dataclass(frozen=True, slots=True, kw_only=True)
class AddWayPage(AccountPage):
    """``account/add.html``: links only. No choices: as many as are allowed are there."""

    choices: tuple[Choice, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class SetUpPage(AccountPage):
    """``other_url`` leads back to the choice; ``name`` is what the field of that name holds."""

    other_url: str
    name: str = ""
    problem: Problem | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class AddAppPage(SetUpPage):
    """``account/add_app.html``: posts ``code`` and ``name``."""

    setup: AppSetup


@dataclass(frozen=True, slots=True, kw_only=True)
class AddKeyPage(SetUpPage):
    """``account/add_security_key.html``: posts ``credential`` and ``name``."""

    setup: KeySetup


@dataclass(frozen=True, slots=True, kw_only=True)
class AddMailPage(SetUpPage):
    """``account/add_mail.html``: posts ``send=1``, then ``code`` (or ``send=1`` again)."""

    setup: MailSetup


@dataclass(frozen=True, slots=True, kw_only=True)
class RenameWayPage(AccountPage):
    """``account/rename.html``: posts ``name``."""

    kind: WayKind
    name: str
    keep_url: str
    problem: Problem | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class AccountConfirmPage(AccountPage):
    """``account/confirm.html``: posts the values of ``confirm`` and ``confirmed=yes``."""

    confirm: Confirm


class Method(StrEnum):
    """What a session rests on."""

    PASSWORD = "password"
    CODE = "code"
    MAIL_CODE = "mail code"
    SECURITY_KEY = "security key"


@dataclass(frozen=True, slots=True)
class OwnSession:
    """One browser that is signed in. ``handle`` names it in the form and is no session id."""

    handle: str
    user_agent: str
    address: str
    since: datetime
    methods: tuple[Method, ...]
    apps: tuple[str, ...] = ()
    current: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class SessionsPage(AccountPage):
    """``account/sessions.html``: posts ``act=end`` with ``session``, or ``act=end-others``."""

    sessions: tuple[OwnSession, ...]


def remove_way(name: str, keep_url: str, *, last: bool) -> Confirm:
    """Asks before a way is removed; ``last`` when the next sign-in then needs the help desk or a new one."""
    effects = [say("It stops working at once, and so do the browsers that are signed in with it.")]
    if last:
        effects.append(say("You have no other way. Set up another one first, if you can."))
    return Confirm(
        heading=say("Remove %(name)s?", name=name),
        effects=tuple(effects),
        act=say("Remove it"),
        keep=say("Keep it"),
        keep_url=keep_url,
    )
