"""doorward client: OpenID Connect applications."""

from __future__ import annotations

from typing import TYPE_CHECKING

import click

from idp.cli.session import Session, pass_session

if TYPE_CHECKING:
    from idp.applications.clients import Handed, Registered

_CLIENT_ID = click.argument("client_id")


@click.group()
def command() -> None:
    """OpenID Connect clients."""


@command.command("list")
@click.option("--after", default="", help="Behind this client id.")
@click.option("--limit", default=50, type=click.IntRange(1, 1000), show_default=True)
@pass_session
def list_clients(session: Session, after: str, limit: int) -> None:
    """The clients that are registered."""
    from idp.applications.clients import list_all

    found = list_all(session.services.engine, after=after, limit=limit)
    session.table(
        ("client", "name", "enabled", "redirect addresses"),
        [
            (
                known.client.client_id,
                known.client.client_name,
                "yes" if known.client.enabled else "no",
                " ".join(known.client.redirect_uris),
            )
            for known in found
        ],
    )


@command.command()
@click.argument("name")
@click.option(
    "--redirect-uri", "redirect_uris", multiple=True, required=True, help="Exactly as the app sends it."
)
@click.option(
    "--post-logout-redirect-uri", "logout_uris", multiple=True, help="Where the app wants to go after it."
)
@click.option("--scope", default="openid profile email", show_default=True)
@click.option(
    "--public", is_flag=True, help="It cannot keep a secret: a script in a browser, an app on a phone."
)
@click.option("--client-id", default="", help="Else one is made.")
@click.option("--consent", type=click.Choice(["ask", "always", "admin"]), default="admin", show_default=True)
@click.option("--without-pkce", is_flag=True, help="An exception for a confidential client; it is audited.")
@pass_session
def add(
    session: Session,
    name: str,
    redirect_uris: tuple[str, ...],
    logout_uris: tuple[str, ...],
    scope: str,
    public: bool,
    client_id: str,
    consent: str,
    without_pkce: bool,
) -> None:
    """Register an app. Its secret is shown this once."""
    from idp.applications.clients import register

    services = session.services
    document = {
        "client_name": name,
        "redirect_uris": list(redirect_uris),
        "post_logout_redirect_uris": list(logout_uris),
        "scope": scope,
        "token_endpoint_auth_method": "none" if public else "client_secret_basic",
        "consent": consent,
        "require_pkce": not without_pkce,
    }
    rules = services.registration_rules
    handed = register(
        services.engine, services.registry, session.origin, rules, document, client_id=client_id
    )
    _show_handed(session, handed)


@command.command()
@_CLIENT_ID
@pass_session
def show(session: Session, client_id: str) -> None:
    """One client, as it is registered."""
    from metadata.oidc.client import client_metadata

    known = _known(session, client_id)
    session.facts({"client_id": client_id, "enabled": known.client.enabled, **client_metadata(known.client)})


@command.command("new-secret")
@_CLIENT_ID
@pass_session
def new_secret(session: Session, client_id: str) -> None:
    """Give the client another secret, shown this once; the old one is dead at once."""
    from idp.applications.clients import new_secret

    services = session.services
    _show_handed(session, new_secret(services.engine, services.registry, session.origin, client_id))


@command.command()
@_CLIENT_ID
@pass_session
def enable(session: Session, client_id: str) -> None:
    """Let people in to it again."""
    _set_enabled(session, client_id, enabled=True)


@command.command()
@_CLIENT_ID
@pass_session
def disable(session: Session, client_id: str) -> None:
    """Let nobody in any more: logins in progress, codes and tokens included."""
    _set_enabled(session, client_id, enabled=False)


@command.command()
@_CLIENT_ID
@click.confirmation_option(prompt="Nobody can sign in to it any more. Delete it?")
@pass_session
def delete(session: Session, client_id: str) -> None:
    """Delete the client."""
    from idp.applications.clients import delete

    services = session.services
    delete(services.engine, services.registry, session.origin, client_id)
    session.done(f"Client {client_id} is deleted.")


def _known(session: Session, client_id: str) -> Registered:
    from idp.applications.clients import find
    from mfa_engine.errors import NotFound

    known = find(session.services.registry, client_id)
    if known is None:
        raise NotFound("client", client_id)
    return known


def _set_enabled(session: Session, client_id: str, *, enabled: bool) -> None:
    from idp.applications.clients import set_enabled

    services = session.services
    set_enabled(services.engine, services.registry, session.origin, client_id, enabled=enabled)
    session.done(f"Client {client_id} is {'enabled' if enabled else 'disabled'}.")


def _show_handed(session: Session, handed: Handed) -> None:
    facts: dict[str, object] = {"client_id": handed.client.client_id, "issuer": session.settings.base_url}
    if handed.secret:
        facts["client_secret"] = handed.secret
    session.facts(facts)
