"""Setting a password in the internal directory: the rules, the hash, the audit row."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

from mfa_engine import audit
from mfa_engine.algorithms.password_hash import UnknownHash
from mfa_engine.audit import Entry, Origin, Subject
from mfa_engine.configuration.rules import Rules, subject_of
from mfa_engine.errors import DoorwardError, InvalidField, NotFound
from mfa_engine.identity.user import User
from mfa_engine.people.password_rules import PersonalNames, Refusal, refusal
from mfa_engine.policy.actions.core import SECOND_FACTOR, SecondFactor
from mfa_engine.policy.match import Facts, Part
from mfa_engine.storage.person import change_person
from mfa_engine.unit import Runner, Unit


@dataclass
class PasswordRefused(DoorwardError):
    """The password breaks a rule; ``refusal`` says which one, for whoever words it."""

    refusal: Refusal

    def __str__(self) -> str:
        limit = f" ({self.refusal.limit} characters)" if self.refusal.limit else ""
        return f"password: breaks the rule {self.refusal.rule}{limit}: choose another one"


def set_password(
    runner: Runner,
    rules: Rules,
    origin: Origin,
    user: User,
    password: str,
    then: Callable[[Unit], None] | None = None,
) -> None:
    """Give a person of the internal directory another password; ``then`` writes, in the same transaction,
    what follows.

    Raises PasswordRefused (assurance.md 6), Busy, and NotFound for a person of another directory.
    """
    hashed = checked_hash(rules, user, password)

    def store(unit: Unit) -> None:
        values = {"password_hash": hashed, "password_changed_at": unit.now}
        if not change_person(unit.connection, user.key.resolver, user.key.uid, values):
            raise NotFound("person", user.login)
        whom = Subject(user.login, user.realm, user.key.resolver, user.key.uid)
        audit.record(unit, origin, Entry("person.set_password", True, "", whom))
        if then is not None:
            then(unit)

    runner.record(store)


def checked_hash(rules: Rules, user: User, password: str) -> str:
    """What to store for a new password. Takes as long as a hash or two. Raises PasswordRefused."""
    broken = refusal(
        password,
        PersonalNames(user.login, user.display_name, user.email, user.realm, rules.settings.issuer_name),
        second_factor_mandatory=_never_alone(rules, user),
        unchanged=_is_present(rules, user, password),
    )
    if broken is not None:
        raise PasswordRefused(broken)
    return rules.hasher.hash(password)


def _never_alone(rules: Rules, user: User) -> bool:
    """Whether no policy lets this person in by the password alone, at any application, from any network."""
    facts = Facts.of(subject_of(user, address="", application=""))
    relaxing = (
        rule
        for rule in rules.policies.rules(SECOND_FACTOR)
        if rule.policy.enabled and rule.value is SecondFactor.NOT_REQUIRED
    )
    return all(rule.matcher.unmet(facts) in (Part.REALM, Part.RESOLVER, Part.USER) for rule in relaxing)


def _is_present(rules: Rules, user: User, password: str) -> bool:
    try:
        return bool(user.handle) and rules.hasher.verify(password, user.handle)
    except (UnknownHash, InvalidField):
        return False
