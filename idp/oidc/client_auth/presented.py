"""What a client showed, whichever way it came."""

from __future__ import annotations

from dataclasses import dataclass, field

from metadata.oidc.relying_party import ClientAuthMethod


@dataclass(frozen=True, slots=True)
class Presented:
    """A client id and, with the secret methods, a secret. Nothing is verified yet."""

    method: ClientAuthMethod
    client_id: str
    secret: str = field(default="", repr=False)
