"""Rules: everything a decision is made by, in memory, as of one revision."""

from __future__ import annotations

import ipaddress
from collections.abc import Mapping
from dataclasses import dataclass
from functools import lru_cache
from typing import Protocol

from mfa_engine.algorithms.password_hash import Hasher
from mfa_engine.identity.realms import Realms
from mfa_engine.identity.resolvers.base import Resolver
from mfa_engine.identity.user import User
from mfa_engine.policy.model import Address, Subject
from mfa_engine.policy.policy_set import PolicySet
from mfa_engine.settings import EngineSettings
from mfa_engine.tokentypes.registry import TokenTypes
from mfa_engine.unit import Runner


@dataclass(frozen=True, slots=True)
class Rules:
    """Policies, realms, resolvers, token types and numbers. Immutable: a change makes a new one."""

    revision: int
    policies: PolicySet
    realms: Realms
    resolvers: Mapping[str, Resolver]
    types: TokenTypes
    hasher: Hasher
    settings: EngineSettings


class RulesSource(Protocol):
    """Compiles the rules. What did not change in ``old`` (a resolver with its connections) is kept."""

    def load(self, runner: Runner, old: Rules | None) -> Rules:
        """The rules as the database has them now."""
        ...


def subject_of(user: User | None, *, address: str, application: str, realm: str = "") -> Subject:
    """Whom the policies are asked about, and coming from where."""
    return Subject(
        realm=user.realm if user else realm or None,
        resolver=user.key.resolver if user else None,
        uid=user.key.uid if user else None,
        login=user.login if user else None,
        client=_address(address),
        application=application or None,
    )


@lru_cache(maxsize=1024)
def _address(text: str) -> Address | None:
    try:
        return ipaddress.ip_address(text)
    except ValueError:
        return None
