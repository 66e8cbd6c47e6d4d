"""doorward admin: who may administer."""

from __future__ import annotations

import click

from idp.cli.session import Session, pass_session


@click.group()
def command() -> None:
    """Administrators."""


@command.command("first")
@pass_session
def first(session: Session) -> None:
    """Make a one-time link for the first administrator: good for 24 hours, and once.

    Whoever opens it signs in with two factors, and administers from then on.
    """
    from idp.rights.first_administrator import make_link

    link = make_link(session.services.engine, session.origin)
    session.facts(
        {
            "link": f"{session.settings.base_url}/admin/first/{link.value}",
            "good until": link.expires_at.isoformat(timespec="minutes"),
        }
    )


@command.command("list")
@pass_session
def list_administrators(session: Session) -> None:
    """All administrators."""
    from idp.rights.administrators import all_administrators
    from idp.rights.principal import shell

    rows = all_administrators(session.services.engine, shell(session.origin.actor))
    session.table(
        ("login", "role", "realms", "resolver", "since"),
        [(r.login, r.role, ", ".join(r.realms) or "all", r.resolver, r.created_at.date()) for r in rows],
    )


@command.command()
@click.argument("login")
@click.option("--role", default="administrator", show_default=True, help="Or helpdesk, readonly.")
@click.option("--realm", "realms", multiple=True, help="Only of this realm; may be repeated.")
@pass_session
def add(session: Session, login: str, role: str, realms: tuple[str, ...]) -> None:
    """Let a person administer."""
    from idp.cli.people import person
    from idp.rights.administrators import add_administrator
    from idp.rights.principal import shell

    engine = session.services.engine
    add_administrator(
        engine,
        engine.rules(),
        shell(session.origin.actor),
        session.origin,
        person(session, login),
        role,
        realms,
    )
    session.done(f"{login} administers as {role}.")


@command.command()
@click.argument("login")
@pass_session
def remove(session: Session, login: str) -> None:
    """Let a person administer no longer."""
    from idp.cli.people import person
    from idp.rights.administrators import remove_administrator
    from idp.rights.principal import shell

    engine = session.services.engine
    remove_administrator(engine, shell(session.origin.actor), session.origin, person(session, login).key)
    session.done(f"{login} administers no longer.")
