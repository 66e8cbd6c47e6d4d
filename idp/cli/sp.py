"""doorward sp: SAML service providers (portals, wikis, ...), by their entityID."""

from __future__ import annotations

from typing import BinaryIO

import click

from idp.cli.session import Session, pass_session

_ENTITY_ID = click.argument("entity_id")


@click.group()
def command() -> None:
    """SAML service providers."""


@command.command("list")
@click.option("--after", default="", help="Behind this entityID.")
@click.option("--limit", default=50, type=click.IntRange(1, 1000), show_default=True)
@pass_session
def list_providers(session: Session, after: str, limit: int) -> None:
    """The service providers that are registered."""
    from idp.applications.service_providers import list_all

    found = list_all(session.services.engine, after=after, limit=limit)
    session.table(
        ("service provider", "name", "enabled", "is told"),
        [
            (
                known.provider.entity_id,
                known.name,
                "yes" if known.enabled else "no",
                ", ".join(rule.attribute for rule in known.settings.release),
            )
            for known in found
        ],
    )


@command.command()
@click.argument("metadata", type=click.File("rb"))
@click.option(
    "--release",
    "wishes",
    multiple=True,
    metavar="ATTRIBUTE[=NAME]",
    help="What it is told about people, under its usual name or another; may be repeated. Else nothing.",
)
@click.option("--name", default="", help="What people read at sign-in. Else the name in the metadata.")
@click.option(
    "--replace",
    is_flag=True,
    help="Give a known one this metadata, and what else is said here.",
)
@pass_session
def add(session: Session, metadata: BinaryIO, wishes: tuple[str, ...], name: str, replace: bool) -> None:
    """Register a service provider from its METADATA file; - reads standard input."""
    from idp.applications.service_providers import ProviderSettings, register, release_of

    services = session.services
    known = register(
        services.engine,
        services.registry,
        session.origin,
        metadata.read(),
        ProviderSettings(release_of(wishes), name) if wishes or name or not replace else None,
        loopback_http=session.settings.plain_http,
        replace=replace,
    )
    session.done(f"Service provider {known.provider.entity_id} ({known.name}) is registered.")


@command.command()
@_ENTITY_ID
@pass_session
def show(session: Session, entity_id: str) -> None:
    """One service provider, as it is registered."""
    from idp.applications.service_providers import get

    settings = session.settings
    known = get(session.services.registry, entity_id, loopback_http=settings.plain_http)
    provider = known.provider
    session.facts(
        {
            "entity_id": provider.entity_id,
            "name": known.name,
            "enabled": known.enabled,
            "valid_until": provider.valid_until,
            "signs_requests": provider.authn_requests_signed,
            "answers_go_to": [end.location for end in provider.consumer_services],
            "logout_answers_go_to": [end.answers_to for end in provider.logout_services],
            "is_told": {rule.attribute: rule.name for rule in known.settings.release},
            "asks_for": [wish.friendly_name or wish.name for wish in provider.requested_attributes],
        }
    )


@command.command()
@_ENTITY_ID
@click.argument("wishes", nargs=-1, metavar="[ATTRIBUTE[=NAME]]...")
@pass_session
def release(session: Session, entity_id: str, wishes: tuple[str, ...]) -> None:
    """Say what it is told about people, in place of what was said before. Nothing: name no attribute."""
    from idp.applications.service_providers import release_of, set_release

    services = session.services
    rules = release_of(wishes)
    set_release(services.engine, services.registry, session.origin, entity_id, rules)
    told = ", ".join(rule.attribute for rule in rules) or "nothing about people"
    session.done(f"Service provider {entity_id} is told {told}.")


@command.command()
@_ENTITY_ID
@pass_session
def enable(session: Session, entity_id: str) -> None:
    """Let people in to it again."""
    _set_enabled(session, entity_id, enabled=True)


@command.command()
@_ENTITY_ID
@pass_session
def disable(session: Session, entity_id: str) -> None:
    """Let nobody in any more, logins in progress included."""
    _set_enabled(session, entity_id, enabled=False)


@command.command()
@_ENTITY_ID
@click.confirmation_option(prompt="Nobody can sign in to it any more. Delete it?")
@pass_session
def delete(session: Session, entity_id: str) -> None:
    """Delete the service provider. People keep their lasting names there, should it come back."""
    from idp.applications.service_providers import delete

    services = session.services
    delete(services.engine, services.registry, session.origin, entity_id)
    session.done(f"Service provider {entity_id} is deleted.")


def _set_enabled(session: Session, entity_id: str, *, enabled: bool) -> None:
    from idp.applications.service_providers import set_enabled

    services = session.services
    set_enabled(services.engine, services.registry, session.origin, entity_id, enabled=enabled)
    session.done(f"Service provider {entity_id} is {'enabled' if enabled else 'disabled'}.")
