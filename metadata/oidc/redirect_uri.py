"""The rules of redirect URIs: which may be registered, and when one that is sent is the registered one.

Exact string comparison, with the one exception of RFC 8252, section 7.3: a native application cannot
know the port of its loopback listener in advance (RFC 9700, sections 2.1 and 4.1.3).
"""

from __future__ import annotations

import re
from urllib.parse import unquote, urlsplit

from metadata.oidc.relying_party import ApplicationType, RelyingParty

MAX_LENGTH = 2048

_PLAIN = re.compile(r"[\x21-\x7e]+")
_READ_DIFFERENTLY = re.compile(r"[\\\"'<>]")  # by browsers, or where an address stands in a page
_PRIVATE_USE_SCHEME = re.compile(r"[a-z][a-z0-9+-]*(\.[a-z0-9+-]+)+")
_LOOPBACK_IP_URI = re.compile(
    r"http://(?P<host>127\.0\.0\.1|\[::1\])(:(?P<port>[0-9]{1,5}))?(?P<rest>[/?].*)?", re.DOTALL
)
_LOOPBACK_HOSTS = ("127.0.0.1", "::1", "localhost")


def is_registered(client: RelyingParty, sent: str) -> bool:
    """Whether ``sent`` is one of the client's redirect URIs, character for character.

    For a native client the port of ``http://127.0.0.1`` and ``http://[::1]`` is free.
    """
    if sent in client.redirect_uris:
        return True
    if client.application_type is not ApplicationType.NATIVE:
        return False
    return any(_same_but_for_port(registered, sent) for registered in client.redirect_uris)


def _same_but_for_port(registered: str, sent: str) -> bool:
    ours, theirs = _LOOPBACK_IP_URI.fullmatch(registered), _LOOPBACK_IP_URI.fullmatch(sent)
    if ours is None or theirs is None or not 0 < int(theirs["port"] or 80) < 65536:
        return False
    return (ours["host"], ours["rest"]) == (theirs["host"], theirs["rest"])


def refusal(uri: str, application_type: ApplicationType, *, allow_http_localhost: bool) -> str | None:
    """Why ``uri`` cannot be registered, as a remedy for its owner, or None when it can.

    ``allow_http_localhost`` is for demonstrations and development: it admits plain http for web
    clients on this very machine, ``*.localhost`` included. Serves post-logout redirect URIs too.
    """
    return _bad_form(uri) or _bad_target(uri, application_type, allow_http_localhost)


def _bad_form(uri: str) -> str | None:
    if not 0 < len(uri) <= MAX_LENGTH:
        return f"give 1 to {MAX_LENGTH} characters"
    if not _PLAIN.fullmatch(uri) or _READ_DIFFERENTLY.search(uri):
        return "use printable ASCII without blanks, backslashes, quotes or <>; percent-encode the rest"
    if "#" in uri:
        return "leave the fragment out"
    if "*" in uri:
        return "write it out: there are no wildcards"
    try:
        parts = urlsplit(uri)
        host, port = parts.hostname, parts.port
    except ValueError:
        return "give a valid absolute URI"
    if "@" in parts.netloc:
        return "leave user name and password out"
    if host and (host.endswith(".") or port == 0):
        return "give a valid host and port"
    if any(unquote(segment) in (".", "..") for segment in parts.path.split("/")):
        return "resolve the dots in the path: browsers would"
    return None


def _bad_target(uri: str, application_type: ApplicationType, allow_http_localhost: bool) -> str | None:
    parts = urlsplit(uri)
    native = application_type is ApplicationType.NATIVE
    if parts.scheme == "https":
        return None if parts.hostname else "name a host"
    if parts.scheme == "http":
        here = parts.hostname in _LOOPBACK_HOSTS
        named_here = here or (parts.hostname or "").endswith(".localhost")
        if (native and here) or (allow_http_localhost and named_here):
            return None
        return "use https; plain http is for the loopback address of native applications"
    if native and _PRIVATE_USE_SCHEME.fullmatch(parts.scheme) and uri[len(parts.scheme) + 1 :]:
        return None
    return "use https, or for a native application http on a loopback address or a scheme with a dot"
