"""Finding the person whom a command names."""

from __future__ import annotations

from typing import TYPE_CHECKING

from idp.cli.session import Session

if TYPE_CHECKING:
    from mfa_engine.identity.user import User


def person(session: Session, login: str, realm: str = "") -> User:
    """The person of that name. Raises NotFound, AmbiguousLogin, Unavailable."""
    from mfa_engine.errors import NotFound
    from mfa_engine.identity.find_user import find_user

    rules = session.services.engine.rules()
    user = find_user(rules.realms, rules.resolvers, login, realm)
    if user is None:
        raise NotFound("person", login)
    return user
