"""Mail: addresses and headers that hide nothing, and the conversation with a mail server."""

from __future__ import annotations

import logging
from dataclasses import replace
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from mfa_engine.delivery.email import SmtpCarrier, SmtpSecurity, SmtpSettings, email, masked
from mfa_engine.delivery.outbox import CarrierFailed
from mfa_engine.errors import InvalidField
from tests.support.certificates import Authority
from tests.support.ports import free_port
from tests.support.smtp import SmtpSink, smtp_sink

CODE = "483920"


def settings(sink: SmtpSink, **more: object) -> SmtpSettings:
    plain = SmtpSettings(sink.host, sink.port, "doorward@example.org", "Doorward", SmtpSecurity.NONE)
    return replace(plain, **more)


def message(
    to: str = "alice@example.org", subject: str = "Your code", text: str = f"Code {CODE}"
) -> dict[str, str]:
    return dict(email(to, subject, text).content)


class TestAddresses:
    @pytest.mark.parametrize(
        "address",
        [
            "a@b",
            "alice@example.org",
            "first.last+tag@sub.example.org",
            "o'neil@example.org",
            "{0}%x@xn--bcher-kva.example",
            "x" * 64 + "@example.org",
            "a@" + ".".join(["b" * 50] * 4),
        ],
    )
    def test_are_taken_as_they_are(self, address: str) -> None:
        assert email(address, "s", "t").content["to"] == address

    @pytest.mark.parametrize(
        "address",
        [
            "",
            "alice",
            "@example.org",
            "alice@",
            "alice@@example.org",
            "a@b@c",
            "alice @example.org",
            " alice@example.org",
            "alice@example.org ",
            "alice@exa mple.org",
            "alice@.example.org",
            "alice@example..org",
            "alice@example.org.",
            "alice@-example.org",
            ".alice@example.org",
            "alice.@example.org",
            "al..ice@example.org",
            '"alice"@example.org',
            "alice(comment)@example.org",
            "<alice@example.org>",
            "Alice <alice@example.org>",
            "alice@example.org, bob@example.org",
            "alice@example.org;bob@example.org",
            "alice@[192.0.2.7]",
            "alice@example.org\r\nBcc: bob@example.org",
            "alice@example.org\n",
            "alice\x00@example.org",
            "zoë@example.org",
            "alice@bücher.example",
            "=?utf-8?q?a?=@example.org\t",
            "x" * 65 + "@example.org",
            "a@" + ".".join(["b" * 60] * 5),
            "a@" + "b" * 64,
        ],
    )
    def test_OOB_06_others_are_refused(self, address: str) -> None:
        with pytest.raises(InvalidField):
            email(address, "s", "t")

    @given(st.text(max_size=300))
    def test_OOB_06_any_text_is_taken_or_refused_and_nothing_else(self, text: str) -> None:
        try:
            taken = email(text, "s", "t").content["to"]
        except InvalidField:
            return
        assert taken == text
        assert text.isascii()
        assert text.isprintable()
        assert text.count("@") == 1

    @pytest.mark.parametrize(
        ("address", "shown"),
        [
            ("alice@riverside.example", "a…e@r…e.example"),
            ("a@b", "…@…"),
            ("ab@cd.ef.gh", "a…b@c…d.ef.gh"),
            ("", "…@…"),
        ],
    )
    def test_are_shown_masked(self, address: str, shown: str) -> None:
        assert masked(address) == shown


class TestSubjects:
    @pytest.mark.parametrize("subject", ["a\r\nBcc: b@example.org", "a\nb", "a\rb", "a\x00b"])
    def test_OOB_06_of_more_than_one_line_are_refused(self, subject: str) -> None:
        with pytest.raises(InvalidField):
            email("alice@example.org", subject, "t")

    def test_may_be_of_any_script_and_hold_braces(self, smtp_sink: SmtpSink) -> None:
        SmtpCarrier(settings(smtp_sink)).carry(
            message(subject="{code} %s Ihr Code für Zoë 🔑", text="{code}")
        )
        [mail] = smtp_sink.mails
        assert mail.message["Subject"] == "{code} %s Ihr Code für Zoë 🔑"
        assert mail.text.strip() == "{code}"


class TestCarrying:
    def test_a_mail_arrives_with_the_headers_it_should_have(self, smtp_sink: SmtpSink) -> None:
        SmtpCarrier(settings(smtp_sink)).carry(message())
        [mail] = smtp_sink.mails
        assert (mail.sender, mail.recipients) == ("doorward@example.org", ("alice@example.org",))
        assert mail.message["From"] == "Doorward <doorward@example.org>"
        assert mail.message["Auto-Submitted"] == "auto-generated"
        assert mail.message["Message-ID"].endswith("@example.org>")
        assert mail.text.strip() == f"Code {CODE}"

    @pytest.mark.parametrize("refusal", ["451 try later", "550 no", "421 closing"])
    def test_OTP_13_a_refusal_is_told_without_the_text(
        self, smtp_sink: SmtpSink, refusal: str, caplog: pytest.LogCaptureFixture
    ) -> None:
        caplog.set_level(logging.DEBUG)
        smtp_sink.refusal = f"{refusal} {CODE}"
        with pytest.raises(CarrierFailed) as failed:
            SmtpCarrier(settings(smtp_sink)).carry(message())
        ours = [record.getMessage() for record in caplog.records if record.name != "mail.log"]  # the sink's
        assert CODE not in f"{failed.value!r} {failed.value} {ours}"
        assert failed.value.__cause__ is None

    def test_nobody_there_is_a_failure(self) -> None:
        nowhere = SmtpSettings("127.0.0.1", free_port(), "a@example.org", security=SmtpSecurity.NONE)
        with pytest.raises(CarrierFailed, match="ConnectionRefusedError"):
            SmtpCarrier(nowhere).carry(message())

    @pytest.mark.parametrize(
        "wrong",
        [
            {"sender": ""},
            {"sender": "no address"},
            {"sender": "a@b@c"},
            {"sender": "name@"},
            {"sender_name": "Doorward\r\nBcc: b@example.org"},
        ],
    )
    def test_a_message_that_cannot_be_written_is_a_failure(
        self, smtp_sink: SmtpSink, wrong: dict[str, str]
    ) -> None:
        with pytest.raises(CarrierFailed):
            SmtpCarrier(settings(smtp_sink, **wrong)).carry(message())
        with pytest.raises(CarrierFailed):
            SmtpCarrier(settings(smtp_sink)).carry({**message(), "to": "nobody"})
        assert smtp_sink.mails == []

    def test_the_password_is_in_no_repr(self) -> None:
        assert "hush" not in repr(SmtpSettings("h", 25, "a@b", username="u", password="hush"))


class TestStartTls:
    LOGIN = ("doorward", "canary password")

    def test_verifies_the_server_and_logs_in_behind_it(self, authority: Authority) -> None:
        with smtp_sink(authority.issue("localhost"), self.LOGIN) as sink:
            carrier = SmtpCarrier(self.trusting(sink, authority.certificate))
            carrier.carry(message())
            assert len(sink.mails) == 1

    def test_an_unknown_certificate_is_refused_and_no_password_sent(self, authority: Authority) -> None:
        with smtp_sink(authority.issue("localhost"), self.LOGIN) as sink:
            with pytest.raises(CarrierFailed, match="SSLCertVerificationError"):
                SmtpCarrier(self.trusting(sink, None)).carry(message())
            assert sink.mails == []

    def test_a_certificate_of_another_name_is_refused(self, authority: Authority) -> None:
        with smtp_sink(authority.issue("elsewhere.example"), self.LOGIN) as sink:
            with pytest.raises(CarrierFailed, match="SSLCertVerificationError"):
                SmtpCarrier(self.trusting(sink, authority.certificate)).carry(message())
            assert sink.mails == []

    def test_a_server_without_it_gets_nothing(self, smtp_sink: SmtpSink, authority: Authority) -> None:
        with pytest.raises(CarrierFailed, match="SMTPNotSupportedError"):
            SmtpCarrier(self.trusting(smtp_sink, authority.certificate)).carry(message())
        assert smtp_sink.mails == []

    def test_a_wrong_password_is_a_failure_that_does_not_show_it(self, authority: Authority) -> None:
        with smtp_sink(authority.issue("localhost"), ("doorward", "another")) as sink:
            with pytest.raises(CarrierFailed) as failed:
                SmtpCarrier(self.trusting(sink, authority.certificate)).carry(message())
            assert "canary" not in f"{failed.value!r}"

    def trusting(self, sink: SmtpSink, trust: Path | None) -> SmtpSettings:
        username, password = self.LOGIN
        return settings(
            sink,
            host="localhost",
            security=SmtpSecurity.STARTTLS,
            trust=trust,
            username=username,
            password=password,
        )
