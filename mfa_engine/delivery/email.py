"""Mail over SMTP: STARTTLS or TLS with verified certificates, one short conversation a message."""

from __future__ import annotations

import re
import smtplib
import ssl
from collections.abc import Mapping
from dataclasses import dataclass, field
from email.errors import MessageError
from email.headerregistry import Address
from email.message import EmailMessage
from email.utils import make_msgid
from enum import StrEnum
from pathlib import Path

from mfa_engine.delivery.outbox import CarrierFailed, Message
from mfa_engine.errors import InvalidField


class SmtpSecurity(StrEnum):
    """How the conversation with the mail server is protected."""

    STARTTLS = "starttls"
    TLS = "tls"
    NONE = "none"  # for a server on this machine only


@dataclass(frozen=True, slots=True)
class SmtpSettings:
    """The mail server that takes our messages."""

    host: str
    port: int
    sender: str  # the From address
    sender_name: str = ""
    security: SmtpSecurity = SmtpSecurity.STARTTLS
    username: str = ""
    password: str = field(default="", repr=False)
    trust: Path | None = None  # certificate authorities; None: the system's
    timeout_seconds: float = 3.0


_LONGEST_ADDRESS = 254  # RFC 5321, section 4.5.3.1.3, less the angle brackets
_ATOM = r"[A-Za-z0-9!#$%&'*+/=?^_`{|}~-]+"
_LABEL = r"[A-Za-z0-9](?:[A-Za-z0-9-]{0,61}[A-Za-z0-9])?"
_ADDRESS = re.compile(rf"(?P<local>(?=.{{1,64}}@){_ATOM}(?:\.{_ATOM})*)@(?P<domain>{_LABEL}(?:\.{_LABEL})*)")


def email(to: str, subject: str, text: str) -> Message:
    """A message for the outbox. Raises InvalidField for an address or subject that could smuggle a header
    (OOB-06)."""
    if any(c in to + subject for c in "\r\n\0"):
        raise InvalidField("email", "give an address and a subject of one line")
    mailbox(to)
    return Message("email", {"to": to, "subject": subject, "text": text})


def masked(address: str) -> str:
    """``alice@riverside.example`` as ``a…e@r…e.example``: enough for the owner, little for a stranger."""
    local, _, domain = address.rpartition("@")
    name, dot, rest = domain.partition(".")
    return f"{_hidden(local)}@{_hidden(name)}{dot}{rest}"


class SmtpCarrier:
    """Carries ``email`` messages to the mail server."""

    def __init__(self, settings: SmtpSettings) -> None:
        self._settings = settings

    def carry(self, content: Mapping[str, str]) -> None:
        """Hand one message to the mail server. Raises CarrierFailed, without the message's text."""
        try:
            self._send(_built(self._settings, content))
        except (OSError, smtplib.SMTPException, *_NOT_BUILT) as error:
            raise CarrierFailed(type(error).__name__) from None  # their text may quote ours

    def _send(self, message: EmailMessage) -> None:
        settings = self._settings
        with self._connected() as server:
            if settings.username:
                server.login(settings.username, settings.password)
            server.send_message(message)

    def _connected(self) -> smtplib.SMTP:
        settings = self._settings
        trust = ssl.create_default_context(cafile=settings.trust and str(settings.trust))
        if settings.security is SmtpSecurity.TLS:
            return smtplib.SMTP_SSL(
                settings.host, settings.port, timeout=settings.timeout_seconds, context=trust
            )
        server = smtplib.SMTP(settings.host, settings.port, timeout=settings.timeout_seconds)
        if settings.security is SmtpSecurity.STARTTLS:
            try:
                server.starttls(context=trust)
            except (OSError, smtplib.SMTPException):
                server.close()
                raise
        return server


_NOT_BUILT = (InvalidField, MessageError, ValueError, IndexError)  # the library's own, for odd headers


def _built(settings: SmtpSettings, content: Mapping[str, str]) -> EmailMessage:
    """The message with its headers. Raises one of _NOT_BUILT for what no header can hold."""
    sender = mailbox(settings.sender)
    message = EmailMessage()
    message["From"] = Address(settings.sender_name, sender.username, sender.domain)
    message["To"] = mailbox(content["to"])
    message["Subject"] = content["subject"]
    message["Message-ID"] = make_msgid(domain=sender.domain)
    message["Auto-Submitted"] = "auto-generated"
    message.set_content(content["text"])
    return message


def mailbox(text: str) -> Address:
    """A mailbox of RFC 5321, section 4.1.2, without quoted names and address literals. Raises InvalidField.

    Not read by the standard library: its parser takes blanks and comments, and fails in many ways.
    """
    parts = _ADDRESS.fullmatch(text) if len(text) <= _LONGEST_ADDRESS else None
    if parts is None:
        raise InvalidField("email", "give one mail address, like name@example.org")
    return Address(username=parts["local"], domain=parts["domain"])


def _hidden(part: str) -> str:
    return f"{part[0]}…{part[-1]}" if len(part) > 1 else "…"
