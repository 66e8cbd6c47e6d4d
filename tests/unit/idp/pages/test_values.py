"""Small things that pages show: incident numbers, QR codes, browser names, notices, reasons."""

from __future__ import annotations

import re
from datetime import UTC, datetime

import pytest

from idp.pages import done, reasons
from idp.pages.browser import browser_name
from idp.pages.incident import new_incident
from idp.pages.page import Outcome
from idp.pages.qr import in_fours, picture
from idp.pages.render import Pages
from tests.unit.idp.pages.samples import FIREFOX, IPHONE, NOW

CHROME = (
    "Mozilla/5.0 (X11; Linux x86_64) AppleWebKit/537.36 (KHTML, like Gecko) Chrome/156.0.0.0 Safari/537.36"
)


def test_an_incident_number_can_be_read_aloud() -> None:
    assert re.fullmatch(r"[0-9A-HJKMNP-TV-Z]{4}-[0-9A-HJKMNP-TV-Z]{4}", new_incident())


def test_no_two_incident_numbers_are_alike() -> None:
    assert len({new_incident() for _ in range(1000)}) == 1000


def test_a_qr_code_is_a_drawing_without_style_or_script() -> None:
    svg = picture('otpauth://totp/x?secret="><script>alert(1)</script>')
    assert re.fullmatch(r'<svg viewBox="0 0 \d+ \d+"><path [^<>]*/></svg>', svg)
    assert "style" not in svg


def test_a_key_is_written_in_groups_of_four() -> None:
    assert in_fours("JBSWY3DPEHPK3PXPAB") == "JBSW Y3DP EHPK 3PXP AB"


@pytest.mark.parametrize(
    ("user_agent", "name"),
    [
        (FIREFOX, "Firefox on Windows"),
        (IPHONE, "Safari on iPhone"),
        (CHROME, "Chrome on Linux"),
        (CHROME + " Edg/156.0", "Edge on Linux"),
        ("Firefox/1", "Firefox"),
        ("curl/8", "An unknown browser"),
        ("", "An unknown browser"),
    ],
)
def test_a_browser_is_called_what_people_call_it(pages: Pages, user_agent: str, name: str) -> None:
    assert pages.speaker("en", NOW).say(browser_name(user_agent)) == name


@pytest.mark.parametrize("act", list(done.Done))
def test_each_act_has_its_notice(act: done.Done) -> None:
    assert done.notice(act.value) is not None


@pytest.mark.parametrize("act", [None, "", "token-deleted!", "<b>"])
def test_a_name_that_is_no_act_says_nothing(act: str | None) -> None:
    assert done.notice(act) is None


def test_a_failed_sign_in_says_why_in_plain_words(pages: Pages) -> None:
    event = reasons.sign_in(NOW, "VPN", success=False, reason="otp_replayed", token="Pixel 8")
    say = pages.speaker("en", NOW).say
    assert event.outcome is Outcome.BAD
    assert say(event.said) == "Sign-in to VPN"
    assert event.more is not None
    assert say(event.more) == "the code of Pixel 8 was used before"


def test_a_reason_without_a_sentence_is_shown_by_its_name(pages: Pages) -> None:
    event = reasons.sign_in(datetime(2026, 1, 1, tzinfo=UTC), "", success=False, reason="new_thing")
    assert event.more is not None
    assert pages.speaker("en", NOW).say(event.more) == "refused: new_thing"
