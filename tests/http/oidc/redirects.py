"""What a refusal at the redirect URI looks like."""

from __future__ import annotations

from tests.support.relying_party import STATE, App


def is_error(app: App, location: str, error: str, state: str | None = STATE) -> None:
    """REDIR e: the error, the state, who says it (RFC 9207); no code, no token."""
    said = app.received(location)
    assert said.pop("error") == error, said
    assert said.pop("error_description")
    assert said.pop("iss") == app.idp.base
    assert said == ({} if state is None else {"state": state})
