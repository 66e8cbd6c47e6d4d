"""What people call an application that is known by protocol and party."""

from __future__ import annotations

from idp.services import Services


def application_name(services: Services, protocol: str, party: str) -> str:
    """Its own name; what it is known by when it is gone, or is a page of ours."""
    protocols = (part for part in services.participants if part.protocol == protocol)
    return next((part.name(party) for part in protocols), party)
