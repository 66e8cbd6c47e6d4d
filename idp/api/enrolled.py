"""What the holder of a new token is shown, once: addresses for apps, keys, pictures to scan, options."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any
from urllib.parse import quote, urlencode

import msgspec
import segno

from idp.api.token_list import rollout_state
from mfa_engine.authentication.challenges import new_transaction_id
from mfa_engine.configuration.rules import Rules
from mfa_engine.identity.user import User
from mfa_engine.lifecycle.enrol import Enrolled

_PRODUCT = "Doorward"
_COMMON_HASH = "sha1"  # which apps take without being told


def shown_once(rules: Rules, made: Enrolled, user: User | None) -> dict[str, Any]:
    """The ``detail`` of an enrolment, by what the type hands over."""
    state = rollout_state(rules, made.kind, made.state)
    detail: dict[str, Any] = {"serial": made.serial, "rollout_state": state}
    if "secret" in made.handover:
        issuer = rules.settings.issuer_name
        detail |= _key_for_apps(made, user.login if user else made.serial, issuer)
    if "options" in made.handover:
        options = msgspec.json.decode(made.handover["options"])
        detail |= _registration(made.serial, options)
    return detail


def _key_for_apps(made: Enrolled, label: str, issuer: str) -> dict[str, Any]:
    shown = made.handover
    address = otpauth(made.kind, made.serial, label, issuer, shown)
    oath = {"name": label, "lockdown": "true", "key": shown["secret_hex"]}
    if "period" in shown:
        oath["timeBased"] = "true"
    return {
        "googleurl": _scannable("URL for an authenticator app", address),
        "oathurl": _scannable("URL for an OATH app", f"oathtoken:///addToken?{urlencode(oath)}"),
        "otpkey": {
            **_scannable("OTP seed", f"seed://{shown['secret_hex']}"),
            "value_b32": shown["secret"],
        },
    }


def otpauth(kind: str, serial: str, label: str, issuer: str, shown: Mapping[str, str]) -> str:
    """The address that authenticator apps read, in the order in which clients of the format know it."""
    moving = {"period": shown["period"]} if "period" in shown else {"counter": "1"}
    values = {"secret": shown["secret"], **moving, "digits": shown["digits"], "creator": _PRODUCT}
    values |= {"issuer": issuer, "serial": serial}
    if shown["algorithm"] != _COMMON_HASH:
        values["algorithm"] = shown["algorithm"].upper()
    return f"otpauth://{kind}/{quote(label, safe='@')}?{urlencode(values, quote_via=quote)}"


def _scannable(description: str, value: str) -> dict[str, str]:
    # make_qr, since make may choose a Micro QR code, which phones cannot read.
    picture = segno.make_qr(value, error="m").png_data_uri(scale=4)
    return {"description": description, "value": value, "img": picture}


def _registration(serial: str, options: Mapping[str, Any]) -> dict[str, Any]:
    """Creation options as the clients of the format read them."""
    transaction_id = new_transaction_id()
    asked = {
        "attestation": options["attestation"],
        "authenticatorSelection": options["authenticatorSelection"],
        "displayName": options["user"]["displayName"],
        "message": "Please register your security key",
        "name": options["user"]["name"],
        "nonce": options["challenge"],
        "pubKeyCredAlgorithms": options["pubKeyCredParams"],
        "relyingParty": options["rp"],
        "serialNumber": serial,
        "timeout": options["timeout"],
        "transaction_id": transaction_id,
    }
    if options.get("excludeCredentials"):
        asked["excludeCredentials"] = options["excludeCredentials"]
    return {"transaction_id": transaction_id, "webAuthnRegisterRequest": asked}
