"""One EntityDescriptor becomes a ServiceProvider, or is refused by the name of what is wrong.

The caller parses (``document.parse(xml, DESCRIPTOR)``), verifies where a source demands it, hands
the same tree in here, and keeps the bytes. What the clock says of ``valid_until`` is asked when
the partner is used, not here: a description does not change by growing old.
Source: SAML Metadata, sections 2.3 to 2.4; SD-M01, SD-M08 to SD-M10.
"""

from __future__ import annotations

from collections.abc import Iterator
from datetime import datetime

from metadata.entity import Endpoint, LocalizedText, RequestedAttribute, ServiceProvider
from metadata.errors import InvalidDocument
from metadata.saml import vocabulary
from metadata.saml.datatypes import BLANKS, boolean, instant, text, unsigned_short
from metadata.saml.document import Element
from metadata.saml.keys import keys_of
from metadata.saml.locations import is_usable
from metadata.saml.vocabulary import Binding, NameFormat, tag

ENTITY_DESCRIPTOR = tag(vocabulary.METADATA, "EntityDescriptor")
SP_ROLE = tag(vocabulary.METADATA, "SPSSODescriptor")
CONSUMER_SERVICE = tag(vocabulary.METADATA, "AssertionConsumerService")
LOGOUT_SERVICE = tag(vocabulary.METADATA, "SingleLogoutService")
NAME_ID_FORMAT = tag(vocabulary.METADATA, "NameIDFormat")
ATTRIBUTE_SERVICE = tag(vocabulary.METADATA, "AttributeConsumingService")
REQUESTED_ATTRIBUTE = tag(vocabulary.METADATA, "RequestedAttribute")
EXTENSIONS = tag(vocabulary.METADATA, "Extensions")
ORGANIZATION = tag(vocabulary.METADATA, "Organization")
ORGANIZATION_DISPLAY_NAME = tag(vocabulary.METADATA, "OrganizationDisplayName")
SERVICE_NAME = tag(vocabulary.METADATA, "ServiceName")
UI_INFO = tag(vocabulary.USER_INTERFACE, "UIInfo")
UI_DISPLAY_NAME = tag(vocabulary.USER_INTERFACE, "DisplayName")
UI_INFORMATION_URL = tag(vocabulary.USER_INTERFACE, "InformationURL")
LANGUAGE = tag(vocabulary.XML, "lang")

MAX_ENTITY_ID = 1024  # characters: SAML Core, section 8.3.6


def service_provider(root: Element, *, loopback_http: bool = False) -> ServiceProvider:
    """What ``root`` says of one service provider. ``loopback_http`` is for the demo and tests.

    Raises InvalidDocument: root_element, entity_id, role, key, weak_key, acs, slo,
    information_url, valid_until, schema.
    """
    if root.tag != ENTITY_DESCRIPTOR:
        raise InvalidDocument("root_element", "give the EntityDescriptor of one service provider")
    role = _role(root)
    signing_keys, encryption_keys = keys_of(role)
    attributes = _attribute_service(role)
    return ServiceProvider(
        entity_id=_entity_id(root),
        consumer_services=_consumer_services(role, loopback_http),
        logout_services=_endpoints(role, LOGOUT_SERVICE, "slo", loopback_http),
        signing_keys=signing_keys,
        encryption_keys=encryption_keys,
        name_id_formats=tuple(text(element).strip(BLANKS) for element in role.findall(NAME_ID_FORMAT)),
        authn_requests_signed=boolean(role.get("AuthnRequestsSigned"), "AuthnRequestsSigned", default=False),
        want_assertions_signed=boolean(
            role.get("WantAssertionsSigned"), "WantAssertionsSigned", default=False
        ),
        requested_attributes=() if attributes is None else tuple(_requested_attributes(attributes)),
        display_names=_display_names(root, role, attributes),
        information_urls=_information_urls(role),
        valid_until=_valid_until(root, role),
    )


def _entity_id(root: Element) -> str:
    entity_id = root.get("entityID", "")
    if not entity_id or entity_id != entity_id.strip() or len(entity_id) > MAX_ENTITY_ID:
        raise InvalidDocument(
            "entity_id", f"give an entityID of 1 to {MAX_ENTITY_ID} characters without blanks around it"
        )
    return entity_id


def _role(root: Element) -> Element:
    for role in root.findall(SP_ROLE):
        if vocabulary.PROTOCOL in role.get("protocolSupportEnumeration", "").split():
            return role
    raise InvalidDocument("role", "the entity is no service provider of SAML 2.0 (SPSSODescriptor)")


def _consumer_services(role: Element, loopback_http: bool) -> tuple[Endpoint, ...]:
    found = _endpoints(role, CONSUMER_SERVICE, "acs", loopback_http)
    if not any(endpoint.binding == Binding.POST for endpoint in found):
        raise InvalidDocument("acs", "name an AssertionConsumerService with the HTTP-POST binding")
    return found


def _endpoints(role: Element, name: str, reason: str, loopback_http: bool) -> tuple[Endpoint, ...]:
    endpoints = tuple(_endpoint(element) for element in role.findall(name))
    for endpoint in endpoints:
        for location in {endpoint.location, endpoint.answers_to}:
            if not is_usable(location, loopback_http=loopback_http):
                raise InvalidDocument(reason, f"'{location[:200]}' is not an absolute https URL")
    return endpoints


def _endpoint(element: Element) -> Endpoint:
    index, is_default = element.get("index"), element.get("isDefault")
    return Endpoint(
        binding=element.get("Binding", ""),
        location=element.get("Location", "").strip(BLANKS),
        response_location=element.get("ResponseLocation"),
        index=None if index is None else unsigned_short(index, "index"),
        is_default=None if is_default is None else boolean(is_default, "isDefault", default=False),
    )


def _attribute_service(role: Element) -> Element | None:
    """The default AttributeConsumingService: marked so, else the first."""
    services = role.findall(ATTRIBUTE_SERVICE)
    for service in services:
        if boolean(service.get("isDefault"), "isDefault", default=False):
            return service
    return services[0] if services else None


def _requested_attributes(service: Element) -> Iterator[RequestedAttribute]:
    for element in service.findall(REQUESTED_ATTRIBUTE):
        yield RequestedAttribute(
            name=element.get("Name", ""),
            name_format=element.get("NameFormat", NameFormat.UNSPECIFIED),
            friendly_name=element.get("FriendlyName"),
            is_required=boolean(element.get("isRequired"), "isRequired", default=False),
        )


def _display_names(root: Element, role: Element, service: Element | None) -> tuple[LocalizedText, ...]:
    """What people call the service: said for the purpose, else its offer's name, else its owner's."""
    return (
        _localized(role.find(f"{EXTENSIONS}/{UI_INFO}"), UI_DISPLAY_NAME)
        or _localized(service, SERVICE_NAME)
        or _localized(role.find(ORGANIZATION), ORGANIZATION_DISPLAY_NAME)
        or _localized(root.find(ORGANIZATION), ORGANIZATION_DISPLAY_NAME)
    )


def _information_urls(role: Element) -> tuple[LocalizedText, ...]:
    urls = _localized(role.find(f"{EXTENSIONS}/{UI_INFO}"), UI_INFORMATION_URL)
    for url in urls:
        if not url.text.startswith(("https://", "http://")):  # it becomes a link on our pages
            raise InvalidDocument("information_url", f"'{url.text[:200]}' is not a web address")
    return urls


def _localized(parent: Element | None, name: str) -> tuple[LocalizedText, ...]:
    if parent is None:
        return ()
    return tuple(
        LocalizedText(element.get(LANGUAGE, ""), content)
        for element in parent.findall(name)
        if (content := text(element).strip())
    )


def _valid_until(root: Element, role: Element) -> datetime | None:
    """The earlier of what entity and role say: an inner date shortens, never lengthens (SD-M04)."""
    said = [value for element in (root, role) if (value := element.get("validUntil")) is not None]
    return min((instant(value, "validUntil", reason="valid_until") for value in said), default=None)
