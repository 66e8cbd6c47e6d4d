"""``ui_locales``: the languages that a person is said to prefer (OpenID Connect Core, section 3.1.2.1)."""

from __future__ import annotations

import re

MOST = 10

_LANGUAGE_TAG = re.compile(r"[A-Za-z]{2,8}(-[A-Za-z0-9]{1,8})*")


def language_tags(ui_locales: str | None) -> tuple[str, ...]:
    """The tags, best first. What is no language tag is dropped: it is a wish and never an error."""
    words = dict.fromkeys((ui_locales or "").split(" "))
    return tuple(word for word in words if _LANGUAGE_TAG.fullmatch(word))[:MOST]
