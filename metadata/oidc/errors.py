"""What the registration of a relying party refuses, with the error codes of RFC 7591, section 3.2.2."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum

from metadata.errors import MetadataError


class RegistrationError(StrEnum):
    """The error codes of a refused registration."""

    INVALID_REDIRECT_URI = "invalid_redirect_uri"
    INVALID_CLIENT_METADATA = "invalid_client_metadata"


@dataclass
class InvalidClientMetadata(MetadataError):
    """One member cannot be used: names it and says what to give instead. Input is never repeated."""

    field: str
    remedy: str
    code: RegistrationError = RegistrationError.INVALID_CLIENT_METADATA

    def __str__(self) -> str:
        return f"{self.field}: {self.remedy}"
