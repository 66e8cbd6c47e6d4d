"""Which addresses of a partner we send people to: https, or what the demo allows on loopback."""

from __future__ import annotations

import ipaddress
import re
from urllib.parse import SplitResult, urlsplit

_PLAIN = re.compile(r"""[^\x00-\x20\x7f-\U0010ffff"<>\\]+""")


def is_usable(location: str, *, loopback_http: bool) -> bool:
    """Whether ``location`` is an absolute https URL; with ``loopback_http`` also http on loopback.

    An address with user info, a fragment, blanks or control characters is not (SAML-11).
    """
    if not _PLAIN.fullmatch(location):
        return False
    try:
        parts = urlsplit(location)
        host = parts.hostname
        _ = parts.port  # raises where it is no number
    except ValueError:
        return False
    if not host or parts.username is not None or "#" in location:
        return False
    return parts.scheme == "https" or (loopback_http and parts.scheme == "http" and _is_loopback(parts))


def _is_loopback(parts: SplitResult) -> bool:
    host = parts.hostname or ""
    if host == "localhost" or host.endswith(".localhost"):  # RFC 6761, section 6.3
        return True
    try:
        return ipaddress.ip_address(host).is_loopback
    except ValueError:
        return False
