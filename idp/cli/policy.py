"""doorward policy: what holds for whom, and why."""

from __future__ import annotations

from pathlib import Path

import click

from idp.cli.session import Session, pass_session


@click.group()
def command() -> None:
    """Policies."""


@command.command("list")
@pass_session
def list_policies(session: Session) -> None:
    """All policies, the strongest first."""
    from mfa_engine.policy.read import policies_document

    policies = session.services.engine.rules().policies
    if session.as_json:
        session.data(policies_document(policies.policies, policies.catalogue))
        return
    rows = [
        (p.priority, p.name, "" if p.enabled else "off", ", ".join(sorted(p.then)), p.description)
        for p in policies.policies
    ]
    session.table(("priority", "policy", "", "says", "description"), rows)


@command.command()
@click.argument("path", type=click.Path(path_type=Path, exists=True, dir_okay=False))
@pass_session
def apply(session: Session, path: Path) -> None:
    """Store the policies of a TOML file, each under its name: all of them, or none."""
    from mfa_engine.configuration.change import set_policies
    from mfa_engine.policy.read import read_toml

    engine = session.services.engine
    rules = engine.rules()
    policies = read_toml(path.read_text(encoding="utf-8"), rules.policies.catalogue)
    set_policies(engine, rules, session.origin, policies)
    session.done(f"{len(policies)} policies are in force: {', '.join(p.name for p in policies)}.")


@command.command()
@click.argument("name")
@pass_session
def delete(session: Session, name: str) -> None:
    """Delete one policy."""
    from mfa_engine.configuration.change import remove_policy

    remove_policy(session.services.engine, session.origin, name)
    session.done(f"Policy {name} is deleted.")


@command.command()
@click.argument("login")
@click.option("--realm", default="", help="The person's realm; else as the name says, or the default.")
@click.option("--application", default="", help="As oidc:<client id>, saml:<entityID>, page:admin.")
@click.option("--address", default="", help="Where the person comes from.")
@pass_session
def explain(session: Session, login: str, realm: str, application: str, address: str) -> None:
    """Say what holds for a person, and which policies say so."""
    import msgspec

    from idp.cli.people import person
    from mfa_engine.configuration.rules import subject_of
    from mfa_engine.policy.explain import explain

    user = person(session, login, realm)
    policies = session.services.engine.rules().policies
    trail = explain(policies, subject_of(user, address=address, application=application))
    if session.as_json:
        session.data(msgspec.to_builtins(trail))
        return
    for line in trail.lines():
        click.echo(line)
