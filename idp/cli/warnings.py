"""Settings that work but deserve a word at start."""

from __future__ import annotations

from idp.settings import Settings


def warnings_of(settings: Settings) -> list[str]:
    """One line each, the remedy in it."""
    found = []
    hashing = settings.hashing
    if hashing.memory_kib < 19_456 or hashing.iterations < 2:
        found.append(
            "hashing is cheaper than 19456 KiB and 2 rounds: passwords are easier to guess from a stolen copy"
        )
    if settings.plain_http:
        found.append("server.base_url is plain http: for this machine's loopback only")
    if settings.database.url.startswith("sqlite") and settings.server.processes > 4:
        found.append("SQLite is for one machine and few processes: use PostgreSQL or MariaDB for more")
    return found
