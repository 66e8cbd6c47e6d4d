"""Who we are to service providers: names, addresses, and the key that we sign with."""

from __future__ import annotations

import hashlib
from dataclasses import dataclass
from datetime import datetime
from ssl import PEM_cert_to_DER_cert

from idp.keys.signing_key import SigningKey
from idp.keys.snapshot import KeySource
from idp.settings import Settings
from metadata.entity import LocalizedText
from metadata.saml.own import IdentityProvider, entity_descriptor
from metadata.saml.signing import SigningCredential

_CONTENT_TYPE = "application/samlmetadata+xml"


@dataclass(frozen=True, slots=True)
class Published:
    """Our metadata as it is sent."""

    body: bytes
    etag: str
    content_type: str = _CONTENT_TYPE


class OwnIdentity:
    """Derived from settings and keys; made anew only when the keys or the day change."""

    def __init__(self, settings: Settings, keys: KeySource) -> None:
        base = settings.base_url
        self.entity_id = settings.saml.entity_id or f"{base}/saml/metadata"
        self.sso_location = f"{base}/saml/sso"
        self.slo_location = f"{base}/saml/slo"
        self._error_url = f"{base}/saml/error?rp=ERRORURL_RP&code=ERRORURL_CODE"
        self._name = settings.house.name
        self._contact = settings.saml.contact_email or f"postmaster@{settings.host}"
        self._keys = keys
        self._credential: tuple[str, SigningCredential] | None = None
        self._published: tuple[tuple[int, datetime], Published] | None = None

    def credential(self) -> SigningCredential:
        """What we sign with at the moment. Raises Unavailable when there is no key."""
        active = self._keys.current().active("saml")
        if self._credential is None or self._credential[0] != active.kid:
            self._credential = (
                active.kid,
                SigningCredential.from_pem(active.private, active.certificate or ""),
            )
        return self._credential[1]

    def metadata(self, now: datetime) -> Published:
        """Our signed EntityDescriptor. The same bytes for a day, while no key changes."""
        keys = self._keys.current()
        day = now.replace(hour=0, minute=0, second=0, microsecond=0)
        made_for = (keys.revision, day)
        if self._published is None or self._published[0] != made_for:
            self._published = (made_for, self._publish(keys.published("saml"), now))
        return self._published[1]

    def _publish(self, published: tuple[SigningKey, ...], now: datetime) -> Published:
        others = tuple(PEM_cert_to_DER_cert(key.certificate) for key in published[1:] if key.certificate)
        own = IdentityProvider(
            entity_id=self.entity_id,
            sso_redirect=self.sso_location,
            slo_redirect=self.slo_location,
            error_url=self._error_url,
            display_names=(LocalizedText("en", self._name),),
            contact_name=self._name,
            contact_email=self._contact,
            other_certificates=others,
        )
        body = entity_descriptor(own, self.credential(), now).encode()
        return Published(body, _etag(body))


def _etag(body: bytes) -> str:
    return hashlib.sha256(body).hexdigest()[:32]
