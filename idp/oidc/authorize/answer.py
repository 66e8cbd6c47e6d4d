"""Authorization answers by redirect (RFC 6749, sections 4.1.2 and 4.1.2.1; RFC 9207, section 2).

Every answer, errors included, says who gave it (``iss``), so that a client of two servers cannot be
made to take one for the other.
"""

from __future__ import annotations

from urllib.parse import quote

from idp.oidc.errors import Destination, ErrorCode, ErrorRedirect


def success_location(destination: Destination, *, code: str, issuer: str) -> str:
    """The address that hands the client its code."""
    return _location(destination, {"code": code}, issuer)


def error_location(error: ErrorRedirect, *, issuer: str) -> str:
    """The address that tells the client what was refused, and what to change."""
    return refusal_location(error.destination, error.code, error.description, issuer=issuer)


def refusal_location(destination: Destination, code: ErrorCode, description: str, *, issuer: str) -> str:
    """The same for what the login ended with: cancelled, not allowed, not possible without a page."""
    return _location(destination, {"error": code.value, "error_description": description}, issuer)


def _location(destination: Destination, answer: dict[str, str], issuer: str) -> str:
    """Appended to the redirect URI, whose own query stays as it was registered."""
    if destination.state is not None:
        answer = {**answer, "state": destination.state}
    pairs = {**answer, "iss": issuer}
    query = "&".join(f"{name}={quote(value, safe='')}" for name, value in pairs.items())
    uri = destination.redirect_uri
    if "?" not in uri:
        return f"{uri}?{query}"
    return uri + query if uri.endswith(("?", "&")) else f"{uri}&{query}"
