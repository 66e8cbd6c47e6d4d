"""doorward audit: what happened, and whether the record of it is whole."""

from __future__ import annotations

import sys

import click

from idp.cli.main import REFUSED
from idp.cli.session import Session, pass_session


@click.group()
def command() -> None:
    """The audit."""


@command.command("list")
@click.option("--limit", default=50, type=click.IntRange(1, 1000), help="How many rows, newest first.")
@click.option("--event", default="", help="Only this event; * stands for anything, as in token.*")
@click.option("--serial", default="", help="Only about this token.")
@click.option("--request", "request_id", default="", help="Only of this request, as error pages show it.")
@click.option("--failed", is_flag=True, help="Only what was refused.")
@pass_session
def list_rows(session: Session, limit: int, event: str, serial: str, request_id: str, failed: bool) -> None:
    """The newest rows."""
    import msgspec

    from mfa_engine.storage.audit import newest_audit

    rows = session.services.engine.look(
        lambda view: newest_audit(
            view.connection,
            limit=limit,
            event=event,
            serial=serial,
            request_id=request_id,
            success=False if failed else None,
        )
    )
    if session.as_json:
        session.data([{**msgspec.to_builtins(row), "mac": row.mac.hex()} for row in rows])
        return
    session.table(
        ("time", "event", "", "reason", "who", "about", "token", "address", "request"),
        [
            (
                row.at.isoformat(timespec="seconds"),
                row.event,
                "ok" if row.success else "refused",
                row.reason,
                row.actor,
                row.subject or row.uid,
                row.serial,
                row.address,
                row.request_id,
            )
            for row in rows
        ],
    )


@command.command()
@pass_session
def verify(session: Session) -> None:
    """Check every row against its keyed MAC; ends with 1 and the row's id when one was altered."""
    from mfa_engine.audit.verify import verify

    found = verify(session.services.engine)
    session.facts({"rows": found.rows, "first altered": found.first_bad})
    if found.first_bad is not None:
        sys.exit(REFUSED)
