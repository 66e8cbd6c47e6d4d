"""Compiling the rules from the rows, keeping what did not change."""

from __future__ import annotations

import logging
from dataclasses import dataclass

from mfa_engine.algorithms.password_hash import Hasher
from mfa_engine.configuration.rules import Rules
from mfa_engine.errors import IntegrityFailure
from mfa_engine.identity.realms import Realm, Realms
from mfa_engine.identity.resolvers.registry import ResolverDefinition, ResolverRegistry
from mfa_engine.policy.model import Policy
from mfa_engine.policy.policy_set import PolicySet
from mfa_engine.policy.read import read_policy
from mfa_engine.secrets.sealed import unseal
from mfa_engine.settings import EngineSettings
from mfa_engine.storage.configuration import ConfigurationRows, ResolverRow, read_configuration
from mfa_engine.tokentypes.registry import TokenTypes
from mfa_engine.unit import Runner, View

log = logging.getLogger(__name__)


@dataclass(frozen=True, slots=True)
class DatabaseRules:
    """Reads the configuration tables; what does not change while the process lives is given once."""

    settings: EngineSettings
    types: TokenTypes
    hasher: Hasher
    resolvers: ResolverRegistry
    fixed: tuple[Policy, ...] = ()  # of the settings file: in force beside those of the database

    def load(self, runner: Runner, old: Rules | None) -> Rules:
        """The rules as the database has them now. Four statements."""
        rows, definitions = runner.look(_read)
        catalogue = old.policies.catalogue if old else self.types.catalogue()
        policies = [read_policy(document, catalogue) for document in rows.policies]
        stored = {policy.name for policy in policies}
        policies += [policy for policy in self.fixed if policy.name not in stored]
        default = next((name for name, _, is_default in rows.realms if is_default), None)
        return Rules(
            revision=rows.revision,
            policies=PolicySet.compile(policies, catalogue, revision=rows.revision),
            realms=Realms(tuple(Realm(name, resolvers) for name, resolvers, _ in rows.realms), default),
            resolvers=self.resolvers.snapshot(definitions),
            types=self.types,
            hasher=self.hasher,
            settings=self.settings,
        )


def _read(view: View) -> tuple[ConfigurationRows, tuple[ResolverDefinition, ...]]:
    rows = read_configuration(view.connection)
    return rows, tuple(found for row in rows.resolvers if (found := _definition(view, row)))


def _definition(view: View, row: ResolverRow) -> ResolverDefinition | None:
    """None when its secret does not open in its place (KEY-02): unavailable to its own people, no others."""
    try:
        secret = unseal(view.keyring, "resolver", "secret", row.name, row.secret) if row.secret else b""
    except IntegrityFailure as error:
        log.error("resolver %s is left out: %s", row.name, error)
        return None
    return ResolverDefinition(row.name, row.kind, row.settings, secret.decode())
