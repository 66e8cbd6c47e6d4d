"""Security key: WebAuthn as a second factor (Level 3, sections 7.1 and 7.2)."""

from __future__ import annotations

import base64
import hashlib
import secrets
from collections.abc import Mapping
from datetime import datetime, timedelta
from typing import Any, ClassVar

import msgspec

from mfa_engine.algorithms.webauthn import (
    Account,
    AuthenticationAnswer,
    CeremonyRefused,
    CredentialHandle,
    Reason,
    RegistrationAnswer,
    RegistrationRules,
    RelyingParty,
    StoredCredential,
    UserVerification,
    authentication_from_fields,
    authentication_from_json,
    authentication_options,
    new_challenge,
    registration_from_fields,
    registration_from_json,
    registration_options,
    verify_authentication,
    verify_registration,
)
from mfa_engine.errors import InvalidField
from mfa_engine.settings import EngineSettings
from mfa_engine.storage.challenge import ChallengeRow
from mfa_engine.storage.token import TokenRow
from mfa_engine.tokentypes.base import (
    Answer,
    AnswersChallenge,
    ClientMode,
    Enrolment,
    EnrolmentRequest,
    Opening,
    Prompt,
    ProvesByRegistration,
    Refusal,
    Spend,
    Token,
)
from mfa_engine.tokentypes.worth import Factor, Worth

_LIFE = timedelta(minutes=5)  # of a challenge (FIDO-01)
_RULES = RegistrationRules(UserVerification.PREFERRED)
_METHODS = frozenset({"swk", "pop", "user"})  # nothing attests hardware here
_PRESENT = Worth(frozenset({Factor.POSSESSION}), _METHODS, phishing_resistant=True)
_REFUSALS = {
    Reason.SIGN_COUNT: Refusal.CLONED,
    Reason.MALFORMED: Refusal.MALFORMED,
    Reason.USER_VERIFICATION: Refusal.USER_NOT_VERIFIED,
}


class SecurityKey(AnswersChallenge, ProvesByRegistration):
    """The token's ``counter`` is the highest sign count seen; ``lookup`` the hash of its credential id."""

    name: ClassVar[str] = "webauthn"
    prefix: ClassVar[str] = "WAN"
    worth: ClassVar[Worth] = Worth(_PRESENT.factors, _METHODS, phishing_resistant=True, user_verified=True)
    mode: ClassVar[ClientMode] = ClientMode.WEBAUTHN
    can_ask = True
    tries = 1  # a challenge is spent by its first answer, right or wrong

    def __init__(self, settings: EngineSettings) -> None:
        self._party = RelyingParty(settings.relying_party_id, settings.issuer_name, settings.origins)

    def enrol(self, request: EnrolmentRequest) -> Enrolment:
        """The options that the holder's browser makes a key from; whole only after ``finish``."""
        known = [_credential(row) for row in request.siblings if _is_whole(row)]
        handle = known[0].user_handle if known else secrets.token_bytes(32)
        name = request.user.login if request.user else request.serial
        display_name = request.user.display_name if request.user else request.serial
        challenge = new_challenge()
        options = registration_options(
            self._party,
            Account(handle, name, display_name),
            challenge,
            _RULES,
            [CredentialHandle(credential.id) for credential in known],
        )
        details = {"challenge": _text(challenge), "user_handle": _text(handle)}
        handover = {"options": msgspec.json.encode(options).decode()}
        return Enrolment(details=details, handover=handover, proof_needed=True)

    def finish(self, token: Token, answer: Answer, now: datetime) -> Enrolment:
        """Check the new key against what was asked of it. Raises InvalidField."""
        details = token.row.details
        if now >= token.row.created_at + _LIFE:
            raise InvalidField("challenge", "is too old: begin again")
        try:
            made = verify_registration(
                self._party, _RULES, _bytes(details["challenge"]), _registration(answer.fields)
            )
        except CeremonyRefused as error:
            raise InvalidField(str(error.reason), error.explanation) from None
        return Enrolment(
            counter=made.sign_count,
            details={
                "user_handle": details["user_handle"],
                "credential_id": _text(made.id),
                "public_key": _text(made.public_key),
                "backup_eligible": made.backup_eligible,
                "transports": list(made.transports),
                "aaguid": str(made.aaguid),
            },
            lookup=hashlib.sha256(made.id).hexdigest(),
            worth=_worth(user_verified=made.user_verified, backup_eligible=made.backup_eligible),
        )

    def challenge(self, token: Token, opening: Opening) -> Prompt:
        """All keys of a transaction are asked with one challenge; a client merges what is allowed."""
        handle = CredentialHandle(_credential(token.row).id, tuple(token.row.details["transports"]))
        options = authentication_options(self._party, opening.nonce, [handle], UserVerification.PREFERRED)
        return Prompt(
            message="Use your security key",
            mode=self.mode,
            life=_LIFE,
            stored={"challenge": _text(opening.nonce)},
            shown={"options": options},
        )

    def verify_answer(self, token: Token, challenge: ChallengeRow, answer: Answer) -> Spend | Refusal | None:
        """Judge an assertion on its signed bytes; user verification is read from them, not asked for."""
        if not answer.fields:
            return None
        stored = _credential(token.row)
        try:
            given = _assertion(answer.fields)
            if given.credential_id != stored.id:
                return None
            verified = verify_authentication(
                self._party,
                _bytes(challenge.prompt["challenge"]),
                stored,
                given,
                require_user_verification=False,
            )
        except CeremonyRefused as error:
            return _REFUSALS.get(error.reason, Refusal.WRONG)
        worth = _worth(user_verified=verified.user_verified, backup_eligible=stored.backup_eligible)
        counts = verified.sign_count > token.row.counter
        return Spend(worth, verified.sign_count if counts else None, token.row.details)


def _worth(*, user_verified: bool, backup_eligible: bool) -> Worth:
    return Worth(
        _PRESENT.factors,
        _METHODS,
        phishing_resistant=True,
        user_verified=user_verified,
        device_bound=not backup_eligible,
    )


def _is_whole(row: TokenRow) -> bool:
    return "credential_id" in row.details


def _credential(row: TokenRow) -> StoredCredential:
    details = row.details
    return StoredCredential(
        _bytes(details["credential_id"]),
        _bytes(details["public_key"]),
        max(row.counter, 0),
        details["backup_eligible"],
        _bytes(details["user_handle"]),
    )


def _assertion(fields: Mapping[str, str]) -> AuthenticationAnswer:
    if "credential" in fields:
        return authentication_from_json(_parsed(fields["credential"]))
    return authentication_from_fields(
        _either(fields, "credentialid", "credential_id"),
        _either(fields, "clientdata", "clientDataJSON"),
        _either(fields, "authenticatordata", "authenticatorData"),
        _either(fields, "signaturedata", "signature"),
        _either(fields, "userhandle", "userHandle") or None,
    )


def _registration(fields: Mapping[str, str]) -> RegistrationAnswer:
    if "credential" in fields:
        return registration_from_json(_parsed(fields["credential"]))
    return registration_from_fields(
        _either(fields, "clientdata", "clientDataJSON"), _either(fields, "regdata", "attestationObject")
    )


def _either(fields: Mapping[str, str], one: str, other: str) -> str:
    return fields.get(one) or fields.get(other) or ""


def _parsed(text: str) -> Any:
    try:
        return msgspec.json.decode(text)
    except (msgspec.DecodeError, RecursionError):
        raise CeremonyRefused(Reason.MALFORMED, "credential is not JSON") from None


def _text(value: bytes) -> str:
    return base64.urlsafe_b64encode(value).decode().rstrip("=")


def _bytes(text: str) -> bytes:
    return base64.urlsafe_b64decode(text + "=" * (-len(text) % 4))
