"""The authorization request as it was sent (RFC 6749, 4.1.1; OpenID Connect Core, 3.1.2.1).

Reading never refuses: what cannot be used is noted in ``faults``, because nobody knows yet where an
error may go. ``checks`` decides.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass, field

from idp.oidc.authorize.claims_parameter import AcrWish, BadClaimsParameter, read_acr_wish
from idp.oidc.language_tags import language_tags
from idp.oidc.parameters import Parameters, read_parameters

MAX_STATE = 4096  # bytes
MAX_NONCE = 1024  # characters
MAX_LOGIN_HINT = 256  # characters

UNSUPPORTED = ("request", "request_uri", "registration")
AUTHORIZATION_PARAMETERS = frozenset(
    {
        "client_id",
        "redirect_uri",
        "response_type",
        "response_mode",
        "scope",
        "state",
        "nonce",
        "code_challenge",
        "code_challenge_method",
        "prompt",
        "max_age",
        "acr_values",
        "claims",
        "login_hint",
        "id_token_hint",
        "ui_locales",
        *UNSUPPORTED,
    }
)

_SECONDS = re.compile(r"[0-9]{1,9}")


@dataclass(frozen=True, slots=True)
class AuthorizationRequest:
    """What the browser brought. None and empty mean absent; lists keep their order, without doubles."""

    client_id: str | None = None
    redirect_uri: str | None = None
    response_type: tuple[str, ...] = ()  # sorted: their order has no meaning
    response_mode: str | None = None
    scope: tuple[str, ...] = ()
    state: str | None = None
    nonce: str | None = None
    code_challenge: str | None = None
    code_challenge_method: str | None = None
    prompt: tuple[str, ...] = ()
    max_age: int | None = None  # seconds
    acr_values: tuple[str, ...] = ()
    acr_wish: AcrWish = field(default_factory=AcrWish)
    login_hint: str | None = None
    id_token_hint: str | None = field(default=None, repr=False)
    ui_locales: tuple[str, ...] = ()
    unsupported: tuple[str, ...] = ()
    faults: Mapping[str, str] = field(default_factory=dict)


def read_request(encoded: bytes) -> AuthorizationRequest:
    """The request in a query, or in the form body of a POST.

    Raises OAuthError (invalid_request) only when the whole is too large to be looked at.
    """
    parameters = read_parameters(encoded, AUTHORIZATION_PARAMETERS)
    faults = dict(parameters.faults)
    values = parameters.values
    return AuthorizationRequest(
        client_id=values.get("client_id"),
        redirect_uri=values.get("redirect_uri"),
        response_type=tuple(sorted(word for word in values.get("response_type", "").split(" ") if word)),
        response_mode=values.get("response_mode"),
        scope=_words(values.get("scope")),
        state=_within(parameters, "state", MAX_STATE, faults),
        nonce=_within(parameters, "nonce", MAX_NONCE, faults),
        code_challenge=values.get("code_challenge"),
        code_challenge_method=values.get("code_challenge_method"),
        prompt=_words(values.get("prompt")),
        max_age=_seconds(parameters, faults),
        acr_values=_words(values.get("acr_values")),
        acr_wish=_acr_wish(parameters, faults),
        login_hint=_login_hint(values.get("login_hint")),
        id_token_hint=values.get("id_token_hint"),
        ui_locales=language_tags(values.get("ui_locales")),
        unsupported=tuple(name for name in UNSUPPORTED if name in values or name in faults),
        faults=faults,
    )


def _words(value: str | None) -> tuple[str, ...]:
    return tuple(dict.fromkeys(word for word in (value or "").split(" ") if word))


def _within(parameters: Parameters, name: str, most: int, faults: dict[str, str]) -> str | None:
    value = parameters.values.get(name)
    if value is not None and len(value.encode()) > most:
        faults[name] = f"is longer than {most} bytes"
        return None
    return value


def _seconds(parameters: Parameters, faults: dict[str, str]) -> int | None:
    value = parameters.values.get("max_age")
    if value is None:
        return None
    if not _SECONDS.fullmatch(value):
        faults["max_age"] = "is not a whole number of seconds"
        return None
    return int(value)


def _acr_wish(parameters: Parameters, faults: dict[str, str]) -> AcrWish:
    value = parameters.values.get("claims")
    if value is None:
        return AcrWish()
    try:
        return read_acr_wish(value)
    except BadClaimsParameter as error:
        faults["claims"] = str(error)
        return AcrWish()


def _login_hint(value: str | None) -> str | None:
    """Only an aid to typing, so a useless one is dropped instead of refused."""
    return value if value is not None and len(value) <= MAX_LOGIN_HINT else None
