"""What a relying party is told about a person at UserInfo (OpenID Connect Core, sections 5.1, 5.3, 5.4).

Nothing but ``sub`` unless a granted scope asks for it. A claim without a value is left out, never
null or empty. Attribute names are Doorward's own (``mfa_engine.identity.user``).
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from types import MappingProxyType

from mfa_engine.identity.user import User

ClaimValue = str | bool | list[str]

_PROFILE_AS_IN_DIRECTORY = (
    "given_name",
    "family_name",
    "middle_name",
    "nickname",
    "profile",
    "picture",
    "website",
    "gender",
    "birthdate",
    "zoneinfo",
    "locale",
)
_OF_THE_LOGIN = ("sub", "iss", "aud", "exp", "iat", "auth_time", "nonce", "acr", "amr", "sid", "at_hash")


def userinfo_claims(subject: str, user: User, scope: Iterable[str]) -> dict[str, ClaimValue]:
    """The claims that ``scope`` asks for and the directory has, and ``sub`` always."""
    claims: dict[str, ClaimValue] = {}
    for name in scope:
        for claim, value_of in _BY_SCOPE.get(name, {}).items():
            value = value_of(user)
            if value is not None and value not in ("", []):
                claims[claim] = value
    return {**claims, "sub": subject}


def _attribute(name: str) -> Callable[[User], str]:
    return lambda user: user.first(name)


def _full_name(user: User) -> str:
    return user.first("display_name") or f"{user.given_name} {user.family_name}".strip()


def _known_flag(name: str) -> Callable[[User], bool | None]:
    """True or false where the directory says so; unknown is not false."""
    return lambda user: {"true": True, "false": False}.get(user.first(name).lower())


_BY_SCOPE: Mapping[str, Mapping[str, Callable[[User], ClaimValue | None]]] = MappingProxyType(
    {
        "openid": {},
        "profile": {
            "name": _full_name,
            "preferred_username": lambda user: user.login,
            **{claim: _attribute(claim) for claim in _PROFILE_AS_IN_DIRECTORY},
        },
        "email": {
            "email": lambda user: user.email,
            "email_verified": _known_flag("email_verified"),
        },
        "phone": {
            "phone_number": lambda user: user.phone,
            "phone_number_verified": _known_flag("phone_verified"),
        },
        "groups": {"groups": lambda user: list(user.groups)},
    }
)

SCOPES_SUPPORTED = tuple(_BY_SCOPE)
CLAIMS_SUPPORTED = (*_OF_THE_LOGIN, *(claim for claims in _BY_SCOPE.values() for claim in claims))
