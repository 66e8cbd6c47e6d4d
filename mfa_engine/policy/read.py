"""Policies from a document, and back. One shape for TOML files, for JSON, and for the database.

[[policy]]
name = "staff-needs-keys"
priority = 20                      # the smaller number wins; 100 when left out
when.realm = "staff"               # also resolver, user, application, network
then.tokentype = ["webauthn"]
"""

from __future__ import annotations

import json
import re
import tomllib
from collections.abc import Iterable, Mapping

from mfa_engine.errors import InvalidField
from mfa_engine.policy.actions.catalogue import Catalogue
from mfa_engine.policy.errors import InvalidPolicies
from mfa_engine.policy.match import Part
from mfa_engine.policy.model import DEFAULT_PRIORITY, Policy
from mfa_engine.policy.read_condition import read_condition
from mfa_engine.policy.reading import LONGEST_TEXT, Reading, is_printable

_NAME = re.compile(r"[A-Za-z0-9][A-Za-z0-9_.-]{0,119}")
_KEYS = frozenset({"name", "description", "priority", "enabled", "when", "then"})
_LOWEST_PRIORITY = 9999


def read_toml(text: str, catalogue: Catalogue) -> tuple[Policy, ...]:
    """The policies of a TOML document, in its order. Raises InvalidPolicies with every problem."""
    try:
        document = tomllib.loads(text)
    except tomllib.TOMLDecodeError as error:
        raise _invalid("policies", f"not TOML: {error}") from error
    return read_policies(document, catalogue)


def read_json(text: str, catalogue: Catalogue) -> tuple[Policy, ...]:
    """The policies of a JSON document, in its order. Raises InvalidPolicies with every problem."""
    try:
        document = json.loads(text, object_pairs_hook=_without_repeats)
    except (ValueError, RecursionError) as error:
        raise _invalid("policies", f"not JSON: {error}") from error
    return read_policies(document, catalogue)


def read_policies(document: object, catalogue: Catalogue) -> tuple[Policy, ...]:
    """The policies of a parsed document, ``{"policy": [...]}``: all of them, or InvalidPolicies."""
    if not isinstance(document, Mapping) or set(document) - {"policy"}:
        raise _invalid("policies", "write a list named policy, and nothing beside it")
    entries = document.get("policy", [])
    if not isinstance(entries, list):
        raise _invalid("policy", "write a list of policies")
    problems: list[InvalidField] = []
    policies: list[Policy] = []
    for number, entry in enumerate(entries, start=1):
        try:
            policies.append(read_policy(entry, catalogue, number=number))
        except InvalidPolicies as error:
            problems.extend(error.problems)
    problems.extend(_repeated(policy.name for policy in policies))
    if problems:
        raise InvalidPolicies(tuple(problems))
    return tuple(policies)


def read_policy(document: object, catalogue: Catalogue, *, number: int = 1) -> Policy:
    """One policy from its part of a document. Raises InvalidPolicies with every problem it has.

    ``number`` is its place, to speak of a policy that has no usable name.
    """
    if not isinstance(document, Mapping):
        raise _invalid(f"policy number {number}", "write a table")
    name = document.get("name")
    reading = Reading(f"policy '{name}'" if _is_name(name) else f"policy number {number}")
    reading.refuse_unknown(document, _KEYS)
    policy = Policy(
        name=reading.value("name", _name, name, instead=""),
        then=_then(reading, document.get("then"), catalogue),
        when=read_condition(reading, document.get("when", {})),
        priority=reading.value("priority", _priority, document.get("priority", DEFAULT_PRIORITY), instead=0),
        enabled=reading.value("enabled", _truth, document.get("enabled", True), instead=False),
        description=reading.value("description", _text, document.get("description", ""), instead=""),
    )
    if reading.problems:
        raise InvalidPolicies(tuple(reading.problems))
    return policy


def policies_document(policies: Iterable[Policy], catalogue: Catalogue) -> dict[str, object]:
    """The document that ``read_policies`` reads back as these policies."""
    return {"policy": [policy_document(policy, catalogue) for policy in policies]}


def policy_document(policy: Policy, catalogue: Catalogue) -> dict[str, object]:
    """One policy as plain JSON-able values; what ``read_policy`` would fill in by itself is left out."""
    when = policy.when
    parts: dict[Part, list[str]] = {
        Part.REALM: sorted(when.realms),
        Part.RESOLVER: sorted(when.resolvers),
        Part.USER: sorted(when.users),
        Part.APPLICATION: sorted(when.applications),
        Part.NETWORK: [str(network) for network in when.networks],
    }
    document: dict[str, object] = {"name": policy.name, "priority": policy.priority}
    if policy.description:
        document["description"] = policy.description
    if not policy.enabled:
        document["enabled"] = False
    if any(parts.values()):
        document["when"] = {str(part): entries for part, entries in parts.items() if entries}
    document["then"] = {
        name: catalogue.find(name).kind.document(value) for name, value in policy.then.items()
    }
    return document


def _then(reading: Reading, raw: object, catalogue: Catalogue) -> dict[str, object]:
    if not isinstance(raw, Mapping) or not raw:
        reading.refuse("then", "write at least one action")
        return {}
    values: dict[str, object] = {}
    for name, value in raw.items():
        try:
            values[str(name)] = catalogue.parse(str(name), value)
        except InvalidField as error:
            reading.refuse(error.field, error.remedy)
    return values


def _is_name(raw: object) -> bool:
    return isinstance(raw, str) and _NAME.fullmatch(raw) is not None


def _name(raw: object) -> str:
    if not isinstance(raw, str) or not _is_name(raw):
        raise ValueError(
            "write up to 120 letters, digits, hyphens, dots or underscores, a letter or digit first"
        )
    return raw


def _priority(raw: object) -> int:
    if isinstance(raw, bool) or not isinstance(raw, int) or not 1 <= raw <= _LOWEST_PRIORITY:
        raise ValueError(f"write a whole number from 1, the strongest, to {_LOWEST_PRIORITY}")
    return raw


def _truth(raw: object) -> bool:
    if not isinstance(raw, bool):
        raise ValueError("write true or false")
    return raw


def _text(raw: object) -> str:
    if raw != "" and not is_printable(raw):
        raise ValueError(f"write one line of at most {LONGEST_TEXT} characters")
    return str(raw)


def _repeated(names: Iterable[str]) -> list[InvalidField]:
    seen: set[str] = set()
    twice: set[str] = set()
    for name in names:
        (twice if name in seen else seen).add(name)
    return [InvalidField(f"policy '{name}', name", "is used twice: rename one") for name in sorted(twice)]


def _without_repeats(pairs: list[tuple[str, object]]) -> dict[str, object]:
    # JSON lets a key come twice and readers differ on which one counts, so here none does.
    names = [name for name, _ in pairs]
    if len(set(names)) < len(names):
        raise ValueError("a key comes twice in one object")
    return dict(pairs)


def _invalid(field: str, remedy: str) -> InvalidPolicies:
    return InvalidPolicies((InvalidField(field, remedy),))
