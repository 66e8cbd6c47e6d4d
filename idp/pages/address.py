"""Which addresses a page may lead to (WEB-02, WEB-04)."""

from __future__ import annotations

import re
from urllib.parse import SplitResult, urlsplit

from mfa_engine.errors import InvalidField

NOT_FOR_BROWSERS = re.compile(r"[\x00-\x20\x7f\\\"'<>]")
HOST = re.compile(r"[A-Za-z0-9.-]+")
SCHEME = re.compile(r"[a-z][a-z0-9+.-]*")
ACTIVE_SCHEMES = frozenset(
    {"javascript", "data", "vbscript", "blob", "file", "filesystem", "about", "view-source"}
)


def local_path(path: str) -> str:
    """``path`` when it stays on this host, else ``/``: no scheme, host, backslash or control character."""
    if not path.startswith("/") or path.startswith("//") or NOT_FOR_BROWSERS.search(path):
        return "/"
    return path


def web_address(address: str) -> str:
    """``address`` when it is a path of ours or http(s), else the empty string: then no link is made."""
    if address.startswith("/"):
        return address if local_path(address) == address else ""
    parts = split(address)
    return address if parts is not None and parts.scheme in ("http", "https") and parts.netloc else ""


def destination_source(address: str) -> str:
    """What ``form-action`` must name besides ``https:`` so that a form may post to ``address``.

    Empty for https; the origin for http (loopback only, elsewhere refused at registration); the scheme
    for an application's private-use scheme (RFC 8252, section 7.1). Raises InvalidField for an address
    that a browser would run rather than open.
    """
    parts = split(address)
    if parts is None or not SCHEME.fullmatch(parts.scheme) or parts.scheme in ACTIVE_SCHEMES:
        raise InvalidField("destination", "must be an absolute http(s) or application address")
    if parts.scheme == "https":
        return ""
    if parts.scheme != "http":
        return f"{parts.scheme}:"
    if not HOST.fullmatch(parts.hostname or ""):
        return "http:"  # an IPv6 literal is no host of a source expression (CSP 3, section 2.3.1)
    return f"http://{parts.hostname}" + (f":{parts.port}" if parts.port else "")


def split(address: str) -> SplitResult | None:
    """The parts of an absolute address, or None when a browser and we could read it differently."""
    if NOT_FOR_BROWSERS.search(address):
        return None
    try:
        parts = urlsplit(address)
        parts.port  # noqa: B018 - raises ValueError where the port is no number
    except ValueError:
        return None
    return parts
