"""Challenges as clients show them: one entry each, and the last one's keys beside the list for old clients.
Pure."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from mfa_engine.authentication.outcome import Prompted
from mfa_engine.tokentypes.base import ClientMode

NONE_OPENED: dict[str, Any] = {"messages": [], "multi_challenge": [], "transaction_ids": []}

_PREFERRED = (ClientMode.INTERACTIVE, ClientMode.WEBAUTHN)
_TRANSPORTS = ["usb", "nfc", "ble", "internal"]  # where the key never said how it is reached: any way
_CODE_PROMPT = "please enter otp: "

Entry = dict[str, Any]


def entries(transaction_id: str, prompts: Sequence[Prompted]) -> list[Entry]:
    """One entry a challenge, all of one transaction."""
    return [_entry(transaction_id, p.serial, p.kind, p.message, p.mode, _attributes(p)) for p in prompts]


def code_entry(transaction_id: str, serial: str, kind: str) -> Entry:
    """The entry of a token that needs no challenge: its code is asked for."""
    return _entry(transaction_id, serial, kind, _CODE_PROMPT, ClientMode.INTERACTIVE, None)


def detail(opened: Sequence[Entry]) -> dict[str, Any]:
    """What an answer that opens these challenges carries; there is one at least."""
    last = opened[-1]
    messages = [entry["message"] for entry in opened]
    modes = {entry["client_mode"] for entry in opened}
    return {
        "attributes": last["attributes"],
        "client_mode": last["client_mode"],
        "message": ", ".join(dict.fromkeys(messages)),
        "messages": messages,
        "multi_challenge": list(opened),
        "preferred_client_mode": next(mode for mode in _PREFERRED if mode in modes),
        "serial": last["serial"],
        "transaction_id": last["transaction_id"],
        "transaction_ids": [entry["transaction_id"] for entry in opened],
        "type": last["type"],
    }


def _entry(
    transaction_id: str,
    serial: str,
    kind: str,
    message: str,
    mode: ClientMode,
    attributes: Mapping[str, Any] | None,
) -> Entry:
    return {
        "attributes": attributes,
        "client_mode": mode,
        "message": message,
        "serial": serial,
        "transaction_id": transaction_id,
        "type": kind,
    }


def _attributes(prompted: Prompted) -> dict[str, Any] | None:
    if prompted.mode is not ClientMode.WEBAUTHN:
        return None
    options = prompted.shown["options"]
    allowed = [
        {"id": key["id"], "type": key["type"], "transports": key.get("transports") or _TRANSPORTS}
        for key in options["allowCredentials"]
    ]
    return {
        "hideResponseInput": True,
        "img": "",
        "webAuthnSignRequest": {
            "challenge": options["challenge"],
            "rpId": options["rpId"],
            "timeout": options["timeout"],
            "userVerification": options["userVerification"],
            "allowCredentials": allowed,
        },
    }
