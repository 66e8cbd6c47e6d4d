"""doorward user: the people of the internal directory, and who is known at all."""

from __future__ import annotations

import click

from idp.cli.secret import asked
from idp.cli.session import Session, pass_session

_LOGIN = click.argument("login")


@click.group()
def command() -> None:
    """People."""


@command.command("list")
@click.argument("text", default="")
@click.option("--realm", default="", help="Of this realm; else of the default one.")
@click.option("--limit", default=50, type=click.IntRange(1, 1000), show_default=True)
@pass_session
def list_people(session: Session, text: str, realm: str, limit: int) -> None:
    """People whose name or address has TEXT in it, whatever directory they live in."""
    from mfa_engine.identity.find_user import search_users

    rules = session.services.engine.rules()
    users = search_users(rules.realms, rules.resolvers, realm or rules.realms.default or "", text, limit)
    session.table(
        ("login", "realm", "name", "email", "enabled", "resolver", "uid"),
        [
            (
                user.login,
                user.realm,
                user.display_name,
                user.email,
                "yes" if user.enabled else "no",
                user.key.resolver,
                user.key.uid,
            )
            for user in users
        ],
    )


@command.command()
@_LOGIN
@click.option("--resolver", default="people", show_default=True, help="The internal directory.")
@click.option("--realm", default="", help="The realm that the person belongs to; else the default one.")
@click.option("--given-name", default="")
@click.option("--family-name", default="")
@click.option("--email", default="")
@click.option("--password-stdin", is_flag=True, help="Read the password from standard input.")
@pass_session
def add(
    session: Session,
    login: str,
    resolver: str,
    realm: str,
    given_name: str,
    family_name: str,
    email: str,
    password_stdin: bool,
) -> None:
    """Create a person. The password is asked for: command lines can be read by others."""
    from mfa_engine.people.create import NewPerson, create

    engine = session.services.engine
    rules = engine.rules()
    given = {"given_name": given_name, "family_name": family_name, "email": email}
    user = create(
        engine,
        rules,
        session.origin,
        NewPerson(
            resolver,
            realm or rules.realms.default or "",
            login,
            {name: [value] for name, value in given.items() if value},
            asked("Password", from_stdin=password_stdin, twice=True),
        ),
    )
    session.facts({"login": user.login, "realm": user.realm, "uid": user.key.uid})


@command.command("set-password")
@_LOGIN
@click.option("--password-stdin", is_flag=True, help="Read the password from standard input.")
@pass_session
def set_password(session: Session, login: str, password_stdin: bool) -> None:
    """Give a person another password, which is asked for. Their sessions end."""
    from idp.cli.people import person
    from idp.factors.aftermath import sessions_ended
    from mfa_engine.people.password import set_password

    services, origin, user = session.services, session.origin, person(session, login)
    engine, password = services.engine, asked("Password", from_stdin=password_stdin, twice=True)
    end = sessions_ended(services, origin, user.key, "password_changed")
    set_password(engine, engine.rules(), origin, user, password, end)
    session.done(f"{login} has a new password.")


@command.command()
@_LOGIN
@pass_session
def disable(session: Session, login: str) -> None:
    """Let the person in no more. Their sessions end."""
    _set_enabled(session, login, enabled=False)


@command.command()
@_LOGIN
@pass_session
def enable(session: Session, login: str) -> None:
    """Let the person in again."""
    _set_enabled(session, login, enabled=True)


@command.command()
@_LOGIN
@pass_session
def show(session: Session, login: str) -> None:
    """One person, with their tokens."""
    from idp.cli.people import person
    from mfa_engine.lifecycle.find import tokens_of_person

    user = person(session, login)
    tokens = tokens_of_person(session.services.engine, user.key)
    session.facts(
        {
            "login": user.login,
            "realm": user.realm,
            "name": user.display_name,
            "email": user.email,
            "enabled": user.enabled,
            "resolver": user.key.resolver,
            "uid": user.key.uid,
            "tokens": ", ".join(f"{token.serial} ({token.kind})" for token in tokens),
        }
    )


def _set_enabled(session: Session, login: str, *, enabled: bool) -> None:
    from idp.cli.people import person
    from idp.factors.aftermath import sessions_ended
    from mfa_engine.people.change import set_enabled

    services, origin, user = session.services, session.origin, person(session, login)
    end = None if enabled else sessions_ended(services, origin, user.key, "person_disabled")
    set_enabled(services.engine, origin, user, enabled=enabled, then=end)
    session.done(f"{login} is {'enabled' if enabled else 'disabled'}.")
