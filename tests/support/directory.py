"""People of a real directory in a whole Doorward."""

from __future__ import annotations

from mfa_engine.configuration.change import set_realm, set_resolver
from mfa_engine.identity.find_user import find_user
from mfa_engine.lifecycle.enrol import Wanted, enrol
from tests.support.idp import Idp, Person
from tests.support.slapd import SERVICE_PASSWORD, Slapd

REALM, RESOLVER = "campus", "campus-ldap"


def connect_directory(idp: Idp, server: Slapd, *, default: bool = True) -> None:
    """Make the people of `server` a realm, which is asked when a name says no other."""
    services = idp.services
    set_resolver(
        services.engine, services.resolvers, idp.origin, RESOLVER, "ldap", server.settings(), SERVICE_PASSWORD
    )
    services.engine.forget_rules()
    set_realm(services.engine, idp.rules, idp.origin, REALM, [RESOLVER], default=default)
    services.engine.forget_rules()


def directory_person(idp: Idp, login: str, *, app: bool = True) -> Person:
    """Somebody of the connected directory, where a password is `<login> password`."""
    user = find_user(idp.rules.realms, idp.rules.resolvers, login, REALM)
    if user is None:
        raise LookupError(login)
    person = Person(idp, login, f"{login} password", user.key)
    if app:
        wanted = Wanted("totp", user, proof_needed=False)
        person.secret = enrol(idp.services.engine, idp.rules, idp.origin, wanted).handover["secret"]
    return person
