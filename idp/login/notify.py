"""Telling a person, on a way they had before, that a way to sign in was added or removed (SELF-02)."""

from __future__ import annotations

from idp.pages.mails import FactorAddedMail, FactorRemovedMail
from idp.pages.page import Page
from idp.services import Services
from mfa_engine.audit import Origin
from mfa_engine.delivery.email import email
from mfa_engine.delivery.outbox import post
from mfa_engine.identity.user import User
from mfa_engine.unit import Unit


def tell_of_new_token(
    services: Services, unit: Unit, user: User, name: str, origin: Origin, language: str
) -> None:
    """Post the mail with the act itself. Nothing where the directory has no address, or no mail goes out."""
    url = _account_url(services)
    page = FactorAddedMail(name=name, at=unit.now, address=origin.address, account_url=url)
    _tell(services, unit, user, "email/factor_added.txt", page, language)


def tell_of_removed_token(
    services: Services, unit: Unit, user: User, name: str, origin: Origin, language: str
) -> None:
    """Likewise, of one that does not work any more."""
    url = _account_url(services)
    page = FactorRemovedMail(name=name, at=unit.now, address=origin.address, account_url=url)
    _tell(services, unit, user, "email/factor_removed.txt", page, language)


def _tell(services: Services, unit: Unit, user: User, template: str, page: Page, language: str) -> None:
    if not user.email or not services.settings.mail.host:
        return
    said = services.pages.mail(template, page, lang=services.respond.language(language), now=unit.now)
    post(unit, email(user.email, said.subject, said.body))


def _account_url(services: Services) -> str:
    return f"{services.settings.base_url}/account/"
