"""Creating a person in the internal directory."""

from __future__ import annotations

import secrets
import uuid
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field

from sqlalchemy.exc import IntegrityError

from mfa_engine import audit
from mfa_engine.audit import Entry, Origin, Subject
from mfa_engine.configuration.rules import Rules
from mfa_engine.errors import Conflict, InvalidField
from mfa_engine.identity.realms import canonical_login
from mfa_engine.identity.resolvers.internal import InternalResolver
from mfa_engine.identity.user import User, UserKey
from mfa_engine.people.attributes import checked_attributes, first_mail
from mfa_engine.people.password import checked_hash
from mfa_engine.storage.person import insert_person
from mfa_engine.unit import Runner, Unit


@dataclass(frozen=True, slots=True)
class NewPerson:
    """Who is to be created. Without a password the person cannot sign in yet."""

    resolver: str
    realm: str
    login: str
    attributes: Mapping[str, Sequence[str]] = field(default_factory=dict)
    password: str = field(default="", repr=False)


def create(runner: Runner, rules: Rules, origin: Origin, wanted: NewPerson) -> User:
    """Store a person and give them back. Raises InvalidField, PasswordRefused, Conflict for a taken name."""
    _check_place(rules, wanted)
    login = canonical_login(wanted.login)
    attributes = checked_attributes(wanted.attributes)
    key = UserKey(wanted.resolver, str(uuid.UUID(bytes=secrets.token_bytes(16), version=4)))
    user = User(key, wanted.realm, login, {name: tuple(values) for name, values in attributes.items()})
    hashed = checked_hash(rules, user, wanted.password) if wanted.password else None

    def store(unit: Unit) -> None:
        insert_person(
            unit.connection,
            {
                "uid": key.uid,
                "resolver": key.resolver,
                "login": login,
                "email": first_mail(attributes),
                "enabled": True,
                "password_hash": hashed,
                "attributes": attributes,
                "created_at": unit.now,
                "password_changed_at": unit.now if hashed else None,
            },
        )
        audit.record(
            unit, origin, Entry("person.create", True, "", Subject(login, user.realm, key.resolver, key.uid))
        )

    try:
        runner.record(store)
    except IntegrityError:
        raise Conflict(f"'{login}' is taken in {wanted.resolver}") from None
    return user


def _check_place(rules: Rules, wanted: NewPerson) -> None:
    """Nobody would ever be found elsewhere."""
    if not isinstance(rules.resolvers.get(wanted.resolver), InternalResolver):
        raise InvalidField("resolver", f"'{wanted.resolver}' is no internal directory: give one that is")
    realm = rules.realms.by_name.get(wanted.realm)
    if realm is None or wanted.resolver not in realm.resolvers:
        raise InvalidField("realm", f"'{wanted.realm}' is no realm of '{wanted.resolver}': give one that is")
