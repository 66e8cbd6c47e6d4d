"""/saml/sso: an AuthnRequest comes in; it is answered from a live session, or begins a login."""

from __future__ import annotations

from datetime import datetime

import msgspec
from flask import Response, request

from idp.login.begin import Wanted, answer_or_begin
from idp.login.door import held, origin_of_request
from idp.observe.request_id import request_id
from idp.saml import rejected
from idp.saml.answerer import StoredRequest
from idp.saml.bindings import redirect
from idp.saml.errors import PageError
from idp.saml.face import Face
from idp.saml.replay import claim
from idp.saml.sso import request as authn_request
from idp.saml.sso.address import ReturnAddress
from idp.saml.sso.checks import Accepted, Refused, judge
from idp.saml.status import unavailable
from mfa_engine.authentication.assurance import Asked, fresh_since
from mfa_engine.errors import Busy, Unavailable


def sign_on(face: Face) -> Response:
    """Budget, from a live session: 5 SQL statements (session, seen request, touch, participant, audit)."""
    services = face.services
    now = services.clock()
    try:
        received = redirect.receive(request.query_string, request.get_data())
        asked = authn_request.read(received.root)
    except PageError as error:
        return rejected.refuse(face, error)
    issuer = asked.header.issuer
    found = face.partners.enabled(issuer)
    try:
        verdict = judge(asked, received, found.provider if found else None, face.endpoint, now)
    except PageError as error:
        return rejected.refuse_sign_on(face, error, issuer)
    if isinstance(verdict, Refused):
        rejected.note(face, verdict.reason, issuer)
        return face.responses.failure(verdict.status, verdict.address)
    return _accepted(face, _wanted(face, verdict, now), verdict.address)


def _accepted(face: Face, wanted: Wanted, address: ReturnAddress) -> Response:
    """On to the login. A directory that does not answer is the service's to know of (SD-E25)."""
    services = face.services
    origin = origin_of_request(wanted.application)
    try:
        return answer_or_begin(
            services, held(services), origin, request.headers.get("User-Agent", ""), wanted
        )
    except Busy:
        raise  # in a moment there is room again: the person waits, as with every page
    except Unavailable:
        rejected.note(face, "unavailable", address.service)
        return face.responses.failure(unavailable(request_id()), address)


def _wanted(face: Face, accepted: Accepted, now: datetime) -> Wanted:
    """What the login must prove. A class that is asked for is essential: it, or an error (SAML-17)."""
    address = accepted.address
    since = fresh_since(now, force=accepted.force_authn, max_age_seconds=None)
    return Wanted(
        answerer="saml",
        application=f"saml:{address.service}",
        request=msgspec.to_builtins(StoredRequest(address, accepted.name_id)),
        asked=Asked(accepted.contexts, essential=bool(accepted.contexts), fresh_since=since),
        passive=accepted.is_passive,
        claim=lambda unit: claim(unit, accepted.one_use),
    )
