"""Telling a person, on a way they had before, that a way to sign in was added (SELF-02)."""

from __future__ import annotations

from idp.pages.mails import FactorAddedMail
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
    if not user.email or not services.settings.mail.host:
        return
    page = FactorAddedMail(
        name=name,
        at=unit.now,
        address=origin.address,
        account_url=f"{services.settings.base_url}/account/",
    )
    lang = services.respond.language(language)
    said = services.pages.mail("email/factor_added.txt", page, lang=lang, now=unit.now)
    post(unit, email(user.email, said.subject, said.body))
