"""What the portal knows about the identity provider: entity id, addresses, certificates.

Fetched when it is first needed, so that either may start first, and kept in memory. Over
loopback nobody is in between; a portal in real life checks the signature of the metadata.
"""

import threading
import time
from copy import deepcopy
from http.client import HTTPException
from pathlib import Path
from typing import Any
from urllib.request import ProxyHandler, build_opener

from lxml.etree import LxmlError
from onelogin.saml2.idp_metadata_parser import OneLogin_Saml2_IdPMetadataParser

from problems import Problem, Refusal

MAX_BYTES = 1_000_000
TIMEOUT_SECONDS = 3
SECONDS_BETWEEN_FETCHES = 5


class IdpMetadata:
    """The identity provider's settings, in the form that python3-saml takes them."""

    def __init__(self, source: str) -> None:
        """``source`` is a URL (http, https) or the path of a file."""
        self._source = source
        self._settings: dict[str, Any] | None = None
        self._fetched_at = float("-inf")
        self._lock = threading.Lock()

    def settings(self) -> dict[str, Any]:
        """A copy, because python3-saml writes into what it gets.

        Raises Refusal (UNREACHABLE) when the metadata is not there or not usable.
        """
        with self._lock:
            if self._settings is None:
                self._fetch()
            return deepcopy(self._settings or {})

    def changed(self) -> bool:
        """Fetch again, because a signature did not verify, and say whether that gave something new.

        At most once in five seconds, since anybody can send a wrong signature.
        """
        with self._lock:
            if time.monotonic() - self._fetched_at < SECONDS_BETWEEN_FETCHES:
                return False
            before = self._settings
            self._fetch()
            return self._settings != before

    def _fetch(self) -> None:
        self._fetched_at = time.monotonic()
        try:
            self._settings = _parsed(_read(self._source))
        except (OSError, HTTPException, ValueError, LxmlError) as error:
            raise Refusal(Problem.UNREACHABLE, f"metadata from {self._source}: {error}") from error


def _read(source: str) -> bytes:
    if not source.startswith(("http://", "https://")):
        return Path(source).read_bytes()
    direct = build_opener(ProxyHandler({}))  # a proxy from the environment does not reach loopback
    with direct.open(source, timeout=TIMEOUT_SECONDS) as answer:
        text: bytes = answer.read(MAX_BYTES)
    return text


def _parsed(xml: bytes) -> dict[str, Any]:
    idp: dict[str, Any] = OneLogin_Saml2_IdPMetadataParser.parse(xml).get("idp", {})
    for needed in ("entityId", "singleSignOnService"):
        if needed not in idp:
            raise ValueError(f"names no {needed} for HTTP-Redirect")
    if "x509cert" not in idp and "signing" not in idp.get("x509certMulti", {}):
        raise ValueError("holds no signing certificate")
    return idp
