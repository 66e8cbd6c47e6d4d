"""What people call an application."""

from __future__ import annotations

from idp.services import Services
from idp.web.route import ACCOUNT, ADMIN

_OURS = {area.application: area.title for area in (ACCOUNT, ADMIN)}


def application_name(services: Services, protocol: str, party: str) -> str:
    """The name of a party of a protocol; what it is known by when it is gone."""
    protocols = (part for part in services.participants if part.protocol == protocol)
    return next((part.name(party) for part in protocols), party)


def called(services: Services, application: str) -> str:
    """The name of an application as the audit has it: ``oidc:…``, ``page:account``, ``service:radius``."""
    protocol, _, party = application.partition(":")
    return _OURS.get(application) or application_name(services, protocol, party)
