"""doorward demo: Doorward, a portal and an app on this machine's loopback, ready to be tried."""

from __future__ import annotations

import os
import signal
import socket
import subprocess
import sys
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

import click

from idp.cli.session import Session, pass_session
from mfa_engine.errors import Conflict

if TYPE_CHECKING:
    from idp.cli.demo_content import Shown

EXAMPLES = Path(__file__).parents[2] / "docs" / "examples"
CLIENT_ID = "reading-list"


@dataclass(frozen=True, slots=True)
class Places:
    """Where everything is: three sites on one machine, and one folder."""

    data: Path
    port: int

    @property
    def doorward(self) -> str:
        return f"http://localhost:{self.port}"

    @property
    def portal(self) -> str:
        return f"http://portal.localhost:{self.port + 1}"

    @property
    def app(self) -> str:
        return f"http://app.localhost:{self.port + 2}"

    @property
    def client_secret(self) -> Path:
        return self.data / "app-secret"

    @property
    def environment(self) -> Mapping[str, str]:
        """The settings that follow from the places, over config/demo.toml."""
        return {
            "DOORWARD_SERVER_BASE_URL": self.doorward,
            "DOORWARD_SERVER_LISTEN": f"127.0.0.1:{self.port}",
            "DOORWARD_DATABASE_URL": f"sqlite:///{self.data / 'doorward.sqlite'}",
            "DOORWARD_SECRETS_KEY_FILE": str(self.data / "doorward.key"),
        }


@click.command()
@click.option(
    "--data",
    type=click.Path(path_type=Path, file_okay=False),
    default=Path("data"),
    show_default=True,
    help="The folder for everything that is kept.",
)
@click.option(
    "--port",
    default=8080,
    type=click.IntRange(1024, 65_000),
    show_default=True,
    help="Doorward's port; the portal and the app take the next two.",
)
@pass_session
def command(session: Session, data: Path, port: int) -> None:
    """Run Doorward with a demo portal and a demo app, until Ctrl-C."""
    from idp.paths import shipped

    places = Places(data.resolve(), port)
    _check_examples()
    _check_ports(places)
    places.data.mkdir(mode=0o700, parents=True, exist_ok=True)
    os.environ.update(places.environment)
    session.config_path = session.config_path or shipped("config") / "demo.toml"
    for number in (signal.SIGTERM, signal.SIGHUP):
        signal.signal(number, _leave)
    with _peers(places) as portal:
        from idp.cli.demo_content import prepare
        from idp.cli.serve import PAGE_PATIENCE_SECONDS, run

        session.patience_seconds = PAGE_PATIENCE_SECONDS
        shown = prepare(session, places, lambda: portal.poll() is None)
        with _worker(session):
            run(session, ready=lambda: _ready(places, shown))


def _leave(_number: int, _frame: object) -> None:
    """Before gunicorn has its own handlers: unwind, so that the children end too."""
    sys.exit(0)


def _check_examples() -> None:
    if not EXAMPLES.is_dir():
        raise Conflict(f"{EXAMPLES} is missing: the demo portal and app come with a checkout, run it there")


def _check_ports(places: Places) -> None:
    for port in range(places.port, places.port + 3):
        with socket.socket() as probe:
            probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
            try:
                probe.bind(("127.0.0.1", port))
            except OSError:
                raise Conflict(f"port {port} is taken: end what runs there, or give --port") from None


@contextmanager
def _peers(places: Places) -> Iterator[subprocess.Popen[bytes]]:
    """The portal and the app, started first: they need nothing of Doorward until somebody signs in."""
    portal = [
        sys.executable, str(EXAMPLES / "portal" / "portal.py"), "--port", str(places.port + 1),
        "--base-url", places.portal, "--idp-metadata", f"{places.doorward}/saml/metadata",
        "--data", str(places.data / "portal"),
    ]  # fmt: skip
    app = [
        sys.executable, str(EXAMPLES / "app" / "app.py"), "--port", str(places.port + 2),
        "--base-url", places.app, "--issuer", places.doorward,
        "--client-id", CLIENT_ID, "--client-secret-file", str(places.client_secret),
    ]  # fmt: skip
    with _running(portal) as process, _running(app):
        yield process


@contextmanager
def _worker(session: Session) -> Iterator[None]:
    with _running([sys.executable, "-m", "idp.cli.program", "--config", str(session.config_path), "worker"]):
        yield


@contextmanager
def _running(command: list[str]) -> Iterator[subprocess.Popen[bytes]]:
    """A child of its own process group, so that Ctrl-C reaches Doorward first and it ends its children.

    gunicorn's processes come by the end of this too when they end: to them it is no child, and is left alone.
    """
    child = subprocess.Popen(command, process_group=0)
    try:
        yield child
    finally:
        child.terminate()
        child.wait()


def _ready(places: Places, shown: Shown) -> None:
    # The terminal was closed: gunicorn would load itself anew and live on, seen by nobody.
    signal.signal(signal.SIGHUP, lambda _number, _frame: signal.raise_signal(signal.SIGTERM))
    click.echo(
        f"\n  Doorward is ready.\n\n"
        f"  Library Portal (SAML)          {places.portal}/\n"
        f"  Reading List (OpenID Connect)  {places.app}/\n"
        f"  Your account                   {places.doorward}/account/\n\n"
        f"  Sign in as  {shown.login}\n"
        f"  Password    {shown.password}\n"
        + (f"\n  First administrator (once, today): {shown.admin_link}\n" if shown.admin_link else "")
        + "\n  Ctrl-C ends it. Everything is kept in "
        f"{places.data}; delete that folder to begin anew.\n"
    )
