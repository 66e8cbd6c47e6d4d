"""A code by mail: sent by a served Doorward, read from a real SMTP server, typed in Chromium."""

import re

import pytest
from playwright.sync_api import expect

from mfa_engine.lifecycle.enrol import Wanted, enrol
from tests.support.served import new_installation
from tests.support.signing_in import give_password


@pytest.fixture
def served(run, smtp_sink):
    """Where Alice has no other second factor than her mailbox, and policy accepts that."""
    served = new_installation(
        run.new_folder("mail"),
        MAIL_HOST=smtp_sink.host,
        MAIL_PORT=str(smtp_sink.port),
        MAIL_SECURITY="none",
        MAIL_SENDER="login@example.org",
    )
    with served.inside() as idp:
        idp.policies({"name": "mail", "then": {"tokentype": ["email", "totp"]}})
        alice = idp.person("alice", email="alice@example.org", app=False)
        wanted = Wanted("email", alice.user, {"email": "alice@example.org"}, proof_needed=False)
        enrol(idp.services.engine, idp.rules, idp.origin, wanted)
    served.start()
    yield served
    served.stop()


def test_a_code_that_came_by_mail_opens_the_login(served, smtp_sink, page):
    page.goto(f"{served.base}/account/")
    give_password(page, "alice", "the password of alice")
    page.get_by_role("button", name="Send the code").click()
    mail = smtp_sink.wait_for("alice@example.org")
    assert mail.sender == "login@example.org"
    code = re.search(r"^Your code: (\d+)$", mail.text, re.MULTILINE)[1]
    assert code not in mail.message["Subject"]

    field = page.get_by_label(f"{len(code)}-digit code")
    field.fill(code[::-1] if code != code[::-1] else "0" * len(code))
    page.get_by_role("button", name="Continue").click()
    expect(page.get_by_text("This code is not right.")).to_be_visible()
    field.fill(code)
    page.get_by_role("button", name="Continue").click()
    expect(page.get_by_role("heading", name="Ways to sign in", exact=True)).to_be_visible()
    assert len(smtp_sink.mails) == 1
