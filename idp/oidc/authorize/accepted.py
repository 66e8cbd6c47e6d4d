"""An authorization request that passed every check: all that the login and the answer need of it."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from idp.oidc.errors import Destination, ResponseMode
from mfa_engine.authentication.assurance import Asked, fresh_since


@dataclass(frozen=True, slots=True)
class AcceptedRequest:
    """Plain values only, so that it can lie in a stored LoginTransaction and come back equal.

    ``scope`` is what will be granted. ``acr_values`` are wishes in order; with ``acr_essential`` one
    of them must be reached, else ``unmet_authentication_requirements``.
    """

    client_id: str
    redirect_uri: str
    response_mode: ResponseMode
    state: str | None
    nonce: str | None
    scope: tuple[str, ...]
    code_challenge: str | None
    prompt: tuple[str, ...] = ()
    max_age: int | None = None  # seconds
    acr_values: tuple[str, ...] = ()
    acr_essential: bool = False
    login_hint: str | None = None
    hinted_subject: str | None = None
    ui_locales: tuple[str, ...] = ()

    @property
    def destination(self) -> Destination:
        """Where the answer goes."""
        return Destination(self.redirect_uri, self.state, self.response_mode)

    @property
    def silent(self) -> bool:
        """``prompt=none``: no page may be shown."""
        return "none" in self.prompt

    def asked(self, asked_at: datetime) -> Asked:
        """What the login must reach: classes, and how fresh the proofs have to be."""
        since = fresh_since(asked_at, force="login" in self.prompt, max_age_seconds=self.max_age)
        return Asked(self.acr_values, self.acr_essential, since)
