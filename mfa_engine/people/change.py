"""Changing a person of the internal directory: attributes, and whether they are let in."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from typing import Any

from mfa_engine import audit
from mfa_engine.audit import Entry, Origin, Subject
from mfa_engine.errors import NotFound
from mfa_engine.identity.user import User
from mfa_engine.people.attributes import checked_attributes, first_mail
from mfa_engine.storage.person import change_person
from mfa_engine.unit import Runner, Unit


def set_attributes(
    runner: Runner, origin: Origin, user: User, attributes: Mapping[str, Sequence[str]]
) -> None:
    """Replace what is kept about the person. Raises InvalidField, NotFound."""
    checked = checked_attributes(attributes)
    values = {"attributes": checked, "email": first_mail(checked)}
    _change(runner, origin, user, values, "person.change")


def set_enabled(
    runner: Runner,
    origin: Origin,
    user: User,
    *,
    enabled: bool,
    then: Callable[[Unit], None] | None = None,
) -> None:
    """Let the person in, or not any more; ``then`` writes, in the same transaction, what follows. Raises
    NotFound."""
    event = "person.enable" if enabled else "person.disable"
    _change(runner, origin, user, {"enabled": enabled}, event, then)


def _change(
    runner: Runner,
    origin: Origin,
    user: User,
    values: dict[str, Any],
    event: str,
    then: Callable[[Unit], None] | None = None,
) -> None:
    def store(unit: Unit) -> None:
        if not change_person(unit.connection, user.key.resolver, user.key.uid, values):
            raise NotFound("person", user.login)
        whom = Subject(user.login, user.realm, user.key.resolver, user.key.uid)
        audit.record(unit, origin, Entry(event, True, "", whom))
        if then is not None:
            then(unit)

    runner.record(store)
