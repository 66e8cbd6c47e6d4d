"""Service providers as values: what they are called, where people begin anew, what is released."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime, timedelta

import pytest

from idp.applications.service_providers import (
    URI_NAMES,
    ProviderSettings,
    Registered,
    Rule,
    read_metadata,
    release_of,
)
from metadata.entity import LocalizedText
from mfa_engine.errors import InvalidField
from tests.support import saml

NOW = datetime(2026, 1, 1, tzinfo=UTC)
PORTAL = Registered(replace(saml.portal(), display_names=(), information_urls=()), ProviderSettings(), True)


def called(*names: tuple[str, str], ours: str = "") -> str:
    """The name of a portal with display names as (language, text), and one that was given here."""
    texts = tuple(LocalizedText(*name) for name in names)
    provider = replace(PORTAL.provider, display_names=texts)
    return replace(PORTAL, provider=provider, settings=ProviderSettings(name=ours)).name


def test_a_service_is_called_as_we_say_else_as_it_says_else_by_its_entity_id() -> None:
    german, english = ("de", "Bücherei"), ("en-GB", "Library")
    assert called(german, english, ours="Our library") == "Our library"
    assert called(german, english) == "Library"
    assert called(german) == "Bücherei"
    assert called() == saml.SP


def test_people_begin_anew_at_its_page_for_them_else_at_the_site_that_gets_the_answers() -> None:
    pages = (LocalizedText("en", "https://portal.example.org/about"),)
    assert (
        replace(PORTAL, provider=replace(PORTAL.provider, information_urls=pages)).start_url == pages[0].text
    )
    assert PORTAL.start_url == "https://sp.example.org/"


@pytest.mark.parametrize(
    ("ends_in", "enabled", "usable"),
    [(None, True, True), (None, False, False), (1, True, True), (-181, True, False)],
)
def test_SAML_20_a_service_is_usable_while_it_is_enabled_and_its_metadata_counts(
    ends_in: int | None, enabled: bool, usable: bool
) -> None:
    ends = None if ends_in is None else NOW + timedelta(seconds=ends_in)
    provider = replace(PORTAL.provider, valid_until=ends)
    assert Registered(provider, ProviderSettings(), enabled).is_usable(NOW) is usable


def test_an_attribute_is_released_under_its_usual_name_or_another() -> None:
    assert release_of(["email", "employee_number=urn:oid:2.16.840.1.113730.3.1.3"]) == (
        Rule("email", *URI_NAMES["email"]),
        Rule("employee_number", "urn:oid:2.16.840.1.113730.3.1.3"),
    )
    assert release_of([]) == ()


@pytest.mark.parametrize("wish", ["shoe_size", "email=", "email=a\nb", f"email={'x' * 257}", ""])
def test_a_wish_that_names_nothing_is_refused_and_says_what_there_is(wish: str) -> None:
    with pytest.raises(InvalidField, match=r"release: .*(choose of display_name, email|give a name)"):
        release_of([wish])


def test_metadata_that_cannot_be_used_is_refused_with_the_reason_and_the_remedy() -> None:
    with pytest.raises(
        InvalidField, match=r"metadata: cannot be used \(acs\): 'http://.*' is not an absolute"
    ):
        read_metadata(saml.xml("metadata/acs-http.xml"), loopback_http=False)
    with pytest.raises(InvalidField, match=r"cannot be used \(dtd\)"):
        read_metadata(saml.xml("metadata/entity-bomb.xml"), loopback_http=False)


def test_an_entity_id_that_the_tables_do_not_hold_is_refused() -> None:
    long = saml.xml("good/entitydescriptor.xml").replace(
        f'entityID="{saml.SP}"'.encode(), f'entityID="{saml.SP}{"x" * 500}"'.encode()
    )
    with pytest.raises(InvalidField, match="at most 512 characters"):
        read_metadata(long, loopback_http=False)
