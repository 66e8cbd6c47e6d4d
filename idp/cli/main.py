"""The entry: which nouns there are, and how their errors end."""

from __future__ import annotations

import importlib
import sys
from pathlib import Path

import click

NOUNS = {
    "admin": "Administrators: make the first one, list, remove.",
    "audit": "What happened: list rows, verify that none was altered.",
    "client": "OpenID Connect clients: register, show, enable, disable, delete.",
    "config": "The settings: check them, show what is in force.",
    "db": "The database: bring its tables up to date.",
    "demo": "Doorward with a demo portal and a demo app, on this machine only.",
    "keys": "Signing keys and the key file: list, publish, promote.",
    "policy": "Policies: list, apply a file, delete, explain a decision.",
    "realm": "Realms and their resolvers.",
    "resolver": "Directories that people live in.",
    "serve": "Run the server.",
    "service-account": "Applications that validate or administer by the wire API.",
    "sp": "SAML service providers: register by metadata, show, enable, disable, delete.",
    "token": "Tokens: list, enrol, enable, disable, reset, assign, delete.",
    "user": "People of the internal directory, and who is known.",
    "worker": "Run the background worker alone.",
}
REFUSED, USAGE, UNAVAILABLE = 1, 2, 3


class LazyNouns(click.Group):
    """Knows its commands by name and loads one when it is called."""

    def list_commands(self, ctx: click.Context) -> list[str]:
        del ctx
        return sorted(NOUNS)

    def get_command(self, ctx: click.Context, cmd_name: str) -> click.Command | None:
        del ctx
        if cmd_name not in NOUNS:
            return None
        module = importlib.import_module(f"idp.cli.{cmd_name.replace('-', '_')}")
        command: click.Command = module.command
        return command

    def format_commands(self, ctx: click.Context, formatter: click.HelpFormatter) -> None:
        del ctx
        with formatter.section("Commands"):
            formatter.write_dl([(name, NOUNS[name]) for name in sorted(NOUNS)])


@click.group(cls=LazyNouns, context_settings={"help_option_names": ["-h", "--help"]})
@click.option(
    "--config",
    "config_path",
    type=click.Path(path_type=Path, dir_okay=False),
    envvar="DOORWARD_CONFIG",
    help="The settings file. Without it: the defaults, and the environment.",
)
@click.option("--json", "as_json", is_flag=True, help="Answer in JSON.")
@click.version_option(package_name="doorward", prog_name="doorward")
@click.pass_context
def root(context: click.Context, config_path: Path | None, as_json: bool) -> None:
    """Doorward: SAML 2.0 and OpenID Connect identity provider with the second factor built in."""
    from idp.cli.session import Session

    context.obj = Session(config_path, as_json)


def main() -> None:
    """Run the command line. What is refused ends in one plain line on standard error."""
    from mfa_engine.errors import DoorwardError, Unavailable

    try:
        root.main(standalone_mode=False)
    except click.exceptions.Exit as done:
        sys.exit(done.exit_code)
    except click.Abort:
        sys.exit(REFUSED)
    except click.ClickException as wrong:
        wrong.show()
        sys.exit(USAGE)
    except Unavailable as error:
        click.echo(f"doorward: {error}", err=True)
        sys.exit(UNAVAILABLE)
    except DoorwardError as error:
        click.echo(f"doorward: {error}", err=True)
        sys.exit(REFUSED)
