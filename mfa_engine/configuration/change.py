"""Changing policies, realms and resolvers: validated whole, audited, and seen by every node.

Each change moves the revision before anything else, so that of two at once one waits for the other.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from mfa_engine import audit
from mfa_engine.audit import Entry, Origin
from mfa_engine.configuration.rules import Rules
from mfa_engine.errors import Conflict, InvalidField, NotFound
from mfa_engine.identity.realms import Realm, canonical_login
from mfa_engine.identity.resolvers.registry import ResolverDefinition, ResolverRegistry
from mfa_engine.policy.model import Policy
from mfa_engine.policy.policy_set import PolicySet
from mfa_engine.policy.read import policy_document
from mfa_engine.secrets.sealed import seal
from mfa_engine.storage.configuration import (
    delete_policy,
    delete_realm,
    delete_resolver,
    move_revision,
    save_policy,
    save_realm,
    save_resolver,
)
from mfa_engine.unit import Runner, Unit


def set_policies(runner: Runner, rules: Rules, origin: Origin, policies: Sequence[Policy]) -> None:
    """Store these policies, each under its name, all or none. They were read and checked before."""
    PolicySet.compile(policies, rules.policies.catalogue)
    documents = {policy.name: policy_document(policy, rules.policies.catalogue) for policy in policies}

    def store(unit: Unit) -> None:
        move_revision(unit.connection)
        for name, document in documents.items():
            save_policy(unit.connection, name, document)
        _audit(unit, origin, "admin.policy.set", {"policies": sorted(documents)})

    runner.record(store)


def remove_policy(runner: Runner, origin: Origin, name: str) -> None:
    """Delete one policy. Raises NotFound."""

    def remove(unit: Unit) -> None:
        move_revision(unit.connection)
        if not delete_policy(unit.connection, name):
            raise NotFound("policy", name)
        _audit(unit, origin, "admin.policy.delete", {"policy": name})

    runner.record(remove)


def set_realm(
    runner: Runner, rules: Rules, origin: Origin, name: str, resolvers: Sequence[str], *, default: bool
) -> Realm:
    """Store a realm with its resolvers in order. Raises InvalidField for a resolver that there is not."""
    realm = Realm(canonical_login(name, field="realm"), tuple(resolvers))
    unknown = [resolver for resolver in resolvers if resolver not in rules.resolvers]
    if unknown or not resolvers:
        raise InvalidField("resolvers", f"give resolvers that exist: {', '.join(sorted(rules.resolvers))}")

    def store(unit: Unit) -> None:
        move_revision(unit.connection)
        is_default = default or rules.realms.default in (None, realm.name)
        save_realm(unit.connection, realm.name, realm.resolvers, is_default)
        _audit(unit, origin, "admin.realm.set", {"realm": realm.name, "resolvers": list(resolvers)})

    runner.record(store)
    return realm


def remove_realm(runner: Runner, origin: Origin, name: str) -> None:
    """Delete a realm; its people and their tokens stay with their resolver. Raises NotFound."""

    def remove(unit: Unit) -> None:
        move_revision(unit.connection)
        if not delete_realm(unit.connection, name):
            raise NotFound("realm", name)
        _audit(unit, origin, "admin.realm.delete", {"realm": name})

    runner.record(remove)


def set_resolver(
    runner: Runner,
    registry: ResolverRegistry,
    origin: Origin,
    name: str,
    kind: str,
    settings: Mapping[str, Any],
    secret: str = "",
) -> None:
    """Store a resolver after making one of it to see that it can be. Raises InvalidField."""
    canonical = canonical_login(name, field="resolver")
    registry.build(ResolverDefinition(canonical, kind, settings, secret)).close()

    def store(unit: Unit) -> None:
        move_revision(unit.connection)
        sealed = seal(unit.keyring, "resolver", "secret", canonical, secret.encode()) if secret else None
        save_resolver(unit.connection, canonical, kind, dict(settings), sealed)
        _audit(unit, origin, "admin.resolver.set", {"resolver": canonical, "kind": kind})

    runner.record(store)


def remove_resolver(runner: Runner, rules: Rules, origin: Origin, name: str) -> None:
    """Delete a resolver. Raises NotFound, and Conflict while a realm still names it."""
    using = [realm.name for realm in rules.realms.realms if name in realm.resolvers]
    if using:
        raise Conflict(f"resolver '{name}' is part of realm {', '.join(using)}: take it out there first")

    def remove(unit: Unit) -> None:
        move_revision(unit.connection)
        if not delete_resolver(unit.connection, name):
            raise NotFound("resolver", name)
        _audit(unit, origin, "admin.resolver.delete", {"resolver": name})

    runner.record(remove)


def _audit(unit: Unit, origin: Origin, event: str, details: Mapping[str, object]) -> None:
    audit.record(unit, origin, Entry(event, True, details=details))
