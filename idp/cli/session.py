"""What every command is given: settings and services, made when first needed, and how to answer."""

from __future__ import annotations

import getpass
import json
import time
from collections.abc import Iterable, Mapping, Sequence
from functools import cached_property
from pathlib import Path
from typing import TYPE_CHECKING

import click

from mfa_engine.errors import Unavailable

if TYPE_CHECKING:
    from idp.services import Services
    from idp.settings import Settings
    from mfa_engine.audit import Origin

_LONGEST_PAUSE_SECONDS = 30


class Session:
    """One run of the command line."""

    def __init__(self, config_path: Path | None, as_json: bool) -> None:
        self.config_path = config_path
        self.as_json = as_json
        self.patience_seconds = 60.0  # with a slow database, where nobody waits at a page for the answer

    @cached_property
    def settings(self) -> Settings:
        """The settings, checked. Raises ConfigError."""
        from idp.settings import load

        return load(self.config_path)

    @cached_property
    def services(self) -> Services:
        """Everything put together. Raises ConfigError, KeyFileError, Unavailable."""
        from idp.wiring import build

        return build(self.settings, patience_seconds=self.patience_seconds)

    def patient_services(self) -> Services:
        """As ``services``, for what runs long: waits for a database that is away, and says so (OPS-05)."""
        pause = 1
        while True:
            try:
                return self.services
            except Unavailable as error:
                click.echo(f"doorward: {error}: next try in {pause} s", err=True)
            time.sleep(pause)
            pause = min(2 * pause, _LONGEST_PAUSE_SECONDS)

    @property
    def origin(self) -> Origin:
        """Who acts: whoever has a shell on this machine, by the account's name."""
        from mfa_engine.audit import Origin

        return Origin(f"cli:{getpass.getuser()}")

    def table(self, columns: Sequence[str], rows: Iterable[Sequence[object]]) -> None:
        """Rows for people, or a JSON list of objects."""
        if self.as_json:
            self.data([dict(zip(columns, row, strict=True)) for row in rows])
            return
        from rich.box import SIMPLE_HEAD
        from rich.console import Console
        from rich.table import Table

        table = Table(*columns, box=SIMPLE_HEAD)
        for row in rows:
            table.add_row(*("" if value is None else str(value) for value in row))
        Console().print(table)

    def facts(self, facts: Mapping[str, object]) -> None:
        """One thing, a fact a line, or a JSON object."""
        if self.as_json:
            self.data(facts)
            return
        width = max(map(len, facts), default=0)
        for name, value in facts.items():
            click.echo(f"{name:<{width}}  {'' if value is None else value}")

    def data(self, value: object) -> None:
        """A JSON value, as it is."""
        click.echo(json.dumps(value, default=str, ensure_ascii=False, indent=2))

    def done(self, said: str) -> None:
        """An act was done: a line for people, nothing for programs."""
        if not self.as_json:
            click.echo(said)


pass_session = click.make_pass_decorator(Session)


def _use(context: click.Context, _parameter: click.Parameter, path: Path | None) -> None:
    session = context.find_object(Session)
    if path is not None and session is not None:
        session.config_path = path


config_option = click.option(
    "--config",
    type=click.Path(path_type=Path, dir_okay=False),
    expose_value=False,
    callback=_use,
    help="The settings file; it may stand before the noun as well.",
)
