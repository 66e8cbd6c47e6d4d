"""Fixtures of the tests that meet other people's programs: Apache and Chromium."""

from collections.abc import Iterator

import pytest
from playwright.sync_api import Browser, Page

from tests.support.apache import Apache
from tests.support.browser import Complaints, Visits, chromium
from tests.support.certificates import Authority
from tests.support.run import Run


@pytest.fixture
def apache(run: Run, authority: Authority) -> Iterator[Apache]:
    """An Apache that has its ports and folder, and answers once a test calls `apache.serve(...)`."""
    apache = Apache(run, authority)
    yield apache
    apache.stop()


@pytest.fixture(scope="session")
def browser(authority: Authority) -> Iterator[Browser]:
    """This worker's Chromium, which trusts `authority`. Tests open pages by `visits` or `page`."""
    with chromium(authority) as browser:
        yield browser


@pytest.fixture
def visits(browser: Browser) -> Iterator[Visits]:
    """`visits.page()` is a new visitor with cookies of their own; `visits.page("narrow")` has a telephone.

    The test fails when the browser complained about anything: see `Complaints`.
    """
    visits = Visits(browser)
    yield visits
    visits.end()
    visits.complaints.verify()


@pytest.fixture
def page(visits: Visits) -> Page:
    """A page of a visitor who was never here."""
    return visits.page()


@pytest.fixture
def complaints(visits: Visits) -> Complaints:
    """`complaints.expect(pattern)` names what a test provokes in its browser on purpose."""
    return visits.complaints
