"""Which scripts of other origins may read an answer: those of the client that it is for (WEB-05).

Never ``null``, never an origin that is merely echoed, and no word on private networks. The public
documents carry ``*`` by themselves.
"""

from __future__ import annotations

from collections.abc import Mapping

from flask import Response, request

from idp.applications import clients
from idp.applications.registry import Registry
from metadata.oidc.relying_party import RelyingParty

_VARY = {"Vary": "Origin"}
_PREFLIGHT = {
    "Access-Control-Allow-Methods": "GET, POST",
    "Access-Control-Allow-Headers": "Authorization, Content-Type",
    "Access-Control-Max-Age": "3600",
}


def headers_for(client: RelyingParty | None) -> Mapping[str, str]:
    """The headers of an answer that is ``client``'s business; None: nobody's, or no browser's."""
    origin = request.headers.get("Origin", "")
    if client is None or origin not in clients.web_origins(client):
        return _VARY
    return {
        "Access-Control-Allow-Origin": origin,
        "Access-Control-Expose-Headers": "WWW-Authenticate",
        **_VARY,
    }


def preflight(registry: Registry) -> Response:
    """What a browser asks beforehand, when the client is not known yet: the origin must be one's."""
    origin = request.headers.get("Origin", "")
    known = origin not in ("", "null") and clients.is_known_origin(registry, origin)
    allowed = {"Access-Control-Allow-Origin": origin, **_PREFLIGHT} if known else {}
    return Response(status=204, headers={**allowed, **_VARY})
