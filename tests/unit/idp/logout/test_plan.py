"""What the report of a logout says of each application."""

from __future__ import annotations

from idp.logout.plan import Initiator, report
from idp.pages.login import AppLogout
from idp.storage.sso_session import ParticipantRow


def row(protocol: str, party: str) -> ParticipantRow:
    return ParticipantRow("session", protocol, party, "name", "", "index")


def name(of: ParticipantRow) -> str:
    return of.party.upper()


def test_only_the_application_that_began_the_logout_knows_of_it() -> None:
    rows = [row("oidc", "app"), row("saml", "portal")]
    assert report(rows, Initiator("oidc", "app"), name) == (
        AppLogout("APP", True),
        AppLogout("PORTAL", False),
    )
    assert report(rows, None, name) == (AppLogout("APP", False), AppLogout("PORTAL", False))


def test_the_same_name_in_another_protocol_is_another_application() -> None:
    assert report([row("saml", "app")], Initiator("oidc", "app"), name) == (AppLogout("APP", False),)


def test_an_application_is_named_once_and_in_the_order_of_entry() -> None:
    rows = [row("oidc", "b"), row("oidc", "a"), row("oidc", "b")]
    assert [line.name for line in report(rows, None, name)] == ["B", "A"]


def test_nobody_took_part() -> None:
    assert report([], Initiator("oidc", "app"), name) == ()
