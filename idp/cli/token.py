"""doorward token: second factors, by their serial."""

from __future__ import annotations

from typing import TYPE_CHECKING

import click

from idp.cli.secret import asked
from idp.cli.session import Session, pass_session

if TYPE_CHECKING:
    from mfa_engine.lifecycle.then import Then

_SERIAL = click.argument("serial")


@click.group()
def command() -> None:
    """Tokens."""


@command.command("list")
@click.option("--serial", default="", help="This serial; * stands for anything.")
@click.option("--type", "kind", default="", help="Of this type.")
@click.option("--user", "login", default="", help="Of this person.")
@click.option("--unassigned", is_flag=True, help="Only those that belong to nobody.")
@click.option("--page", default=1, type=click.IntRange(1), show_default=True)
@click.option("--size", default=50, type=click.IntRange(1, 1000), show_default=True)
@pass_session
def list_tokens(
    session: Session, serial: str, kind: str, login: str, unassigned: bool, page: int, size: int
) -> None:
    """Tokens, a page at a time."""
    from idp.cli.people import person
    from mfa_engine.lifecycle.find import Filter, search

    owner = person(session, login).key if login else None
    wanted = Filter(serial=serial, kind=kind, owner=owner, assigned=False if unassigned else None)
    found = search(session.services.engine, wanted, page=page, size=size)
    session.table(
        ("serial", "type", "state", "owner", "failures", "last used", "description"),
        [
            (
                token.serial,
                token.kind,
                token.state.value if token.enabled else f"{token.state.value}, disabled",
                f"{token.uid}@{token.realm}" if token.uid else "",
                token.failures,
                token.last_success_at and token.last_success_at.isoformat(timespec="minutes"),
                token.description,
            )
            for token in found.tokens
        ],
    )


@command.command()
@click.argument("kind")
@click.option("--user", "login", default="", help="The person it is for.")
@click.option("--serial", default="", help="Its serial; else one is made.")
@click.option("--description", default="")
@click.option("--key", "ask_key", is_flag=True, help="Ask for the key that the token has already.")
@click.option("--key-stdin", is_flag=True, help="Read that key from standard input.")
@click.option("--set", "parameters", multiple=True, metavar="NAME=VALUE", help="The type's own.")
@pass_session
def enrol(
    session: Session,
    kind: str,
    login: str,
    serial: str,
    description: str,
    ask_key: bool,
    key_stdin: bool,
    parameters: tuple[str, ...],
) -> None:
    """Make a token of type KIND. What its holder needs is shown this once."""
    from idp.cli.people import person
    from idp.factors.aftermath import added_at_once
    from mfa_engine.lifecycle.enrol import Wanted, enrol

    services, user = session.services, person(session, login) if login else None
    engine = services.engine
    given = dict(_pair(text) for text in parameters)
    if ask_key or key_stdin:
        given["otpkey"] = asked("Key", from_stdin=key_stdin)
    wanted = Wanted(kind, user, given, serial, description, proof_needed=False)
    made = enrol(
        engine, engine.rules(), session.origin, wanted, added_at_once(services, session.origin, wanted)
    )
    session.facts({"serial": made.serial, "type": made.kind, "state": made.state.value, **made.handover})


@command.command()
@_SERIAL
@pass_session
def enable(session: Session, serial: str) -> None:
    """Accept the token again."""
    from mfa_engine.lifecycle.change import enable

    enable(session.services.engine, session.origin, serial)
    session.done(f"Token {serial} is enabled.")


@command.command()
@_SERIAL
@pass_session
def disable(session: Session, serial: str) -> None:
    """Do not accept the token until it is enabled again."""
    from idp.factors.aftermath import stopped
    from mfa_engine.lifecycle.change import disable

    services, origin = session.services, session.origin
    disable(services.engine, origin, serial, stopped(services, origin))
    session.done(f"Token {serial} is disabled.")


@command.command()
@_SERIAL
@pass_session
def reset(session: Session, serial: str) -> None:
    """Set the failure counter to zero, which unlocks the token."""
    from mfa_engine.lifecycle.change import reset

    reset(session.services.engine, session.origin, serial)
    session.done(f"The counter of token {serial} is reset.")


@command.command()
@_SERIAL
@pass_session
def revoke(session: Session, serial: str) -> None:
    """Never accept the token again."""
    from mfa_engine.lifecycle.change import revoke

    revoke(session.services.engine, session.origin, serial, _gone(session, serial))
    session.done(f"Token {serial} is revoked.")


@command.command()
@_SERIAL
@click.argument("login")
@pass_session
def assign(session: Session, serial: str, login: str) -> None:
    """Give the token to a person."""
    from idp.cli.people import person
    from idp.factors.aftermath import assigned
    from mfa_engine.lifecycle.assign import assign

    services, origin, user = session.services, session.origin, person(session, login)
    engine = services.engine
    assign(engine, engine.rules(), origin, serial, user, then=assigned(services, origin, user))
    session.done(f"Token {serial} belongs to {login}.")


@command.command()
@_SERIAL
@pass_session
def unassign(session: Session, serial: str) -> None:
    """Take the token from its owner."""
    from mfa_engine.lifecycle.assign import unassign

    unassign(session.services.engine, session.origin, serial, _gone(session, serial))
    session.done(f"Token {serial} belongs to nobody.")


@command.command("set-pin")
@_SERIAL
@click.option("--pin-stdin", is_flag=True, help="Read the PIN from standard input.")
@pass_session
def set_pin(session: Session, serial: str, pin_stdin: bool) -> None:
    """Give the token another PIN, which is asked for."""
    from mfa_engine.lifecycle.pin import set_pin

    engine = session.services.engine
    pin = asked("PIN", from_stdin=pin_stdin, twice=True)
    set_pin(engine, engine.rules(), session.origin, serial, pin)
    session.done(f"Token {serial} has a new PIN.")


@command.command()
@_SERIAL
@click.option("--codes-stdin", is_flag=True, help="Read the codes from standard input, one a line.")
@pass_session
def resync(session: Session, serial: str, codes_stdin: bool) -> None:
    """Bring the token's counter or clock in step. Asks for two codes that follow each other."""
    from mfa_engine.errors import Conflict
    from mfa_engine.lifecycle.resync import resync

    engine = session.services.engine
    first, second = (
        asked(what, from_stdin=codes_stdin, shown=True) for what in ("First code", "Second code")
    )
    if not resync(engine, engine.rules(), session.origin, serial, first, second):
        raise Conflict("these codes do not follow each other: take the next two")
    session.done(f"Token {serial} is in step.")


@command.command()
@_SERIAL
@click.confirmation_option(prompt="The token is gone for good. Delete it?")
@pass_session
def delete(session: Session, serial: str) -> None:
    """Delete the token."""
    from mfa_engine.lifecycle.delete import delete

    delete(session.services.engine, session.origin, serial, _gone(session, serial))
    session.done(f"Token {serial} is deleted.")


def _gone(session: Session, serial: str) -> Then:
    """The sessions that rest on the token end, and its owner is told. Raises NotFound."""
    from idp.factors.aftermath import removed
    from mfa_engine.lifecycle.find import token_of_serial

    services = session.services
    token = token_of_serial(services.engine, serial)
    return removed(services, services.engine.rules(), session.origin, token)


def _pair(text: str) -> tuple[str, str]:
    name, equals, value = text.partition("=")
    if not equals:
        raise click.BadParameter("give NAME=VALUE", param_hint="--set")
    if name == "otpkey":
        raise click.BadParameter(
            "others can read it here: give the key by --key or --key-stdin", param_hint="--set"
        )
    return name, value
