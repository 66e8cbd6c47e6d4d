"""Setting up a way to sign in: at a login, on the account pages, or for a person by the help desk.

What is set up (``AppSetup``, ``KeySetup``, ``MailSetup``) is shown by the same macros in all three; the
pages here are those of the login, ``account`` and ``admin`` have their own around the same set-ups.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import datetime
from enum import StrEnum

from idp.pages.login import StepPage, WayKind
from idp.pages.page import App


class Timing(StrEnum):
    """What moves a code on."""

    TIME = "time"
    COUNTER = "counter"


@dataclass(frozen=True, slots=True)
class Choice:
    """A kind that may be set up. The first in a list is marked as recommended."""

    kind: WayKind
    url: str


@dataclass(frozen=True, slots=True)
class AppSetup:
    """What an authenticator app needs, shown once. ``otpauth`` is the URI that the picture holds;
    ``secret`` its key in base 32; ``account`` the name that the app will show.
    """

    otpauth: str = field(repr=False)
    secret: str = field(repr=False)
    account: str
    timing: Timing = Timing.TIME
    digits: int = 6
    period_seconds: int = 30


@dataclass(frozen=True, slots=True)
class KeySetup:
    """``options``: JSON of PublicKeyCredentialCreationOptions (WebAuthn level 3, section 5.1.8)."""

    options: str = field(repr=False)


@dataclass(frozen=True, slots=True)
class MailSetup:
    """The address that a code goes to, shown masked; ``good_until`` is None before one was sent."""

    address: str = field(repr=False)
    good_until: datetime | None = None
    resend_at: datetime | None = None
    digits: int = 6


@dataclass(frozen=True, slots=True, kw_only=True)
class EnrolChoosePage(StepPage):
    """``login/enrol_choose.html``: links only. ``app`` is the application that asks for it."""

    app: App | None = None
    choices: tuple[Choice, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class EnrolPage(StepPage):
    """``other_url`` leads back to the choice, empty without one; ``name`` is what the field holds."""

    other_url: str = ""
    name: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class EnrolAppPage(EnrolPage):
    """``login/enrol_app.html``: posts ``code`` and ``name``."""

    setup: AppSetup


@dataclass(frozen=True, slots=True, kw_only=True)
class EnrolKeyPage(EnrolPage):
    """``login/enrol_security_key.html``: posts ``credential`` and ``name``."""

    setup: KeySetup


@dataclass(frozen=True, slots=True, kw_only=True)
class EnrolMailPage(EnrolPage):
    """``login/enrol_mail.html``: posts ``send=1``, then ``code`` (or ``send=1`` again)."""

    setup: MailSetup
