"""doorward serve: the server, and the background worker beside it."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
from collections.abc import Callable
from functools import partial
from typing import TYPE_CHECKING, Any

import click

from idp.cli.session import Session, config_option, pass_session
from idp.cli.supervise import supervise

if TYPE_CHECKING:
    from flask import Flask

    from idp.settings import Settings

GRACE_SECONDS = 20
PAGE_PATIENCE_SECONDS = 2.5  # an answer within three (OPS-05)
_ENDING = {signal.SIGINT, signal.SIGTERM, signal.SIGQUIT}


@click.command()
@config_option
@pass_session
def command(session: Session) -> None:
    """Run the server: processes and threads as the settings say, until SIGTERM."""
    settings = session.settings
    if not settings.server.run_worker:
        run(session)
        return
    doorward = [sys.executable, "-m", "idp.cli.program"]
    if session.config_path is not None:
        doorward += ["--config", str(session.config_path)]
    served = {**os.environ, "DOORWARD_SERVER_RUN_WORKER": "false"}
    sys.exit(
        supervise(
            lambda: subprocess.Popen([*doorward, "serve"], env=served),
            lambda: subprocess.Popen([*doorward, "worker"]),
        )
    )


def run(session: Session, ready: Callable[[], None] | None = None) -> None:
    """Serve in this process and its children. Does not return."""
    from idp.app import create_app
    from idp.cli.warnings import warnings_of
    from idp.observe.log import set_up

    settings = session.settings
    set_up(settings.log.level)
    session.patience_seconds = PAGE_PATIENCE_SECONDS
    services = session.patient_services()
    app = create_app(services)
    for warning in warnings_of(settings):
        click.echo(f"doorward: warning: {warning}", err=True)
    serve_forever(app, settings, services.engine.after_fork, ready)


def serve_forever(
    app: Flask, settings: Settings, after_fork: Callable[[], None], ready: Callable[[], None] | None
) -> None:
    """gunicorn over ``app``, loaded once before its processes are forked."""
    from gunicorn.app.base import BaseApplication

    class Server(BaseApplication):
        def load_config(self) -> None:
            for name, value in _options(settings, after_fork, ready).items():
                self.cfg.set(name, value)

        def load(self) -> Any:
            return app

    _hold_signals_over_forks()
    Server().run()


def _hold_signals_over_forks() -> None:
    """One that comes before a new process has gunicorn's handlers waits for them; else it would be lost
    there, and whoever ends the server would wait for its grace to pass."""
    os.register_at_fork(
        before=partial(signal.pthread_sigmask, signal.SIG_BLOCK, _ENDING),
        after_in_parent=partial(signal.pthread_sigmask, signal.SIG_UNBLOCK, _ENDING),
    )


def _heed_the_master() -> None:
    """In a process that serves, once its handlers stand. A Ctrl-C reaches the master too, which says what
    to do: heard twice, the end of this process would be broken off."""
    signal.signal(signal.SIGINT, signal.SIG_IGN)
    signal.pthread_sigmask(signal.SIG_UNBLOCK, _ENDING)


def _options(
    settings: Settings, after_fork: Callable[[], None], ready: Callable[[], None] | None
) -> dict[str, Any]:
    from idp.cli.staying_worker import StayingThreadWorker

    server = settings.server
    options: dict[str, Any] = {
        "bind": server.listen,
        "workers": server.processes or os.cpu_count() or 1,
        "threads": server.threads,
        "worker_class": StayingThreadWorker if server.worker_class == "gthread" else server.worker_class,
        "preload_app": True,
        "timeout": 30,
        "graceful_timeout": GRACE_SECONDS,
        "max_requests": 20_000,
        "max_requests_jitter": 2_000,
        "control_socket_disable": True,
        "forwarded_allow_ips": "",
        "accesslog": None,
        "loglevel": "warning",
        "limit_request_line": 8190,  # a signed AuthnRequest by Redirect is long
        "post_fork": lambda _server, _worker: after_fork(),
        "post_worker_init": lambda _worker: _heed_the_master(),
        "when_ready": lambda _server: ready() if ready else None,
    }
    if server.certificate:
        options |= {"certfile": server.certificate, "keyfile": server.certificate_key}
    return options
