"""The command line of an installation in this process."""

from __future__ import annotations

import importlib

import click
from click.testing import CliRunner, Result

from idp.cli.main import NOUNS
from idp.cli.session import Session
from tests.support.idp import Idp


def command_of(noun: str) -> click.Command:
    """What ``doorward <noun>`` runs."""
    command: click.Command = importlib.import_module(f"idp.cli.{noun.replace('-', '_')}").command
    return command


def commands() -> dict[str, click.Command]:
    """All commands by what is typed, their groups left out."""
    found: dict[str, click.Command] = {}
    for noun in NOUNS:
        command = command_of(noun)
        if isinstance(command, click.Group):
            found |= {f"{noun} {verb}": inner for verb, inner in command.commands.items()}
        else:
            found[noun] = command
    return found


def doorward(idp: Idp, noun: str, *arguments: str, said: str = "") -> Result:
    """Run ``doorward noun arguments``, with ``said`` as standard input. What it raises passes through."""
    session = Session(None, as_json=False)
    session.__dict__["services"] = idp.services
    done = CliRunner().invoke(command_of(noun), arguments, obj=session, input=said)
    if done.exception is not None and not isinstance(done.exception, SystemExit):
        raise done.exception
    return done
