"""The JWK set that we publish (RFC 7517; kid by RFC 7638): public numbers, and nothing else can be in it."""

from __future__ import annotations

from collections.abc import Iterable

from idp.oidc.signing_keys import SIGNING_ALGORITHM, SigningKey


def jwk_set(keys: Iterable[SigningKey]) -> dict[str, object]:
    """The set, each key once, in the order given. Made from the public halves alone (JOSE-08)."""
    published = {key.kid: _jwk(key) for key in keys}
    return {"keys": list(published.values())}


def _jwk(key: SigningKey) -> dict[str, str]:
    numbers = key.public.as_dict(private=False)
    return {
        "kty": "RSA",
        "use": "sig",
        "alg": SIGNING_ALGORITHM,
        "kid": key.kid,
        "n": str(numbers["n"]),
        "e": str(numbers["e"]),
    }
