"""doorward realm: where people's names are looked up, and in which order."""

from __future__ import annotations

import click

from idp.cli.session import Session, pass_session


@click.group()
def command() -> None:
    """Realms."""


@command.command("list")
@pass_session
def list_realms(session: Session) -> None:
    """All realms, with their resolvers in order."""
    realms = session.services.engine.rules().realms
    rows = [
        (realm.name, ", ".join(realm.resolvers), "yes" if realm.name == realms.default else "")
        for realm in realms.realms
    ]
    session.table(("realm", "resolvers", "default"), rows)


@command.command("set")
@click.argument("name")
@click.argument("resolvers", nargs=-1, required=True)
@click.option("--default", "is_default", is_flag=True, help="A name without a realm belongs to this one.")
@pass_session
def set_realm(session: Session, name: str, resolvers: tuple[str, ...], is_default: bool) -> None:
    """Make or change a realm: its RESOLVERS in the order in which they are asked."""
    from mfa_engine.configuration.change import set_realm

    engine = session.services.engine
    realm = set_realm(engine, engine.rules(), session.origin, name, resolvers, default=is_default)
    session.done(f"Realm {realm.name} asks {', '.join(realm.resolvers)}.")


@command.command()
@click.argument("name")
@pass_session
def delete(session: Session, name: str) -> None:
    """Delete a realm. Its people and their tokens stay with their resolver."""
    from mfa_engine.configuration.change import remove_realm

    remove_realm(session.services.engine, session.origin, name)
    session.done(f"Realm {name} is deleted.")
