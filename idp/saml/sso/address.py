"""Where an answer goes: to a consumer service of the metadata, and nowhere else (SAML-11, SD-R07).

Addresses are compared letter by letter. A request names one, or its index, or neither; a signed
request is held to the same rule.
"""

from __future__ import annotations

from dataclasses import dataclass

from idp.saml.errors import malformed
from idp.saml.sso.request import AuthnRequest
from metadata.entity import Endpoint, ServiceProvider
from metadata.saml.vocabulary import Binding


@dataclass(frozen=True, slots=True)
class ReturnAddress:
    """Whom to answer, where, to which request, and with which RelayState."""

    service: str
    location: str
    in_response_to: str
    relay_state: str | None


def consumer_service(request: AuthnRequest, service: ServiceProvider) -> Endpoint:
    """The consumer service that gets the answer; the default one, where the wish cannot be met.

    Raises PageError (400, acs_mismatch) when the request names what the metadata does not.
    """
    named = _named(request, service)
    if named is None or names_it_twice(request) or not takes_post(request, named):
        return _default(service)
    return named


def names_it_twice(request: AuthnRequest) -> bool:
    """Whether index and address (or binding) stand side by side, which Core 3.4.1 forbids."""
    return request.consumer_index is not None and (
        request.consumer_url is not None or request.protocol_binding is not None
    )


def can_be_answered_by_post(request: AuthnRequest, service: ServiceProvider) -> bool:
    """Whether the binding that the request wants, at the place that it wants, is HTTP-POST."""
    named = _named(request, service)
    return takes_post(request, named if named is not None else _default(service))


def takes_post(request: AuthnRequest, endpoint: Endpoint) -> bool:
    """Whether ``endpoint`` takes HTTP-POST and the request does not want another binding."""
    return endpoint.binding == Binding.POST and request.protocol_binding in (None, Binding.POST)


def _named(request: AuthnRequest, service: ServiceProvider) -> Endpoint | None:
    if request.consumer_url is not None:
        fitting = [end for end in service.consumer_services if end.location == request.consumer_url]
    elif request.consumer_index is not None:
        fitting = [end for end in service.consumer_services if end.index == request.consumer_index]
    else:
        return None
    if not fitting:
        raise malformed(
            "acs_mismatch", "the service asks for an answer at an address that it is not known by"
        )
    return next((endpoint for endpoint in fitting if endpoint.binding == Binding.POST), fitting[0])


def _default(service: ServiceProvider) -> Endpoint:
    """``isDefault="true"``, else the first that is not marked otherwise, else the first."""
    usable = [endpoint for endpoint in service.consumer_services if endpoint.binding == Binding.POST]
    for wanted in (True, None):
        for endpoint in usable:
            if endpoint.is_default is wanted:
                return endpoint
    return usable[0]
