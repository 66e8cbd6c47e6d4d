"""doorward service-account: applications that call the wire API."""

from __future__ import annotations

import click

from idp.cli.session import Session, pass_session

_NAME = click.argument("name")


@click.group()
def command() -> None:
    """Service accounts."""


@command.command("list")
@pass_session
def list_accounts(session: Session) -> None:
    """All accounts, with their rights."""
    from idp.rights.principal import shell
    from idp.rights.service_accounts import all_service_accounts

    rows = all_service_accounts(session.services.engine, shell(session.origin.actor))
    session.table(
        ("account", "enabled", "rights", "realms", "networks"),
        [
            (
                row.name,
                "yes" if row.enabled else "no",
                ", ".join(row.rights),
                ", ".join(row.realms) or "all",
                ", ".join(row.networks) or "anywhere",
            )
            for row in rows
        ],
    )


@command.command()
@_NAME
@click.option("--right", "rights", multiple=True, required=True, help="A named right; may be repeated.")
@click.option("--realm", "realms", multiple=True, help="Only in this realm; may be repeated.")
@click.option("--network", "networks", multiple=True, help="May call from here only; may be repeated.")
@pass_session
def create(
    session: Session, name: str, rights: tuple[str, ...], realms: tuple[str, ...], networks: tuple[str, ...]
) -> None:
    """Create an account. Its key is shown this once."""
    from idp.rights.principal import shell
    from idp.rights.service_accounts import Wanted, create_service_account

    engine = session.services.engine
    wanted = Wanted(name, rights, realms, networks)
    created = create_service_account(
        engine, engine.rules(), shell(session.origin.actor), session.origin, wanted
    )
    session.facts({"account": created.name, "key": created.key})


@command.command()
@pass_session
def rights(session: Session) -> None:
    """The rights there are, and what each allows."""
    from idp.rights.catalogue import HELP

    session.table(("right", "allows"), [(right.value, text) for right, text in HELP.items()])


@command.command()
@_NAME
@pass_session
def enable(session: Session, name: str) -> None:
    """Let the account call again."""
    from idp.rights.principal import shell
    from idp.rights.service_accounts import enable_service_account

    enable_service_account(session.services.engine, shell(session.origin.actor), session.origin, name)
    session.done(f"Account {name} is enabled.")


@command.command()
@_NAME
@pass_session
def disable(session: Session, name: str) -> None:
    """The account, and every login that it holds, is worth nothing from now on."""
    from idp.rights.principal import shell
    from idp.rights.service_accounts import disable_service_account

    disable_service_account(session.services.engine, shell(session.origin.actor), session.origin, name)
    session.done(f"Account {name} is disabled.")


@command.command()
@_NAME
@pass_session
def delete(session: Session, name: str) -> None:
    """Delete the account."""
    from idp.rights.principal import shell
    from idp.rights.service_accounts import remove_service_account

    remove_service_account(session.services.engine, shell(session.origin.actor), session.origin, name)
    session.done(f"Account {name} is deleted.")
