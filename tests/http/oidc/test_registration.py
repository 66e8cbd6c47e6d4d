"""Registering, changing, disabling and deleting clients: what is stored, and what the audit says of it."""

from __future__ import annotations

import pytest

from idp.applications import clients
from metadata.oidc.client import RegistrationRules
from metadata.oidc.relying_party import ClientAuthMethod, Consent
from mfa_engine.errors import Conflict, InvalidField, NotFound
from mfa_engine.storage.audit import AuditRow
from tests.support.answers import is_json_error
from tests.support.idp import Browser, Idp, Person
from tests.support.relying_party import CALLBACK, App, register_app


def rules(idp: Idp) -> RegistrationRules:
    return RegistrationRules(idp.services.capabilities, by_administrator=True)


def change(idp: Idp, **changes: object) -> clients.Handed:
    services = idp.services
    return clients.change(services.engine, services.registry, idp.origin, rules(idp), "app", changes)


def written(idp: Idp, event: str) -> list[AuditRow]:
    """What the audit has of this act of an administrator."""
    from mfa_engine.storage.audit import audit_after

    rows = idp.services.engine.look(lambda view: audit_after(view.connection, "", 1000))
    return [row for row in rows if row.event == event]


def test_a_client_is_stored_as_it_was_read_and_its_secret_only_as_a_digest(idp: Idp) -> None:
    services = idp.services
    document = {"client_name": "Wiki", "redirect_uris": [CALLBACK], "scope": "openid groups"}
    handed = clients.register(services.engine, services.registry, idp.origin, rules(idp), document)
    found = clients.find(services.registry, handed.client.client_id)
    assert found is not None
    assert found.client == handed.client
    assert (found.client.consent, found.client.scope) == (Consent.ASK, ("openid", "groups"))
    assert len(handed.secret) == 43
    [row] = idp.sql("SELECT * FROM client")
    assert handed.secret not in str(row)
    assert handed.secret not in repr(handed) + repr(found)
    [entry] = written(idp, "admin.client.register")
    assert (entry.success, entry.actor, entry.details["client_id"]) == (
        True,
        "cli:test",
        handed.client.client_id,
    )


def test_an_id_that_is_taken_is_refused(idp: Idp, app: App) -> None:
    with pytest.raises(Conflict, match="'app' is registered already"):
        register_app(idp)
    assert len(written(idp, "admin.client.register")) == 1


def test_a_document_that_cannot_be_used_names_the_member_and_changes_nothing(idp: Idp, app: App) -> None:
    with pytest.raises(InvalidField, match="scope: choose among"):
        register_app(idp, "other", scope="everything")
    with pytest.raises(InvalidField, match="redirect_uris: give at least one"):
        change(idp, redirect_uris=[])
    assert idp.sql("SELECT count(*) FROM client") == [(1,)]
    assert written(idp, "admin.client.change") == []


def test_a_change_leaves_what_it_does_not_name(idp: Idp, app: App) -> None:
    before = clients.find(idp.services.registry, "app")
    handed = change(idp, client_name="Renamed", default_max_age=60)
    after = clients.find(idp.services.registry, "app")
    assert before is not None
    assert after is not None
    assert (handed.secret, after.secret_digest) == ("", before.secret_digest)
    assert (after.client.client_name, after.client.default_max_age) == ("Renamed", 60)
    assert after.client.redirect_uris == before.client.redirect_uris
    assert after.created_at == before.created_at
    assert change(idp, default_max_age=None).client.default_max_age is None
    assert len(written(idp, "admin.client.change")) == 2


def test_who_becomes_public_loses_the_secret_and_who_becomes_confidential_gets_one(
    idp: Idp, app: App
) -> None:
    assert change(idp, token_endpoint_auth_method="none").secret == ""
    found = clients.find(idp.services.registry, "app")
    assert found is not None
    assert found.secret_digest is None
    assert found.client.token_endpoint_auth_method is ClientAuthMethod.NONE
    assert change(idp, token_endpoint_auth_method="client_secret_post").secret


def test_a_new_secret_ends_the_old_one(idp: Idp, app: App, alice: Person, browser: Browser) -> None:
    services = idp.services
    secret = clients.new_secret(services.engine, services.registry, idp.origin, "app").secret
    code = app.code(browser, alice)
    is_json_error(app.redeem(code), 401, "invalid_client")
    assert App(idp, "app", secret).redeem(code).status_code == 200
    assert len(written(idp, "admin.client.secret")) == 1
    change(idp, token_endpoint_auth_method="none")
    with pytest.raises(Conflict, match="public"):
        clients.new_secret(services.engine, services.registry, idp.origin, "app")


def test_a_client_that_is_deleted_loses_its_tokens(
    idp: Idp, app: App, alice: Person, browser: Browser
) -> None:
    services = idp.services
    token = app.tokens(browser, alice)["access_token"]
    clients.delete(services.engine, services.registry, idp.origin, "app")
    is_json_error(app.userinfo(token), 401, "invalid_token")
    assert idp.sql("SELECT count(*) FROM access_token") == [(0,)]
    assert len(written(idp, "admin.client.delete")) == 1


def test_a_client_that_is_not_there_cannot_be_changed(idp: Idp) -> None:
    services = idp.services
    acts = (
        lambda: change(idp, client_name="x"),
        lambda: clients.set_enabled(services.engine, services.registry, idp.origin, "app", enabled=False),
        lambda: clients.new_secret(services.engine, services.registry, idp.origin, "app"),
        lambda: clients.delete(services.engine, services.registry, idp.origin, "app"),
    )
    for act in acts:
        with pytest.raises(NotFound):
            act()
    assert clients.find(services.registry, "app") is None


def test_clients_are_listed_by_their_id_in_pages(idp: Idp) -> None:
    for name in ("c", "a", "b"):
        register_app(idp, name)
    engine = idp.services.engine
    assert [one.client.client_id for one in clients.list_all(engine, after="", limit=2)] == ["a", "b"]
    assert [one.client.client_id for one in clients.list_all(engine, after="b", limit=2)] == ["c"]
