"""The answers that a threat entry calls by name: PAGE, JSON. Each raises AssertionError and says why."""

from __future__ import annotations

import json
import re
from typing import Any

from werkzeug.test import TestResponse

_INCIDENT = re.compile(r"\b[0-9A-HJKMNP-TV-Z]{4}-[0-9A-HJKMNP-TV-Z]{4}\b")


def is_page(response: TestResponse, status: int) -> None:
    """PAGE n: a page of ours with an incident number, from which nothing leads anywhere."""
    assert response.status_code == status, f"{response.status}: {response.text[-800:]}"
    assert response.content_type == "text/html; charset=utf-8"
    assert "Location" not in response.headers
    assert 'http-equiv="refresh"' not in response.text
    assert "no-store" in response.headers["Cache-Control"]
    assert "frame-ancestors 'none'" in response.headers["Content-Security-Policy"]
    assert _INCIDENT.search(response.text)
    assert "Traceback" not in response.text


def is_json_error(response: TestResponse, status: int, error: str) -> None:
    """JSON n e."""
    assert response.status_code == status, f"{response.status}: {response.text}"
    assert response.content_type == "application/json"
    assert response.headers["Cache-Control"] == "no-store"
    document: dict[str, Any] = json.loads(response.data)
    assert document["error"] == error, document
    assert set(document) == {"error", "error_description"}
    assert re.fullmatch(r"[\x20-\x21\x23-\x5b\x5d-\x7e]+", document["error_description"])
    assert status != 401 or "WWW-Authenticate" in response.headers
