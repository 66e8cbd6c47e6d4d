"""A directory that stops answering while people sign in, in Chromium (RES-05)."""

import time

from playwright.sync_api import expect

from tests.support.signing_in import give_code, give_password

DOWN = "We cannot check your password at the moment."


def answer_to(page, act):
    """The page that comes of an act."""
    with page.expect_navigation() as navigation:
        act()
    return navigation.value


def counted(house):
    """Failures that stand against people, addresses and tokens, and the refusals in the audit."""
    with house.served.inside() as idp:
        tallies = [row[0] for row in idp.sql("SELECT count FROM throttle")]
        tokens = [row[0] for row in idp.sql("SELECT failures FROM token")]
        refused = [(row.event, row.reason) for row in idp.audited() if not row.success]
    return sum(tallies) + sum(tokens), refused


def test_RES_05_a_login_goes_on_where_it_was_when_the_directory_is_back(house, page, complaints):
    complaints.expect("status 503: POST")
    page.goto(house.account)
    house.directory.stop()
    answer = answer_to(page, lambda: give_password(page, "alice", "alice password"))
    assert answer.status == 503
    assert int(answer.headers["retry-after"]) > 0
    expect(page.get_by_role("heading", name=DOWN).or_(page.get_by_text(DOWN)).first).to_be_visible()
    assert counted(house) == (0, [("auth.password", "unavailable")])

    house.directory.start()
    give_password(page, "alice", "alice password")
    give_code(page, house.keys["alice"])
    page.wait_for_url(house.account)
    assert counted(house) == (0, [("auth.password", "unavailable")])


def test_RES_05_a_directory_that_stops_after_the_password_does_not_make_the_code_wrong(house, page):
    page.goto(house.account)
    give_password(page, "alice", "alice password")
    expect(page.get_by_label("6-digit code")).to_be_visible()
    house.directory.stop()
    give_code(page, house.keys["alice"])
    page.wait_for_url(house.account)
    assert counted(house) == (0, [])


def test_RES_05_people_of_another_resolver_notice_nothing_of_a_silent_directory(house, visits, complaints):
    complaints.expect("status 503: POST")
    waiting, other = visits.page(), visits.page()
    waiting.goto(house.account)
    other.goto(house.account)
    house.directory.pause()
    give = waiting.get_by_role("button", name="Continue")
    waiting.get_by_label("User name or e-mail").fill("alice")
    waiting.get_by_role("textbox", name="Password").fill("alice password")
    give.click(no_wait_after=True)
    began = time.monotonic()
    give_password(other, "bob@staff", "the password of bob")
    give_code(other, house.keys["bob"])
    other.wait_for_url(house.account)
    assert time.monotonic() - began < 3
    expect(waiting.get_by_text(DOWN)).to_be_visible()
    assert counted(house)[0] == 0
