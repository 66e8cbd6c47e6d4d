"""Our signing keys as joserfc has them, and the JWK set, made once for each state of the keys. No SQL."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta

from idp.keys.signing_key import KeyState
from idp.keys.signing_key import SigningKey as StoredKey
from idp.keys.snapshot import KeySource
from idp.oidc.discovery import PublicDocument, public_jwks
from idp.oidc.signing_keys import KeyRing, SigningKey
from idp.oidc.tokens.id_token import LIFETIME

PUBLISHED_AFTER_USE = LIFETIME + timedelta(days=1)  # what it signed has expired, and copies of the set too
_PROTOCOL = "oidc"


@dataclass(frozen=True, slots=True)
class PublishedKeys:
    """The keys in use, and the document that tells clients of them."""

    ring: KeyRing
    jwks: PublicDocument


class KeyRings:
    """Keeps what was made of the newest snapshot. Safe for threads: two may make the same once."""

    def __init__(self, keys: KeySource) -> None:
        self._keys = keys
        self._made: tuple[tuple[int, frozenset[str]], PublishedKeys] | None = None

    def current(self, now: datetime) -> PublishedKeys:
        """The keys as of now. Raises Unavailable when there is none to sign with."""
        snapshot = self._keys.current()
        keys = snapshot.published(_PROTOCOL)
        over = frozenset(key.kid for key in keys if _is_over(key, now))
        made = self._made
        if made is None or made[0] != (snapshot.revision, over):
            active = snapshot.active(_PROTOCOL)
            made = (snapshot.revision, over), _published(active, keys, over)
            self._made = made
        return made[1]


def _is_over(key: StoredKey, now: datetime) -> bool:
    return key.state is KeyState.RETIRED and key.state_since + PUBLISHED_AFTER_USE <= now


def _published(active: StoredKey, keys: tuple[StoredKey, ...], over: frozenset[str]) -> PublishedKeys:
    others = [SigningKey.of(key.private) for key in keys if key.kid != active.kid and key.kid not in over]
    retired = [SigningKey.of(key.private) for key in keys if key.kid in over]
    ring = KeyRing.of(SigningKey.of(active.private), others=others, retired=retired)
    return PublishedKeys(ring, public_jwks(ring.published))
