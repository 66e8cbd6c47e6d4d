"""A request that came by POST, made again by GET.

Another site's form brings no ``SameSite=Lax`` cookie of ours; a top-level GET does. So the session is
seen, and no cookie needs to be sent across sites (SESS-03).
"""

from __future__ import annotations

import re

from flask import Response, request

from idp.pages.respond import Respond

LONGEST = 3_500  # bytes: what servers take as a request line, less the path

_QUERY = re.compile(rb"[\x21-\x7e]*")


def again_by_get(respond: Respond) -> Response | None:
    """303 to the same address with the body as its query; None when it is too long for one, or no form."""
    body = request.get_data()
    if len(body) > LONGEST or not _QUERY.fullmatch(body):
        return None
    return respond.see_other(f"{request.path}?{body.decode()}")
