"""A security key that is registered and used over the wire, as a validating client's page does it."""

from __future__ import annotations

import base64
from dataclasses import dataclass, field
from typing import Any

from tests.http.api.wire import Answer, Wire
from tests.support.devices import new_authenticator
from tests.unit.mfa_engine.algorithms.soft_authenticator import SoftAuthenticator

RP_ID, ORIGIN = "idp.example.org", "https://idp.example.org"
LEGACY = ("credentialid", "clientdata", "authenticatordata", "signaturedata")
PASSKEY = ("credential_id", "clientDataJSON", "authenticatorData", "signature")


@dataclass
class Key:
    """One key of one token."""

    serial: str
    authenticator: SoftAuthenticator = field(repr=False)

    def register(self, asked: dict[str, Any], **changes: object) -> dict[str, str]:
        """The fields of step two, for the request of step one. Clients give the key the serial as handle."""
        self.authenticator.user_handle = asked["serialNumber"].encode()
        data = self.authenticator.registration_data(rp_id=RP_ID)
        sent = self.authenticator.create(_bytes(asked["nonce"]), data, **{"origin": ORIGIN, **changes})
        response = sent["response"]
        return {
            "transaction_id": asked["transaction_id"],
            "regdata": response["attestationObject"],
            "clientdata": response["clientDataJSON"],
        }

    def sign(
        self, asked: dict[str, Any], names: tuple[str, ...] = LEGACY, **changes: object
    ) -> dict[str, str]:
        """The fields that answer a ``webAuthnSignRequest``."""
        self.authenticator.sign_count += 1
        sent = self.authenticator.get(
            _bytes(asked["challenge"]), rp_id=RP_ID, **{"origin": ORIGIN, **changes}
        )
        response = sent["response"]
        values = (
            sent["id"],
            response["clientDataJSON"],
            response["authenticatorData"],
            response["signature"],
        )
        handle = "userHandle" if names is PASSKEY else "userhandle"
        return {**dict(zip(names, values, strict=True)), handle: response["userHandle"]}


def begin(caller: Wire, **fields: str) -> tuple[Key, dict[str, Any]]:
    """Step one of an enrolment: the key, and what it is asked for."""
    answer = caller.post("/token/init", type="webauthn", **fields)
    assert answer.status == 200, answer
    serial = answer.detail["serial"]
    return Key(serial, new_authenticator(serial)), answer.detail["webAuthnRegisterRequest"]


def finish(caller: Wire, key: Key, fields: dict[str, str], **more: str) -> Answer:
    """Step two."""
    values = {"type": "webauthn", "serial": key.serial, **fields, **more}
    return caller.call("POST", "/token/init", values, headers={"Origin": ORIGIN})


def enrolled(caller: Wire, **fields: str) -> Key:
    """A key that is good for use."""
    key, asked = begin(caller, **fields)
    answer = finish(caller, key, key.register(asked))
    assert answer.status == 200, answer
    return key


def answer(caller: Wire, fields: dict[str, str], **more: str) -> Answer:
    """Send an assertion to ``/validate/check``."""
    return caller.call("POST", "/validate/check", {**fields, "pass": "", **more}, headers={"Origin": ORIGIN})


def _bytes(text: str) -> bytes:
    return base64.urlsafe_b64decode(text + "=" * (-len(text) % 4))
