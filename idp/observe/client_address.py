"""Whose address a request comes from, behind proxies: only listed ones are believed (AUTH-05, WEB-03)."""

from __future__ import annotations

import ipaddress
from collections.abc import Callable, Iterable, Sequence
from typing import Any

_NEVER_BELIEVED = (
    "HTTP_FORWARDED",
    "HTTP_X_FORWARDED_HOST",
    "HTTP_X_FORWARDED_PORT",
    "HTTP_X_FORWARDED_PROTO",
)

Network = ipaddress.IPv4Network | ipaddress.IPv6Network
Wsgi = Callable[[dict[str, Any], Callable[..., Any]], Iterable[bytes]]


def client_address(peer: str, forwarded_for: str, trusted: Sequence[Network]) -> str:
    """The first address from the right of ``X-Forwarded-For`` that is no trusted proxy.

    From a peer that is not trusted the header counts for nothing. A peer without address (a unix
    socket) is trusted where any proxy is.
    """
    if not trusted or not _is_trusted(peer, trusted):
        return peer
    address = peer
    for hop in reversed([part.strip() for part in forwarded_for.split(",") if part.strip()]):
        if not _is_address(hop):
            break
        address = hop
        if not _is_trusted(hop, trusted):
            break
    return address


class TrustedProxies:
    """WSGI middleware: ``REMOTE_ADDR`` becomes the client's, and no other forwarded header is seen."""

    def __init__(self, app: Wsgi, networks: Iterable[str]) -> None:
        self._app = app
        self._networks = tuple(ipaddress.ip_network(network, strict=False) for network in networks)

    def __call__(self, environ: dict[str, Any], start_response: Callable[..., Any]) -> Iterable[bytes]:
        forwarded = environ.pop("HTTP_X_FORWARDED_FOR", "")
        for name in (
            "HTTP_X_FORWARDED_HOST",
            "HTTP_X_FORWARDED_PROTO",
            "HTTP_FORWARDED",
            "HTTP_X_FORWARDED_PORT",
        ):
            environ.pop(name, None)
        environ["REMOTE_ADDR"] = client_address(environ.get("REMOTE_ADDR", ""), forwarded, self._networks)
        return self._app(environ, start_response)


def _is_address(text: str) -> bool:
    try:
        ipaddress.ip_address(text)
    except ValueError:
        return False
    return True


def _is_trusted(peer: str, trusted: Sequence[Network]) -> bool:
    if not _is_address(peer):
        return True
    address = ipaddress.ip_address(peer)
    return any(address in network for network in trusted if network.version == address.version)
