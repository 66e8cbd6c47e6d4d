"""doorward config: the settings."""

from __future__ import annotations

import click

from idp.cli.session import Session, config_option, pass_session


@click.group()
def command() -> None:
    """The settings."""


@command.command()
@config_option
@pass_session
def check(session: Session) -> None:
    """Read the settings as the server would, and say what is wrong with them."""
    from pathlib import Path

    from idp.cli.warnings import warnings_of
    from mfa_engine.secrets.keyring import read_key_file

    settings = session.settings
    read_key_file(Path(settings.secrets.key_file))
    for warning in warnings_of(settings):
        click.echo(f"warning: {warning}", err=True)
    session.done("The settings are usable.")


@command.command()
@config_option
@pass_session
def show(session: Session) -> None:
    """What is in force: the defaults, the file and the environment together. Secrets are left out."""
    import msgspec

    values = msgspec.to_builtins(session.settings)
    values["database"]["url"] = values["database"]["url"].split("@")[-1]
    values["mail"]["password"] = "…" if values["mail"]["password"] else ""
    session.data(values)
