"""Redeeming an authorization code: look, ask, record. What is decided stands in ``authorization_code``."""

from __future__ import annotations

from dataclasses import dataclass, field

from idp.login.context import still_let_in
from idp.oidc.errors import JsonAnswer
from idp.oidc.grants.authorization_code import (
    HOLDER,
    REPLAYED,
    UNKNOWN,
    CodeRequest,
    Redeemable,
    Refused,
    read_code_request,
    redeem,
)
from idp.oidc.grants.issued_code import PURPOSE, IssuedCode
from idp.oidc.names import Names
from idp.oidc.parameters import Parameters
from idp.oidc.signing_keys import SigningKey
from idp.oidc.tokens.access_token import LIFETIME
from idp.oidc.tokens.answer import token_answer
from idp.oidc.tokens.handle import Handle, HandleKind, new_handle
from idp.oidc.tokens.id_token import IdTokenClaims, sign_id_token
from idp.services import Services
from idp.storage.access_token import AccessTokenRow, insert_access_token, revoke_grant
from idp.storage.one_time import IssuedRow, read_issued, read_one_time, spend_issued, spend_one_time
from metadata.oidc.relying_party import RelyingParty
from mfa_engine import audit
from mfa_engine.audit import Entry, Origin, Subject
from mfa_engine.unit import Unit

EVENT = "oauth.token"
REPLAY = "oauth.code.replayed"


@dataclass(frozen=True, slots=True)
class _Attempt:
    """One redemption: by whom, of what, and what was decided. ``digest`` is empty for no code of ours."""

    origin: Origin
    digest: str = field(repr=False)
    code: IssuedCode | None
    verdict: Redeemable | Refused


def redeem_code(
    services: Services, names: Names, key: SigningKey, origin: Origin, client: RelyingParty, form: Parameters
) -> JsonAnswer:
    """Tokens for a code of ``client``, which is authenticated.

    Four statements: the code with what it rests on, its spending, the access token, the audit row. Raises
    OAuthError: ``invalid_request``, ``invalid_grant``; what else a refusal brings is committed before.
    """
    request = read_code_request(form)
    attempt = _judged(services, origin, client, request)
    handle = new_handle(HandleKind.ACCESS_TOKEN)
    refused = services.engine.record(lambda unit: _settle(unit, attempt, handle))
    code = attempt.code
    if refused is not None or code is None:
        raise (refused or UNKNOWN).error
    id_token = None
    if "openid" in code.scope:
        claims = _claims(services.capabilities.issuer, names, code, handle)
        id_token = sign_id_token(claims, key, services.engine.now())
    return token_answer(handle.value, code.scope, id_token)


def _judged(services: Services, origin: Origin, client: RelyingParty, request: CodeRequest) -> _Attempt:
    engine, digest = services.engine, request.code_digest or ""
    row = engine.look(lambda view: read_issued(view.connection, PURPOSE, digest, view.now))
    if row is None:
        return _Attempt(origin, digest, None, redeem(None, request, client, engine.now()))
    code = IssuedCode.read(row.document)
    stored = code.state(spent=row.spent, holder_allowed=_allowed(services, row, code))
    return _Attempt(origin, digest, code, redeem(stored, request, client, engine.now()))


def _allowed(services: Services, row: IssuedRow, code: IssuedCode) -> bool:
    """The session lives, the client is enabled, and the person too, as of a minute ago (OIDC-30)."""
    if row.spent or not row.standing:
        return row.standing
    return still_let_in(services, services.engine.rules(), code.person) is not None


def _settle(unit: Unit, attempt: _Attempt, handle: Handle) -> Refused | None:
    """Spend the code, or do what its refusal demands, with the audit row; None when the token is stored."""
    verdict, code = attempt.verdict, attempt.code
    if isinstance(verdict, Redeemable) and code is not None:
        if spend_issued(unit.connection, PURPOSE, attempt.digest, unit.now):
            insert_access_token(unit.connection, handle.digest, _row(unit, code))
            _audit(unit, attempt, EVENT)
            return None
        verdict = _why_not_spent(unit, attempt.digest)
    refused = verdict if isinstance(verdict, Refused) else UNKNOWN
    if refused.burn_code:
        spend_one_time(unit.connection, PURPOSE, attempt.digest)
    if refused.revoke_grant and code is not None:
        revoke_grant(unit.connection, code.grant_id)
    _audit(unit, attempt, REPLAY if refused is REPLAYED else EVENT, refused)
    return refused


def _why_not_spent(unit: Unit, digest: str) -> Refused:
    """Another request was first, or the login that it stands for has ended in this very moment."""
    row = read_one_time(unit.connection, PURPOSE, digest)
    return REPLAYED if row is None or row.spent else HOLDER


def _row(unit: Unit, code: IssuedCode) -> AccessTokenRow:
    person = code.person
    return AccessTokenRow(
        code.grant_id,
        code.session_id,
        code.client_id,
        person.resolver,
        person.uid,
        person.realm,
        sorted(code.scope),
        unit.now,
        unit.now + LIFETIME,
    )


def _audit(unit: Unit, attempt: _Attempt, event: str, refused: Refused | None = None) -> None:
    code = attempt.code
    whom, details = Subject(), {}
    if code is not None:
        whom = Subject(code.person.login, code.person.realm, code.person.resolver, code.person.uid)
        details = {"grant": code.grant_id, "client": code.client_id}
    reason = refused.reason.value if refused else ""
    audit.record(unit, attempt.origin, Entry(event, refused is None, reason, whom, details=details))


def _claims(issuer: str, names: Names, code: IssuedCode, handle: Handle) -> IdTokenClaims:
    return IdTokenClaims(
        issuer=issuer,
        subject=names.subject(code.person.key),
        client_id=code.client_id,
        auth_time=code.auth_time,
        acr=code.acr,
        amr=code.amr,
        sid=code.sid,
        nonce=code.nonce,
        access_token=handle.value,
    )
