"""A server that is stopped, or killed, while somebody signs in, in Chromium."""

import pytest
from playwright.sync_api import expect

from tests.support.signing_in import give_code, give_password

WAYS = {"is stopped": lambda served: served.stop(), "is killed": lambda served: served.kill()}


@pytest.mark.parametrize("ends", WAYS.values(), ids=WAYS)
def test_a_login_goes_on_when_the_server(house, page, ends):
    page.goto(house.account)
    give_password(page, "alice", "alice password")
    expect(page.get_by_label("6-digit code")).to_be_visible()
    page.wait_for_load_state("networkidle")
    ends(house.served)
    house.served.start()
    give_code(page, house.keys["alice"])
    page.wait_for_url(house.account)
