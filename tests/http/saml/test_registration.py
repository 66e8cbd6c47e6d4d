"""Registering service providers: what is stored, what is audited, and how the command line says it."""

from __future__ import annotations

import json
from collections.abc import Callable
from pathlib import Path

import pytest
from click.testing import CliRunner, Result

from idp.applications import service_providers
from idp.applications.service_providers import Registered, release_of
from idp.cli import sp
from idp.cli.session import Session
from mfa_engine.errors import Conflict, DoorwardError, InvalidField, NotFound
from tests.http.saml.portal import LASTING, Portal, stamp
from tests.support.idp import Browser, Idp, Person

Run = Callable[..., Result]


@pytest.fixture
def doorward_sp(idp: Idp) -> Run:
    """``doorward_sp("add", path)`` is ``doorward sp register PATH`` with the test's services."""

    def run(*arguments: str, entered: str = "", as_json: bool = False) -> Result:
        session = Session(None, as_json)
        session.__dict__.update(settings=idp.services.settings, services=idp.services)
        return CliRunner().invoke(sp.command, arguments, input=entered, obj=session, prog_name="sp")

    return run


def stored(idp: Idp, portal: Portal) -> Registered:
    return service_providers.get(idp.services.registry, portal.entity_id, loopback_http=False)


def registered(idp: Idp, document: str, *, replace: bool = False) -> Registered:
    services = idp.services
    return service_providers.register(
        services.engine,
        services.registry,
        idp.origin,
        document.encode(),
        loopback_http=False,
        replace=replace,
    )


def test_a_known_service_is_not_replaced_by_accident(idp: Idp, portal: Portal) -> None:
    with pytest.raises(Conflict, match="is registered already: replace it, or delete it first"):
        registered(idp, portal.metadata)


def test_new_metadata_leaves_what_was_decided_about_the_service(idp: Idp, wiki: Portal) -> None:
    wiki.enable(enabled=False)
    wiki.name = "New wiki"
    renewed = registered(idp, wiki.metadata, replace=True)
    assert (renewed.name, renewed.enabled) == ("New wiki", False)
    assert [rule.attribute for rule in renewed.settings.release] == ["email"]


def test_metadata_that_has_expired_is_refused_up_to_the_skew_of_clocks(idp: Idp) -> None:
    portal = Portal(idp)

    def ending(seconds: int) -> str:
        ends = stamp(idp.clock.now, seconds)
        return portal.metadata.replace(" entityID=", f' validUntil="{ends}" entityID=')

    with pytest.raises(InvalidField, match="metadata: has expired at 2026-11-02 08:57 UTC: renew it"):
        registered(idp, ending(-180))
    assert registered(idp, ending(-179)).enabled


def test_a_change_of_what_is_released_keeps_the_name_that_was_given_here(
    idp: Idp, doorward_sp: Run, tmp_path: Path
) -> None:
    portal = Portal(idp)
    file = tmp_path / "portal.xml"
    file.write_text(portal.metadata)
    doorward_sp("add", str(file), "--name", "Reading room")
    services = idp.services
    rules = release_of(["phone"])
    service_providers.set_release(services.engine, services.registry, idp.origin, portal.entity_id, rules)
    assert (stored(idp, portal).name, stored(idp, portal).settings.release) == ("Reading room", rules)


def test_what_does_not_exist_is_not_changed(idp: Idp) -> None:
    services = idp.services
    here = (services.engine, services.registry, idp.origin, "https://unknown.example.org")
    for act in (
        lambda: service_providers.set_enabled(*here, enabled=True),
        lambda: service_providers.set_release(*here, ()),
        lambda: service_providers.delete(*here),
    ):
        with pytest.raises(NotFound, match=r"'https://unknown\.example\.org' does not exist"):
            act()


def test_a_service_that_comes_back_knows_people_by_their_old_names(
    idp: Idp, browser: Browser, alice: Person, portal: Portal
) -> None:
    browser.open(portal.sign_on(content=LASTING))
    browser.sign_in(alice)
    name = portal.answer(browser).name
    services = idp.services
    service_providers.delete(services.engine, services.registry, idp.origin, portal.entity_id)
    portal.register()
    browser.open(portal.sign_on(content=LASTING))
    assert portal.answer(browser).name == name


def test_metadata_that_the_settings_no_longer_allow_is_not_used(idp: Idp) -> None:
    portal = Portal(idp, "http://portal.localhost:8081")
    services = idp.services
    service_providers.register(
        services.engine, services.registry, idp.origin, portal.metadata.encode(), loopback_http=True
    )
    services.registry.forget()
    idp.run_sql("UPDATE revision SET number = number + 1 WHERE name = 'applications'")
    assert service_providers.find(services.registry, portal.entity_id, loopback_http=False) is None
    (listed,) = service_providers.list_all(services.engine, after="", limit=10)
    assert listed.provider.entity_id == portal.entity_id


def test_the_command_line_registers_shows_and_deletes_and_each_act_has_its_audit_row(
    idp: Idp, doorward_sp: Run, tmp_path: Path
) -> None:
    portal = Portal(idp)
    file = tmp_path / "portal.xml"
    file.write_text(portal.metadata)
    with idp.auditing() as rows:
        done = doorward_sp("add", str(file), "--release", "email", "--release", "login=uid")
        assert done.output == f"Service provider {portal.entity_id} (Library Portal) is registered.\n"
        assert "is told phone" in doorward_sp("release", portal.entity_id, "phone").output
        assert "is told nothing about people" in doorward_sp("release", portal.entity_id).output
        assert "is disabled" in doorward_sp("disable", portal.entity_id).output
        assert not stored(idp, portal).enabled
        assert "is enabled" in doorward_sp("enable", portal.entity_id).output
        assert "is deleted" in doorward_sp("delete", portal.entity_id, entered="y\n").output
    assert sorted(row.event for row in rows) == sorted(
        f"admin.sp.{act}" for act in ("register", "release", "release", "disable", "enable", "delete")
    )
    assert all(row.actor.startswith("cli:") and row.success for row in rows)
    told = [row.details["release"] for row in rows if "release" in row.details]
    assert sorted(told) == [[], ["email", "login"], ["phone"]]


def test_the_command_line_reads_standard_input_and_answers_programs_in_json(
    idp: Idp, doorward_sp: Run
) -> None:
    portal = Portal(idp)
    assert doorward_sp("add", "-", "--release", "email", entered=portal.metadata, as_json=True).output == ""
    shown = json.loads(doorward_sp("show", portal.entity_id, as_json=True).output)
    assert shown["is_told"] == {"email": "urn:oid:0.9.2342.19200300.100.1.3"}
    assert shown["answers_go_to"] == [portal.acs]
    (row,) = json.loads(doorward_sp("list", as_json=True).output)
    assert (row["service provider"], row["enabled"], row["is told"]) == (portal.entity_id, "yes", "email")


def test_the_command_line_replaces_metadata_without_forgetting_what_is_told(
    idp: Idp, doorward_sp: Run, wiki: Portal
) -> None:
    refused = doorward_sp("add", "-", entered=wiki.metadata)
    assert isinstance(refused.exception, DoorwardError)
    wiki.name = "New wiki"
    assert "(New wiki)" in doorward_sp("add", "-", "--replace", entered=wiki.metadata).output
    assert [rule.attribute for rule in stored(idp, wiki).settings.release] == ["email"]
