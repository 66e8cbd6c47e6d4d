"""What mails say. ``Pages.mail`` renders them; links in them start with the configured base URL (OOB-06)."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import datetime

from idp.pages.page import Page


@dataclass(frozen=True, slots=True, kw_only=True)
class CodeMail(Page):
    """``email/code.txt``: a one-time code. ``app`` is where the sign-in leads, empty where unknown."""

    code: str = field(repr=False)
    good_until: datetime
    app: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class FactorAddedMail(Page):
    """``email/factor_added.txt``: tells the owner of an account that a way to sign in was added (SELF-02).

    ``address`` is the network address of whoever did it; ``account_url`` where it can be removed.
    """

    name: str
    at: datetime
    address: str = ""
    account_url: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class FactorRemovedMail(Page):
    """``email/factor_removed.txt``: tells the owner that a way to sign in was removed.

    ``address`` and ``account_url`` as when one was added.
    """

    name: str
    at: datetime
    address: str = ""
    account_url: str = ""
