"""One id a request, in the log, the audit and on error pages."""

from __future__ import annotations

from flask import g

from idp.pages.incident import new_incident


def request_id() -> str:
    """The id of the request being served: made at first use, readable out on the telephone."""
    if "request_id" not in g:
        g.request_id = new_incident()
    return str(g.request_id)
