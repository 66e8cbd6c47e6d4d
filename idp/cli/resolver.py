"""doorward resolver: the directories that people live in."""

from __future__ import annotations

from pathlib import Path

import click

from idp.cli.session import Session, pass_session


@click.group()
def command() -> None:
    """Resolvers."""


@command.command("list")
@pass_session
def list_resolvers(session: Session) -> None:
    """All directories that are set up."""
    resolvers = session.services.engine.rules().resolvers
    session.table(("resolver",), [(name,) for name in sorted(resolvers)])


@command.command("set")
@click.argument("name")
@click.argument("kind", type=click.Choice(["internal", "ldap"]))
@click.option(
    "--file",
    "path",
    type=click.Path(path_type=Path, exists=True, dir_okay=False),
    help="TOML with the directory's settings; docs/people.md lists them.",
)
@click.option(
    "--password-file",
    type=click.Path(path_type=Path, exists=True, dir_okay=False),
    help="Holds the password that the directory is asked with.",
)
@pass_session
def set_resolver(
    session: Session, name: str, kind: str, path: Path | None, password_file: Path | None
) -> None:
    """Make or change a directory."""
    import tomllib

    from mfa_engine.configuration.change import set_resolver
    from mfa_engine.errors import InvalidField

    try:
        settings = tomllib.loads(path.read_text(encoding="utf-8")) if path else {}
    except tomllib.TOMLDecodeError as error:
        raise InvalidField(str(path), f"is not TOML: {error}") from None
    secret = password_file.read_text(encoding="utf-8").strip() if password_file else ""
    services = session.services
    set_resolver(services.engine, services.resolvers, session.origin, name, kind, settings, secret)
    session.done(f"Resolver {name} is set.")


@command.command()
@click.argument("name")
@click.option("--login", default="", help="Also look this person up.")
@pass_session
def test(session: Session, name: str, login: str) -> None:
    """Ask a directory, and say what it answered."""
    from mfa_engine.errors import NotFound

    resolver = session.services.engine.rules().resolvers.get(name)
    if resolver is None:
        raise NotFound("resolver", name)
    if not login:
        resolver.search("", 1)
        session.done(f"Resolver {name} answers.")
        return
    entry = resolver.find(login)
    if entry is None:
        raise NotFound("person", login)
    session.facts({"uid": entry.uid, "login": entry.login, "enabled": entry.enabled, **entry.attributes})


@command.command()
@click.argument("name")
@pass_session
def delete(session: Session, name: str) -> None:
    """Delete a directory that no realm names any more."""
    from mfa_engine.configuration.change import remove_resolver

    engine = session.services.engine
    remove_resolver(engine, engine.rules(), session.origin, name)
    session.done(f"Resolver {name} is deleted.")
