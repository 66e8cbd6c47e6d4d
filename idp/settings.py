"""Settings: one TOML file over ``config/defaults.toml``, and the environment over both.

Everything is checked at start. What is wrong stops it with one line that names file, key and remedy.
"""

from __future__ import annotations

import os
import re
import tomllib
from collections.abc import Mapping
from pathlib import Path
from typing import Any, Literal
from urllib.parse import urlsplit

import msgspec

from idp.errors import ConfigError
from idp.paths import shipped

_PREFIX = "DOORWARD_"
_LOOPBACK = re.compile(r"(localhost|.*\.localhost|127\.0\.0\.\d+|::1)\Z")


class Server(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    base_url: str
    listen: str
    certificate: str
    certificate_key: str
    processes: int
    threads: int
    worker_class: Literal["gthread", "sync"]
    trusted_proxies: tuple[str, ...]
    run_worker: bool


class DatabaseSettings(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    url: str
    upgrade_at_start: bool

    def __repr__(self) -> str:
        return "DatabaseSettings(...)"  # the URL may hold a password


class Secrets(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    key_file: str


class House(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    name: str
    theme_dir: str
    default_language: str
    time_zone: str
    help_email: str
    help_url: str
    privacy_url: str
    accessibility_url: str


class Hashing(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    memory_kib: int
    iterations: int
    parallelism: int
    simultaneous: int


class Mail(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    host: str
    port: int
    security: Literal["starttls", "tls", "none"]
    sender: str
    sender_name: str
    username: str
    password: str
    trust: str

    def __repr__(self) -> str:
        return f"Mail(host={self.host!r}, ...)"


class EngineNumbers(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    snapshot_max_age_seconds: float
    relying_party_id: str


class Saml(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    entity_id: str
    key_bits: Literal[2048, 3072, 4096]
    scopes: tuple[str, ...]
    contact_email: str
    metadata_days: int


class Oidc(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    allow_http_localhost: bool
    key_bits: Literal[2048, 3072, 4096]


class Log(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    level: Literal["DEBUG", "INFO", "WARNING", "ERROR"]


class Settings(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """All settings. The names are those of the TOML file."""

    server: Server
    database: DatabaseSettings
    secrets: Secrets
    house: House
    hashing: Hashing
    mail: Mail
    engine: EngineNumbers
    saml: Saml
    oidc: Oidc
    log: Log
    policy: tuple[dict[str, Any], ...]

    @property
    def base_url(self) -> str:
        """Without a trailing slash: the issuer, and the beginning of every address we give out."""
        return self.server.base_url

    @property
    def plain_http(self) -> bool:
        """Whether people come by http: on loopback only; cookies lose their ``__Host-`` prefix there."""
        return self.server.base_url.startswith("http:")

    @property
    def host(self) -> str:
        """The host name of ``base_url``."""
        return urlsplit(self.server.base_url).hostname or ""


def load(path: Path | None, environment: Mapping[str, str] = os.environ) -> Settings:
    """The settings of ``path`` over the defaults, the environment over both. Raises ConfigError."""
    defaults = tomllib.loads((shipped("config") / "defaults.toml").read_text(encoding="utf-8"))
    merged = _merged(defaults, _read(path)) if path else defaults
    source = str(path) if path else "defaults"
    settings = _converted(_overridden(merged, environment), source)
    _check(settings, source)
    return settings


def _read(path: Path) -> dict[str, Any]:
    try:
        return tomllib.loads(path.read_text(encoding="utf-8"))
    except OSError as error:
        raise ConfigError(str(path), "file", f"cannot be read: {error.strerror}") from None
    except (tomllib.TOMLDecodeError, UnicodeDecodeError) as error:
        raise ConfigError(str(path), "file", f"is not TOML: {error}") from None


def _merged(defaults: dict[str, Any], given: dict[str, Any]) -> dict[str, Any]:
    merged = dict(defaults)
    for section, values in given.items():
        known = defaults.get(section)
        merged[section] = (
            {**known, **values} if isinstance(known, dict) and isinstance(values, dict) else values
        )
    return merged


def _overridden(merged: dict[str, Any], environment: Mapping[str, str]) -> dict[str, Any]:
    """DOORWARD_SECTION_KEY: read as the kind of value that stands there."""
    for section, values in merged.items():
        if not isinstance(values, dict):
            continue
        for key in values:
            name = f"{_PREFIX}{section}_{key}".upper()
            if name in environment:
                merged = {**merged, section: {**merged[section], key: _typed(environment[name], values[key])}}
    return merged


def _typed(text: str, like: Any) -> Any:
    if isinstance(like, list | tuple):
        return [part.strip() for part in text.split(",") if part.strip()]
    if isinstance(like, bool):
        return {"true": True, "1": True, "false": False, "0": False}.get(text.lower(), text)
    return text


def _converted(values: dict[str, Any], source: str) -> Settings:
    try:
        return msgspec.convert(values, Settings, strict=False)
    except msgspec.ValidationError as error:
        reason, _, place = str(error).partition(" - at ")
        key = place.strip("`").removeprefix("$").lstrip(".") or "file"
        raise ConfigError(source, key, reason) from None


def _check(settings: Settings, source: str) -> None:
    """What types cannot say. Raises ConfigError for the first thing that is wrong."""
    server, url = settings.server, urlsplit(settings.server.base_url)
    if url.scheme not in ("https", "http") or not url.hostname or url.path or url.query or url.fragment:
        raise ConfigError(source, "server.base_url", "give https://host, without a path or trailing slash")
    if url.scheme == "http" and not _LOOPBACK.match(url.hostname):
        raise ConfigError(
            source, "server.base_url", "plain http is for this machine's loopback only: use https"
        )
    if not 0 <= server.processes <= 256:
        raise ConfigError(source, "server.processes", "give 0 (one a core) to 256")
    if not 1 <= server.threads <= 256:
        raise ConfigError(source, "server.threads", "give 1 to 256")
    if not re.fullmatch(r"\S+:\d{1,5}|unix:\S+", server.listen):
        raise ConfigError(source, "server.listen", "give address:port, or unix:/path")
    if settings.oidc.allow_http_localhost and not settings.plain_http:
        raise ConfigError(
            source, "oidc.allow_http_localhost", "is for a demonstration on loopback only: remove it"
        )
    if settings.mail.security == "none" and settings.mail.host and not _LOOPBACK.match(settings.mail.host):
        raise ConfigError(source, "mail.security", "a mail server elsewhere needs starttls or tls")
    if (
        settings.hashing.memory_kib < 1024
        or settings.hashing.iterations < 1
        or settings.hashing.parallelism < 1
    ):
        raise ConfigError(
            source, "hashing", "memory_kib is at least 1024, iterations and parallelism at least 1"
        )
    if server.certificate and not server.certificate_key:
        raise ConfigError(source, "server.certificate_key", "is needed beside server.certificate")
