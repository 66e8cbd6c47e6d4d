"""A token in the making, bound to the session that began it: no other is shown its secret (SELF-03).

The ticket stands in the address of the set-up page, so that a reload shows the same token again and no
node keeps anything. It names the token and seals it with session and owner.
"""

from __future__ import annotations

import base64
import hmac

from idp.web.visitor import Visitor
from mfa_engine.errors import NotFound
from mfa_engine.identity.user import UserKey

_PURPOSE = "enrolment ticket"


def ticket_for(visitor: Visitor, owner: UserKey, serial: str) -> str:
    """The ticket of a token that this session has begun for ``owner``."""
    return f"{serial}.{_seal(visitor, owner, serial)}"


def serial_of(visitor: Visitor, owner: UserKey, ticket: str) -> str:
    """The token's serial. Raises NotFound for a ticket of another session, person or token."""
    serial, _, sealed = ticket.rpartition(".")
    if not hmac.compare_digest(sealed.encode(), _seal(visitor, owner, serial).encode()):
        raise NotFound("enrolment", serial)
    return serial


def _seal(visitor: Visitor, owner: UserKey, serial: str) -> str:
    keyring = visitor.services.keyring
    bound = "\0".join((visitor.session.id, owner.resolver, owner.uid, serial))
    mac = hmac.digest(keyring.key(_PURPOSE, keyring.newest), bound.encode(), "sha256")
    return base64.urlsafe_b64encode(mac).decode().rstrip("=")
