"""doorward worker: the background worker alone."""

from __future__ import annotations

import signal

import click

from idp.cli.session import Session, config_option, pass_session


@click.command()
@config_option
@pass_session
def command(session: Session) -> None:
    """Send what waits and forget what has expired, until SIGTERM."""
    from idp.observe.log import set_up
    from idp.worker import Stop, work

    set_up(session.settings.log.level)
    services = session.patient_services()
    stop = Stop()
    for number in (signal.SIGTERM, signal.SIGINT):
        signal.signal(number, lambda _number, _frame: stop.put(None))
    work(services, stop)
