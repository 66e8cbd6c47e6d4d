"""The realms that a principal's rights are limited to, as they are given."""

from __future__ import annotations

from collections.abc import Iterable

from mfa_engine.configuration.rules import Rules
from mfa_engine.errors import InvalidField
from mfa_engine.identity.realms import canonical_login, listed


def read_realms(rules: Rules, names: Iterable[str]) -> tuple[str, ...]:
    """The realms of these names, sorted. Raises InvalidField for one that there is not."""
    wanted = tuple(sorted({canonical_login(name, field="realms") for name in names}))
    for name in wanted:
        if name not in rules.realms.by_name:
            known = listed(rules.realms.by_name)
            raise InvalidField("realms", f"'{name}' is no realm: choose from {known}")
    return wanted
