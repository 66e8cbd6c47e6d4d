"""The partners as values: what a service provider is to us, however we learned of it."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from typing import TypeAlias

from cryptography.hazmat.primitives.asymmetric.ec import EllipticCurvePublicKey
from cryptography.hazmat.primitives.asymmetric.rsa import RSAPublicKey

PublicKey: TypeAlias = RSAPublicKey | EllipticCurvePublicKey


@dataclass(frozen=True, slots=True)
class Endpoint:
    """Where an entity takes messages of one kind: a binding's URI and an address."""

    binding: str
    location: str
    response_location: str | None = None
    index: int | None = None
    is_default: bool | None = None

    @property
    def answers_to(self) -> str:
        """Where responses go: the address of its own for them, else the one for requests."""
        return self.response_location or self.location


@dataclass(frozen=True, slots=True)
class LocalizedText:
    """A name or address in one language (``xml:lang``)."""

    language: str
    text: str


@dataclass(frozen=True, slots=True)
class RequestedAttribute:
    """An attribute that the service says it wants; whether it gets it is our rule, not its wish."""

    name: str
    name_format: str
    friendly_name: str | None
    is_required: bool


@dataclass(frozen=True, slots=True)
class ServiceProvider:
    """A SAML service provider, as its metadata describes it and as far as we use it."""

    entity_id: str
    consumer_services: tuple[Endpoint, ...]
    logout_services: tuple[Endpoint, ...]
    signing_keys: tuple[PublicKey, ...]
    encryption_keys: tuple[PublicKey, ...]
    name_id_formats: tuple[str, ...]
    authn_requests_signed: bool
    want_assertions_signed: bool
    requested_attributes: tuple[RequestedAttribute, ...]
    display_names: tuple[LocalizedText, ...]
    information_urls: tuple[LocalizedText, ...]
    valid_until: datetime | None
