"""doorward keys: what we sign with, and the file that all secrets are sealed under."""

from __future__ import annotations

from pathlib import Path

import click

from idp.cli.session import Session, pass_session

_PROTOCOL = click.argument("protocol", type=click.Choice(["oidc", "saml"]))


@click.group()
def command() -> None:
    """Keys."""


@command.command("create-file")
@click.argument("path", type=click.Path(path_type=Path, dir_okay=False), required=False)
@pass_session
def create_file(session: Session, path: Path | None) -> None:
    """Make the key file (readable by you alone). Never overwrites. Keep a copy away from the database."""
    from mfa_engine.errors import Conflict
    from mfa_engine.secrets.keyring import create_key_file

    target = path or Path(session.settings.secrets.key_file)
    try:
        create_key_file(target)
    except FileExistsError:
        raise Conflict(f"{target} exists already: it is not overwritten") from None
    session.done(f"{target} is made. Keep a copy of it away from the database.")


@command.command("list")
@pass_session
def list_keys(session: Session) -> None:
    """Our signing keys and where they stand."""
    rows = [
        (key.protocol, key.state.value, key.kid, key.algorithm, key.state_since.isoformat(timespec="seconds"))
        for key in session.services.keys.current().keys
    ]
    session.table(("protocol", "state", "key", "algorithm", "since"), rows)


@command.command()
@_PROTOCOL
@pass_session
def publish(session: Session, protocol: str) -> None:
    """Make the next key and publish it. Nothing is signed with it yet."""
    from idp.keys.rotate import publish_next

    services = session.services
    bits = session.settings.oidc.key_bits if protocol == "oidc" else session.settings.saml.key_bits
    kid = publish_next(
        services.engine,
        services.keys,
        services.keyring,
        session.origin,
        protocol,
        session.settings.host,
        bits,
    )
    session.done(f"Key {kid} is published. Promote it in 7 days, when partners have fetched it.")


@command.command()
@_PROTOCOL
@click.option("--at-once", is_flag=True, help="Even if partners may not know it yet.")
@pass_session
def promote(session: Session, protocol: str, at_once: bool) -> None:
    """Sign with the next key from now on. The old one stays published until what it signed has expired."""
    from idp.keys.rotate import promote_next

    services = session.services
    promote_next(services.engine, services.keys, session.origin, protocol, at_once=at_once)
    session.done("The next key is the active one now.")
