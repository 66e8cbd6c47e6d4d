"""doorward db: the tables."""

from __future__ import annotations

import click

from idp.cli.session import Session, pass_session

_PATIENCE_SECONDS = 3600  # a change to a large table


@click.group()
def command() -> None:
    """The database."""


@command.command()
@pass_session
def upgrade(session: Session) -> None:
    """Bring the tables to what this program needs. Safe to run twice, and on two nodes at once."""
    from idp.migrations import HEAD
    from idp.migrations.run import upgrade
    from mfa_engine.storage.database import open_database

    upgrade(open_database(session.settings.database.url, patience_seconds=_PATIENCE_SECONDS))
    session.done(f"The database is at revision {HEAD}.")
