"""The part of the ``claims`` parameter that is honoured: the wish for an ``acr`` in the ID token.

OpenID Connect Core, sections 5.5 and 5.5.1.1. Other claims are given by scope, as discovery says.
"""

from __future__ import annotations

from dataclasses import dataclass

from idp.oidc.strict_json import AmbiguousJson, strict_object


class BadClaimsParameter(ValueError):
    """What is wrong, to be put behind the parameter's name."""


@dataclass(frozen=True, slots=True)
class AcrWish:
    """Context classes in the order wished. ``essential``: one of them, or no token at all."""

    values: tuple[str, ...] = ()
    essential: bool = False


def read_acr_wish(value: str) -> AcrWish:
    """The wish in ``claims``. Raises BadClaimsParameter for what is not such an object."""
    try:
        claims = strict_object(value.encode())
    except AmbiguousJson as error:
        raise BadClaimsParameter("is not a JSON object") from error
    in_id_token = claims.get("id_token")
    if in_id_token is None:
        return AcrWish()
    if not isinstance(in_id_token, dict):
        raise BadClaimsParameter("has an id_token that is not an object")
    wish = in_id_token.get("acr")
    if wish is None:
        return AcrWish()
    if not isinstance(wish, dict):
        raise BadClaimsParameter("has an acr that is not an object")
    values = _values(wish)
    # Essential without a value asks that acr be stated, which it always is.
    return AcrWish(values, essential=_essential(wish) and bool(values))


def _values(wish: dict[str, object]) -> tuple[str, ...]:
    values = wish.get("values", [wish["value"]] if "value" in wish else [])
    if not isinstance(values, list) or not all(isinstance(value, str) for value in values):
        raise BadClaimsParameter("has an acr whose values are not texts")
    return tuple(dict.fromkeys(values))


def _essential(wish: dict[str, object]) -> bool:
    essential = wish.get("essential", False)
    if not isinstance(essential, bool):
        raise BadClaimsParameter("has an acr whose essential is not true or false")
    return essential
