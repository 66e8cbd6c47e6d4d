"""An SMTP server that keeps every message it gets."""

import email.policy
import ssl
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from email.message import EmailMessage
from email.parser import BytesParser
from typing import Any

from aiosmtpd.controller import Controller
from aiosmtpd.smtp import AuthResult, Envelope, LoginPassword

from tests.support.certificates import ServerCertificate
from tests.support.ports import free_port


@dataclass(frozen=True, slots=True)
class Mail:
    """A message and the envelope that it came in."""

    sender: str
    recipients: tuple[str, ...]
    message: EmailMessage

    @property
    def text(self) -> str:
        """The plain-text part."""
        body = self.message.get_body(preferencelist=("plain",))
        return str(body.get_content()).replace("\r\n", "\n") if body else ""


class SmtpSink:
    """Where to send (`host`, `port`) and what came (`mails`, oldest first)."""

    def __init__(self, port: int) -> None:
        self.host = "127.0.0.1"
        self.port = port
        self.mails: list[Mail] = []
        self.refusal: str | None = None  # a reply such as "451 try later", in place of accepting mail
        self._arrived = threading.Condition()

    def wait_for(self, recipient: str, count: int = 1, within: float = 20.0) -> Mail:
        """The `count`th mail to `recipient`; waits `within` seconds for it. Raises TimeoutError."""
        with self._arrived:
            if not self._arrived.wait_for(lambda: len(self._sent_to(recipient)) >= count, within):
                raise TimeoutError(f"{len(self._sent_to(recipient))} of {count} mails came to {recipient}")
            return self._sent_to(recipient)[count - 1]

    async def handle_DATA(self, server: Any, session: Any, envelope: Envelope) -> str:
        """Called by aiosmtpd."""
        if self.refusal:
            return self.refusal
        content = envelope.content if isinstance(envelope.content, bytes) else b""
        message = BytesParser(EmailMessage, policy=email.policy.default).parsebytes(content)
        with self._arrived:
            self.mails.append(Mail(envelope.mail_from or "", tuple(envelope.rcpt_tos), message))
            self._arrived.notify_all()
        return "250 kept"

    def _sent_to(self, recipient: str) -> list[Mail]:
        return [mail for mail in self.mails if recipient in mail.recipients]


@contextmanager
def smtp_sink(
    certificate: ServerCertificate | None = None, login: tuple[str, str] | None = None
) -> Iterator[SmtpSink]:
    """A sink that runs while the block does.

    With a `certificate` it demands STARTTLS, with a `login` that name and password, too.
    """
    sink = SmtpSink(free_port())
    options: dict[str, Any] = {}
    if certificate:
        context = ssl.create_default_context(ssl.Purpose.CLIENT_AUTH)
        context.load_cert_chain(certificate.certificate, certificate.key)
        options |= {"tls_context": context, "require_starttls": True}
    if login:
        options |= {
            "auth_required": True,
            "auth_require_tls": certificate is not None,
            "authenticator": lambda *sent: AuthResult(success=matches(sent[-1], login), handled=False),
        }
    controller = Controller(sink, hostname=sink.host, port=sink.port, **options)
    controller.start()
    try:
        yield sink
    finally:
        controller.stop()


def matches(sent: object, login: tuple[str, str]) -> bool:
    return isinstance(sent, LoginPassword) and (sent.login.decode(), sent.password.decode()) == login
