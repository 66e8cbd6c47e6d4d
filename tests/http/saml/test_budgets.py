"""What a request costs the database, counted at the driver while the snapshots are fresh."""

from __future__ import annotations

from collections.abc import Callable, Iterator

import pytest

from tests.http.saml.portal import LASTING, Portal
from tests.support.databases import Prepare
from tests.support.idp import Browser, Idp, open_idp, prepare_idp


@pytest.fixture
def idp(database_url: str, fresh_database: Callable[[str, Prepare], str]) -> Iterator[Idp]:
    """A Doorward that looks once a second whether anything has changed, and a clock that stands still: on
    SQLite, PostgreSQL and MariaDB in turn."""
    idp = open_idp(fresh_database(database_url, prepare_idp), ENGINE_SNAPSHOT_MAX_AGE_SECONDS="1")
    yield idp
    idp.close()


@pytest.mark.parametrize("content", ["", LASTING], ids=["transient", "persistent"])
def test_a_response_from_a_live_session_costs_five_statements(
    idp: Idp, signed_in: Browser, portal: Portal, content: str
) -> None:
    for _ in range(2):  # a lasting name is made at the first time, for three more
        signed_in.open(portal.sign_on(content=content))
    with idp.counting() as statements:
        signed_in.open(portal.sign_on(content=content))
    assert portal.answer(signed_in).status == "Success"
    assert [sql.split()[0] for sql in statements] == ["SELECT", "INSERT", "UPDATE", "INSERT", "INSERT"]


def test_the_metadata_costs_none(idp: Idp, browser: Browser) -> None:
    browser.open("/saml/metadata")
    with idp.counting() as statements:
        assert browser.open("/saml/metadata").status_code == 200
    assert statements == []


def test_a_request_that_is_refused_costs_its_audit_row(idp: Idp, browser: Browser, portal: Portal) -> None:
    browser.open(portal.sign_on(destination="https://other.example.org/"))
    with idp.counting() as statements:
        browser.open(portal.sign_on(destination="https://other.example.org/"))
    assert [sql.split()[0] for sql in statements] == ["INSERT"]


def test_whoever_claims_a_name_without_end_is_neither_looked_up_nor_remembered(
    idp: Idp, browser: Browser, portal: Portal
) -> None:
    browser.open(portal.sign_on(destination="https://other.example.org/"))
    stranger = Portal(idp, "https://unknown.example.org/" + "x" * 600)
    with idp.counting() as statements:
        assert browser.open(stranger.sign_on()).status_code == 403
    assert [sql.split()[0] for sql in statements] == ["INSERT"]
