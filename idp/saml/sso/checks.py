"""May this AuthnRequest be answered, where, and with what? The order is a security property.

Until the consumer service is proven, an error is a page (PageError); from then on the service is
told (Refused). The answers are those of SD section 12. A pair of issuer and ID is good once: that
the caller finds out with ``one_use``, in the transaction that starts the login.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime, timedelta

from idp.saml.bindings.redirect import Received
from idp.saml.errors import StatusError, malformed, untrusted
from idp.saml.message import OneUse, check_destination, check_version, known_service, verify_query
from idp.saml.name_id import NameIdChoice, choose
from idp.saml.sso.address import ReturnAddress, can_be_answered_by_post, consumer_service, names_it_twice
from idp.saml.sso.request import AuthnRequest
from idp.saml.status import NO_AUTHN_CONTEXT, NO_PASSIVE, REQUEST_UNSUPPORTED, UNSUPPORTED_BINDING, Status
from metadata.entity import ServiceProvider
from metadata.saml.validity import SKEW, is_ahead, is_older
from metadata.saml.vocabulary import Comparison

SIGNED_REQUEST_LIFE = timedelta(minutes=5)
UNSIGNED_REQUEST_LIFE = timedelta(hours=1)  # anybody can make a new one: a short life keeps nobody out


@dataclass(frozen=True, slots=True)
class SsoEndpoint:
    """The door that was knocked at: its address as in our metadata, and what we can answer."""

    location: str
    known_contexts: frozenset[str]
    demands_signatures: bool = False  # our own WantAuthnRequestsSigned


@dataclass(frozen=True, slots=True)
class Accepted:
    """A request that a login may answer. ``contexts``: one of these, in this order; () is no wish."""

    address: ReturnAddress
    name_id: NameIdChoice
    contexts: tuple[str, ...]
    force_authn: bool
    is_passive: bool
    one_use: OneUse


@dataclass(frozen=True, slots=True)
class Refused:
    """A request whose sender is proven and is told why not. ``reason`` is for the audit."""

    address: ReturnAddress
    status: Status
    reason: str


@dataclass(frozen=True, slots=True)
class Asked:
    """All that a check may look at."""

    request: AuthnRequest
    received: Received
    service: ServiceProvider
    endpoint: SsoEndpoint
    now: datetime


def judge(
    request: AuthnRequest,
    received: Received,
    found: ServiceProvider | None,
    endpoint: SsoEndpoint,
    now: datetime,
) -> Accepted | Refused:
    """Whether ``request``, read from ``received.root``, may be answered.

    ``found`` is the enabled service provider that is registered under the request's issuer. Raises
    PageError: 403 with issuer, metadata_expired, signature_required, signature, unknown_key,
    weak_key, algorithm, weak_algorithm; 400 with destination, issue_instant, acs_mismatch.
    """
    header = request.header
    asked = Asked(request, received, known_service(found, header.issuer, now), endpoint, now)
    for check in BEFORE_ADDRESS:
        check(asked)
    location = consumer_service(request, asked.service).location
    address = ReturnAddress(header.issuer, location, header.id, received.relay_state)
    try:
        for check in AFTER_ADDRESS:
            check(asked)
        return Accepted(
            address=address,
            name_id=choose(request.name_id_policy, asked.service),
            contexts=_contexts(asked),
            force_authn=request.force_authn,
            is_passive=request.is_passive,
            one_use=OneUse(header.issuer, header.id, header.issue_instant + _life(asked) + SKEW),
        )
    except StatusError as error:
        return Refused(address, error.status, error.reason)


def signature(asked: Asked) -> None:
    """Demanded when the metadata says so; a signature that is there must verify (SD-E05, SD-E06).

    An XML signature inside a Redirect message does not count (SD-R02).
    """
    if asked.received.signature is not None:
        verify_query(asked.received.signature, asked.service.signing_keys)
    elif asked.service.authn_requests_signed or asked.endpoint.demands_signatures:
        raise untrusted(
            "signature_required", "the service must sign its requests, and this one is not signed"
        )


def destination(asked: Asked) -> None:
    """SD-E07."""
    signed = asked.received.signature is not None
    check_destination(asked.request.header.destination, asked.endpoint.location, signed=signed)


def issue_instant(asked: Asked) -> None:
    """SD-E08: the page says "started too long ago" and links back."""
    made = asked.request.header.issue_instant
    if is_ahead(made, asked.now) or is_older(made, _life(asked), asked.now):
        raise malformed("issue_instant", "the sign-in was started too long ago: start again at the service")


def version(asked: Asked) -> None:
    """SD-E10."""
    check_version(asked.request.header.version)


def consumer_named_once(asked: Asked) -> None:
    """SD-E11."""
    if names_it_twice(asked.request):
        raise StatusError(REQUEST_UNSUPPORTED, "request_unsupported")


def binding(asked: Asked) -> None:
    """SD-E15."""
    if not can_be_answered_by_post(asked.request, asked.service):
        raise StatusError(UNSUPPORTED_BINDING, "unsupported_binding")


def subject(asked: Asked) -> None:
    """SD-E22: a wish for a certain person has required meaning, and is not offered."""
    if asked.request.has_subject:
        raise StatusError(REQUEST_UNSUPPORTED, "subject_unsupported")


def passive(asked: Asked) -> None:
    """SD-E12: a new proof needs a page, so it cannot be had without one (SAML-16)."""
    if asked.request.is_passive and asked.request.force_authn:
        raise StatusError(NO_PASSIVE, "no_passive")


Check = Callable[[Asked], None]
BEFORE_ADDRESS: tuple[Check, ...] = (signature, destination, issue_instant)
AFTER_ADDRESS: tuple[Check, ...] = (version, consumer_named_once, binding, subject, passive)


def _contexts(asked: Asked) -> tuple[str, ...]:
    """The classes that are asked for and known, in the order of the requester (SD-R10, SD-E13).

    Only ``exact`` is answered; a comparison that we cannot make is refused, not weakened (SAML-17).
    """
    wanted = asked.request.requested_context
    if wanted is None:
        return ()
    known = tuple(name for name in wanted.classes if name in asked.endpoint.known_contexts)
    if wanted.comparison is not Comparison.EXACT or wanted.has_declarations or not known:
        raise StatusError(NO_AUTHN_CONTEXT, "no_authn_context")
    return known


def _life(asked: Asked) -> timedelta:
    return UNSIGNED_REQUEST_LIFE if asked.received.signature is None else SIGNED_REQUEST_LIFE
