"""The steps of a login before and after the second factor. Field names stand with each page.

Every form posts to the address that its page is shown at, with ``csrf``; what else is posted where
is said with the field that holds the address.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import datetime
from enum import StrEnum

from idp.pages.address import destination_source
from idp.pages.page import App, Notice, Page, Problem


@dataclass(frozen=True, slots=True, kw_only=True)
class StepPage(Page):
    """A step of the login.

    ``person`` is the name as it was typed, shown as a chip from the second step on; beside it "Not
    you?" posts to ``restart_url``, which starts over. ``notice`` is the box atop the page.
    """

    person: str = ""
    restart_url: str = ""
    problem: Problem | None = None
    notice: Notice | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class FirstFactorPage(StepPage):
    """``login/first_factor.html``: posts ``username`` and ``password``.

    ``app`` is None on the way to the account pages. ``typed`` is the name to keep after a problem, or
    a login hint; the password is never kept.
    """

    app: App | None = None
    typed: str = ""
    forgotten_url: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class FreshPage(StepPage):
    """``login/fresh.html``: the password again before something changes. Posts ``password``.

    ``for_others`` on the way to an admin page; else it is the person's own ways to sign in.
    """

    for_others: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class FirstAdministratorPage(Page):
    """``login/first_administrator.html``: asks whoever opened the one-time link. Posts ``answer=yes``."""

    person: str
    stay_url: str


class CodeSource(StrEnum):
    """Where the person reads the code."""

    APP = "app"  # an authenticator app: time-based
    DEVICE = "device"  # a token with a display: by a button or by time


@dataclass(frozen=True, slots=True, kw_only=True)
class CodePage(StepPage):
    """``login/code.html``: a code that the person's own device shows. Posts ``code``.

    ``name`` is what the token was named, empty where it must not be told or several may answer;
    ``period_seconds`` is 0 for counter tokens. ``other_url`` leads to the picker, empty without choice.
    """

    source: CodeSource = CodeSource.APP
    name: str = ""
    digits: int = 6
    period_seconds: int = 30
    other_url: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class MailCodePage(StepPage):
    """``login/mail_code.html``: before sending it posts ``send=1``, afterwards ``code`` or ``send=1``.

    ``address`` is shown masked. ``good_until`` is None before a code was sent; ``resend_at`` is None
    when the next one may be sent at once.
    """

    address: str = field(repr=False)
    good_until: datetime | None = None
    resend_at: datetime | None = None
    digits: int = 6
    other_url: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class SecurityKeyPage(StepPage):
    """``login/security_key.html``: posts ``credential``, the JSON of the browser's answer.

    ``options`` is the JSON of PublicKeyCredentialRequestOptions (WebAuthn level 3, section 5.1.9), the
    challenge of this transaction within it. ``name`` as with CodePage.
    """

    options: str = field(repr=False)
    name: str = ""
    other_url: str = ""


class WayKind(StrEnum):
    """A way to sign in, as people know it."""

    SECURITY_KEY = "security key"
    APP_CODE = "app code"
    DEVICE_CODE = "device code"
    MAIL_CODE = "mail code"


@dataclass(frozen=True, slots=True)
class Way:
    """One entry of the picker: a way that the person has, that policy accepts, that works here.

    ``name`` is the token's name, or for a mail code the address, which is masked.
    """

    kind: WayKind
    url: str
    name: str = field(default="", repr=False)
    used_last: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class PickerPage(StepPage):
    """``login/picker.html``: links only. ``ways`` come safest first."""

    ways: tuple[Way, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class SetPasswordPage(StepPage):
    """``login/set_password.html``: posts ``password``. ``least`` is the shortest length allowed."""

    least: int


@dataclass(frozen=True, slots=True)
class Detail:
    """One attribute that an application asks for. ``name`` is the claim's name, ``value`` as released."""

    name: str
    value: str = field(repr=False)
    why: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class ConsentPage(StepPage):
    """``login/consent.html``: posts ``answer`` (``yes`` or ``no``), ``again`` (``change`` or ``always``)
    and ``share`` once for each optional detail that is ticked.
    """

    app: App
    site: str
    details: tuple[Detail, ...]
    optional: tuple[Detail, ...] = ()
    privacy_url: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class LeavePage(Page):
    """``login/leave.html``: takes the browser to ``destination`` by link and refresh. ``signed_in`` is
    False on the way back from a refusal or a sign-out.

    Raises InvalidField for a destination that a browser would run rather than open.
    """

    app: App
    destination: str = field(repr=False)
    signed_in: bool = True

    def __post_init__(self) -> None:
        destination_source(self.destination)


@dataclass(frozen=True, slots=True, kw_only=True)
class LeaveFormPage(Page):
    """``login/leave_form.html``: posts ``fields`` to ``destination``, by itself where scripts run.

    The one page that is sent with ``headers.leave_headers(destination)``.
    """

    app: App
    destination: str
    fields: tuple[tuple[str, str], ...] = field(repr=False)

    def __post_init__(self) -> None:
        destination_source(self.destination)


@dataclass(frozen=True, slots=True, kw_only=True)
class LogoutPage(Page):
    """``login/logout.html``: asks, since the request is not proven. Posts ``answer=yes``.

    ``apps`` is how many applications the session has signed in to.
    """

    apps: int
    stay_url: str


@dataclass(frozen=True, slots=True)
class AppLogout:
    """What one application answered to the logout; ``told`` is False when it did not answer."""

    name: str
    told: bool


@dataclass(frozen=True, slots=True, kw_only=True)
class LogoutReportPage(Page):
    """``login/logout_report.html``. ``since`` is when the session began, None when there was none."""

    apps: tuple[AppLogout, ...] = ()
    since: datetime | None = None
    again_url: str = ""
