"""What is good once is good once, however many browsers ask at the same moment, on three databases."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from functools import partial

import pytest

from tests.http.saml.portal import LASTING, Answer, Portal
from tests.support.databases import Prepare
from tests.support.idp import Browser, Idp, Person, open_idp, prepare_idp
from tests.support.parallel import Crowd

ROUNDS, SIZE = 5, 8


@pytest.fixture
def idp(database_url: str, fresh_database: Callable[[str, Prepare], str]) -> Iterator[Idp]:
    """A Doorward on SQLite, PostgreSQL and MariaDB in turn."""
    idp = open_idp(fresh_database(database_url, prepare_idp))
    yield idp
    idp.close()


@pytest.fixture
def crowd() -> Iterator[Crowd]:
    """Eight threads."""
    crowd = Crowd(SIZE)
    yield crowd
    crowd.close()


def with_the_same_session(browser: Browser) -> Browser:
    """Another tab: a browser of its own, so that threads do not share one."""
    tab = browser.idp.browser()
    tab.give_cookie("dw_session", browser.cookie("dw_session") or "")
    return tab


def test_SAML_13_of_many_copies_of_a_request_one_is_answered(
    idp: Idp, signed_in: Browser, portal: Portal, crowd: Crowd
) -> None:
    tabs = [with_the_same_session(signed_in) for _ in range(SIZE)]
    for _ in range(ROUNDS):
        address = portal.sign_on()
        pages = crowd.each([partial(tab.open, address) for tab in tabs])
        answered = [page for page in pages if "SAMLResponse" in getattr(page, "text", "")]
        refused = [page for page in pages if "already done" in getattr(page, "text", "")]
        assert (len(answered), len(refused)) == (1, SIZE - 1), pages


def test_a_person_gets_one_lasting_name_however_many_requests_ask_for_it_first(
    idp: Idp, signed_in: Browser, alice: Person, crowd: Crowd
) -> None:
    tabs = [with_the_same_session(signed_in) for _ in range(SIZE)]
    for number in range(ROUNDS):
        portal = Portal(idp, f"https://portal{number}.example.org").register()
        addresses = [portal.sign_on(content=LASTING) for _ in tabs]
        crowd.each([partial(tab.open, address) for tab, address in zip(tabs, addresses, strict=True)])
        assert len({Answer.of(tab).name.value for tab in tabs}) == 1
    (rows,) = idp.sql("SELECT count(*) FROM session_participant")
    assert rows[0] == 1 + ROUNDS  # the wiki and each portal, once
