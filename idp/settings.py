"""Settings: one TOML file over ``config/defaults.toml``, and the environment over both.

Everything is checked at start. What is wrong stops it with one line that names file, key and remedy.
"""

from __future__ import annotations

import os
import re
import stat
import tomllib
from collections.abc import Callable, Mapping
from ipaddress import ip_network
from pathlib import Path
from typing import Any, Literal
from urllib.parse import urlsplit

import msgspec

from idp.errors import ConfigError
from idp.paths import shipped

_PREFIX = "DOORWARD_"
_DATABASE = re.compile(r"sqlite:///.|(postgresql(\+psycopg)?|mariadb\+pymysql)://.")
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


class Api(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    open_validation: bool


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
    api: Api
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
    given = _read(path) if path else {}
    source = str(path) if path else "defaults"
    settings = _converted(_overridden(_merged(defaults, given), environment), source)
    _check(settings, source)
    if path and _holds_a_password(given) and path.stat().st_mode & stat.S_IROTH:
        raise ConfigError(source, "file", "everybody may read the password in it; run chmod 640 on it")
    return settings


def _read(path: Path) -> dict[str, Any]:
    try:
        return tomllib.loads(path.read_text(encoding="utf-8"))
    except OSError as error:
        raise ConfigError(str(path), "file", f"cannot be read: {error.strerror}") from None
    except (tomllib.TOMLDecodeError, UnicodeDecodeError) as error:
        raise ConfigError(str(path), "file", f"is not TOML: {error}") from None


def _holds_a_password(given: Mapping[str, Any]) -> bool:
    """Whether the file itself says one; what the environment says is not in it."""
    url = given.get("database", {}).get("url", "")
    return bool(given.get("mail", {}).get("password")) or bool(urlsplit(url).password)


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
    for key, is_right, remedy in _RULES:
        if not is_right(settings):
            raise ConfigError(source, key, remedy)


def _is_base(address: str) -> bool:
    url = urlsplit(address)
    return (
        url.scheme in ("https", "http") and bool(url.hostname) and not (url.path or url.query or url.fragment)
    )


def _listens(address: str) -> bool:
    host, _, port = address.rpartition(":")
    return bool(host) and (host == "unix" or (port.isdecimal() and 0 < int(port) < 65_536))


def _is_narrow(network: str) -> bool:
    """A network, and not the whole world."""
    try:
        return ip_network(network).prefixlen > 0
    except ValueError:
        return False


def _is_uri(text: str) -> bool:
    return bool(urlsplit(text).scheme) and len(text) <= 1024 and not re.search(r"\s", text)


def _covers(relying_party: str, host: str) -> bool:
    """WebAuthn level 3, section 5.1.2: the host itself, or a domain that it lies in."""
    return host == relying_party or host.endswith(f".{relying_party}")


_RULES: tuple[tuple[str, Callable[[Settings], bool], str], ...] = (
    (
        "server.base_url",
        lambda it: _is_base(it.server.base_url),
        "give https://host, without a path or trailing slash",
    ),
    (
        "server.base_url",
        lambda it: not it.plain_http or bool(_LOOPBACK.match(it.host)),
        "plain http is for this machine's loopback only: use https",
    ),
    ("server.listen", lambda it: _listens(it.server.listen), "give address:port, or unix:/path"),
    (
        "server.certificate",
        lambda it: not it.server.certificate or Path(it.server.certificate).is_file(),
        "there is no such file",
    ),
    (
        "server.certificate_key",
        lambda it: not it.server.certificate or Path(it.server.certificate_key).is_file(),
        "is needed beside server.certificate: name its file",
    ),
    ("server.processes", lambda it: 0 <= it.server.processes <= 256, "give 0 (one a core) to 256"),
    ("server.threads", lambda it: 1 <= it.server.threads <= 256, "give 1 to 256"),
    (
        "server.trusted_proxies",
        lambda it: all(map(_is_narrow, it.server.trusted_proxies)),
        "give networks such as 10.0.0.0/24, and not the whole world",
    ),
    (
        "database.url",
        lambda it: bool(_DATABASE.match(it.database.url)),
        "give sqlite:////path/file, postgresql+psycopg://... or mariadb+pymysql://...",
    ),
    (
        "house.theme_dir",
        lambda it: not it.house.theme_dir or Path(it.house.theme_dir).is_dir(),
        "there is no such folder",
    ),
    (
        "hashing",
        lambda it: it.hashing.memory_kib >= 1024 and it.hashing.iterations > 0 and it.hashing.parallelism > 0,
        "memory_kib is at least 1024, iterations and parallelism at least 1",
    ),
    ("hashing.simultaneous", lambda it: it.hashing.simultaneous >= 0, "give 0 (cores + 1) or more"),
    (
        "mail.security",
        lambda it: it.mail.security != "none" or not it.mail.host or bool(_LOOPBACK.match(it.mail.host)),
        "a mail server elsewhere needs starttls or tls",
    ),
    ("mail.trust", lambda it: not it.mail.trust or Path(it.mail.trust).is_file(), "there is no such file"),
    (
        "engine.snapshot_max_age_seconds",
        lambda it: 0 <= it.engine.snapshot_max_age_seconds <= 60,
        "give 0 to 60",
    ),
    (
        "engine.relying_party_id",
        lambda it: not it.engine.relying_party_id or _covers(it.engine.relying_party_id, it.host),
        "give the host of server.base_url, or a domain that it lies in",
    ),
    ("saml.entity_id", lambda it: not it.saml.entity_id or _is_uri(it.saml.entity_id), "give a URI"),
    (
        "oidc.allow_http_localhost",
        lambda it: it.plain_http or not it.oidc.allow_http_localhost,
        "is for a demonstration on loopback only: remove it",
    ),
)
