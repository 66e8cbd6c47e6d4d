"""The envelope of every answer: JSON-RPC as the clients of the format read it."""

from __future__ import annotations

import threading
from collections.abc import Mapping
from datetime import datetime
from enum import StrEnum
from typing import Any

import msgspec
from flask import Response, g

from idp.api.read import Parameters

VERSION = "3.14"
"""Of the format that is spoken, which clients compare; not of Doorward."""

_VERSION = f"privacyIDEA {VERSION}"
NO_STORE = "no-store"
NO_CACHE = "no-cache"


class Authentication(StrEnum):
    """The word that says how an authentication stands."""

    ACCEPT = "ACCEPT"
    CHALLENGE = "CHALLENGE"
    REJECT = "REJECT"


def success(
    now: datetime, value: Any, detail: Mapping[str, Any] | None = None, caching: str = NO_CACHE
) -> Response:
    """The answer of an endpoint that administers. ``caching`` is NO_STORE for what carries a seed."""
    body = {"id": 1, "jsonrpc": "2.0", "result": {"status": True, "value": value}, **_detail(detail)}
    return answer({**body, **_end(now), "versionnumber": VERSION}, 200, caching)


def authentication(
    now: datetime,
    value: Any,
    word: Authentication,
    detail: Mapping[str, Any] | None = None,
    status: int = 200,
) -> Response:
    """The answer of an endpoint that authenticates. Some clients read ``value``, some the word: both must
    be right."""
    result = {"status": True, "value": value, "authentication": word}
    body = {"id": 2, "jsonrpc": "2.0", "result": result, **_detail(detail)}
    return answer({**body, **_end(now), "versionnumber": VERSION}, status, NO_STORE)


def failure(now: datetime, status: int, code: int, message: str) -> Response:
    """An error: no ``value``, and ``detail`` null."""
    error = {"code": code, "message": message}
    result = {"status": False, "error": error}
    return answer(
        {"id": 1, "jsonrpc": "2.0", "detail": None, "result": result, **_end(now)}, status, NO_STORE
    )


def answer(body: Mapping[str, Any], status: int, caching: str) -> Response:
    """A JSON answer with our headers."""
    headers = {"Cache-Control": caching, "X-Content-Type-Options": "nosniff"}
    return Response(msgspec.json.encode(body), status, headers, content_type="application/json")


def _detail(detail: Mapping[str, Any] | None) -> dict[str, Any]:
    if detail is None:
        return {}
    return {"detail": {**detail, "threadid": threading.get_ident()}}


def _end(now: datetime) -> dict[str, Any]:
    return {**_nonce(), "time": now.timestamp(), "version": _VERSION}


def _nonce() -> dict[str, str]:
    """The client's own nonce comes back, where it was sent and read."""
    sent: Parameters | None = g.get("parameters")
    nonce = sent.values.get("nonce") if sent else None
    return {"nonce": nonce[:200]} if isinstance(nonce, str) and nonce else {}
