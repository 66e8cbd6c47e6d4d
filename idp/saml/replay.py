"""A request is good once (SD-R14, SAML-13)."""

from __future__ import annotations

import hashlib

from sqlalchemy.exc import IntegrityError

from idp.saml.message import OneUse
from idp.services import IssueRefused, Refusal
from idp.storage.seen_request import insert_seen_request
from mfa_engine.unit import Unit


def claim(unit: Unit, one_use: OneUse) -> None:
    """Note the request in the transaction that answers it, or begins its login. One statement.

    Raises IssueRefused (REPLAYED) when it was seen before: that transaction writes nothing.
    """
    name = hashlib.sha256(f"{one_use.issuer}\0{one_use.id}".encode()).hexdigest()
    try:
        insert_seen_request(unit.connection, name, one_use.expires_at)
    except IntegrityError:
        raise IssueRefused(Refusal.REPLAYED) from None
