"""Log lines: JSON, one event a line, without anything that could let somebody in."""

from __future__ import annotations

import logging
import re
import sys
import traceback
from datetime import UTC, datetime

import msgspec
from flask import has_request_context

from idp.observe.request_id import request_id

# What a library might put into its message: parameters whose values must not be read later.
_SECRET = re.compile(
    r"((?:password|passwd|pass|pin|otp|code|secret|token|assertion|SAMLRequest|SAMLResponse|cookie|authorization)"
    r"[\"']?\s*[=:]\s*[\"']?)[^\s\"'&,;}]+",
    re.IGNORECASE,
)


class JsonLines(logging.Formatter):
    """One JSON object a line. Traces keep places and the error's class, never its text, which may quote
    what somebody typed (KEY-07)."""

    def format(self, record: logging.LogRecord) -> str:
        line: dict[str, object] = {
            "time": datetime.fromtimestamp(record.created, UTC).isoformat(timespec="milliseconds"),
            "level": record.levelname,
            "logger": record.name,
            "message": redacted(record.getMessage()),
        }
        if has_request_context():
            line["request"] = request_id()
        if record.exc_info and record.exc_info[1] is not None:
            error = record.exc_info[1]
            line["error"] = f"{type(error).__module__}.{type(error).__qualname__}"
            line["trace"] = [
                f"{frame.filename}:{frame.lineno} {frame.name}"
                for frame in traceback.extract_tb(error.__traceback__)
            ]
        return msgspec.json.encode(line).decode()


def redacted(text: str) -> str:
    """The text without the values of parameters that hold secrets, on one line."""
    shown = _SECRET.sub(r"\1…", text)
    return "".join(c if c.isprintable() else c.encode("unicode_escape").decode() for c in shown)


def set_up(level: str) -> None:
    """Send everything to standard error as JSON lines."""
    handler = logging.StreamHandler(sys.stderr)
    handler.setFormatter(JsonLines())
    root = logging.getLogger()
    root.handlers[:] = [handler]
    root.setLevel(level)
    for chatty in ("werkzeug", "alembic"):
        logging.getLogger(chatty).setLevel(logging.WARNING)
