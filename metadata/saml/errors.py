"""Why a SAML document is refused, by whose fault: the three answers that a face can give."""

from __future__ import annotations

from metadata.errors import InvalidDocument


class MalformedDocument(InvalidDocument):
    """It is not what the specifications call a message (400)."""


class UntrustedDocument(InvalidDocument):
    """It is well made, but nothing that we trust vouches for it (403)."""


class OversizedDocument(InvalidDocument):
    """It is larger than anybody needs (413)."""
