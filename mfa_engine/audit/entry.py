"""What one audit row says."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field


@dataclass(frozen=True, slots=True)
class Origin:
    """Who acts, and from where: handed through every use case.

    ``actor`` is qualified by its kind (``person:users/3f…``, ``service:radius``, ``cli:root``, or
    empty for somebody not yet known); ``address`` is the end user's, as the trusted proxies tell it.
    """

    actor: str = ""
    address: str = ""
    request_id: str = ""
    application: str = ""  # the relying party or service that the act is for


@dataclass(frozen=True, slots=True)
class Subject:
    """Whom the act is about. ``login`` is as typed while the person is unknown."""

    login: str = ""
    realm: str = ""
    resolver: str | None = None
    uid: str | None = None


@dataclass(frozen=True, slots=True)
class Entry:
    """One act: its event (``family.what``), whether it was done, and why not if not.

    ``details`` holds small facts that help whoever reads it later. Never a secret.
    """

    event: str
    success: bool
    reason: str = ""
    subject: Subject = Subject()
    serial: str | None = None
    details: Mapping[str, object] = field(default_factory=dict)
