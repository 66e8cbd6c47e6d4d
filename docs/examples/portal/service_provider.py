"""SAML as the portal speaks it: python3-saml, strict, and the checks that it leaves to its user.

Those are: the answer belongs to a request of ours, it comes back to the browser that asked,
it is used once, and what was asked for (a second step, a fresh sign-in) is what happened.
"""

import secrets
import time
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any
from urllib.parse import urlsplit

import xmlsec
from lxml.etree import LxmlError
from onelogin.saml2.auth import OneLogin_Saml2_Auth
from onelogin.saml2.constants import OneLogin_Saml2_Constants as Saml
from onelogin.saml2.errors import OneLogin_Saml2_Error, OneLogin_Saml2_ValidationError
from onelogin.saml2.logout_response import OneLogin_Saml2_Logout_Response
from onelogin.saml2.response import OneLogin_Saml2_Response
from onelogin.saml2.settings import OneLogin_Saml2_Settings

from arrival import Arrival, read_arrival
from expiring_store import ExpiringStore
from idp_metadata import IdpMetadata
from problems import Problem, Refusal
from provider_metadata import DISPLAY_NAME, REQUESTED_ATTRIBUTES, with_display_name
from signing_key import SigningKey

REFEDS_MFA = "https://refeds.org/profile/mfa"
NO_AUTHN_CONTEXT = "urn:oasis:names:tc:SAML:2.0:status:NoAuthnContext"
REQUEST_LIFETIME_SECONDS = 600
# Between AuthnInstant and our clock. Both are on one machine here; elsewhere it would be minutes.
CLOCK_SKEW_SECONDS = 5
# What python3-saml raises for a message that is no SAML at all.
UNREADABLE = (ValueError, LxmlError, xmlsec.Error, OneLogin_Saml2_Error, OneLogin_Saml2_ValidationError)


@dataclass(frozen=True, slots=True)
class LoginRequest:
    """An AuthnRequest that was sent, and what its answer is held against."""

    browser: str
    relay_state: str
    contexts: tuple[str, ...]
    signed_in_after: float  # Unix seconds; 0 when an older sign-in will do


class ServiceProvider:
    def __init__(self, *, base_url: str, idp: IdpMetadata, key: SigningKey) -> None:
        self.base_url = base_url
        self._idp = idp
        self._key = key
        self._login_requests = ExpiringStore[LoginRequest]()
        self._logout_requests = ExpiringStore[str]()  # the RelayState of each
        self._used_assertions = ExpiringStore[bool]()

    def metadata(self) -> bytes:
        """This portal's own, for an identity provider to register."""
        settings = OneLogin_Saml2_Settings(self._own_settings(), sp_validation_only=True)
        return with_display_name(settings.get_sp_metadata())

    def start_login(self, *, browser: str, second_step: bool, afresh: bool) -> str:
        """The URL that carries a signed AuthnRequest to the identity provider."""
        contexts = (REFEDS_MFA,) if second_step else ()
        relay_state = secrets.token_urlsafe(16)
        auth = self._auth("/login", contexts=contexts)
        url: str = auth.login(return_to=relay_state, force_authn=afresh)
        request = LoginRequest(browser, relay_state, contexts, time.time() if afresh else 0)
        self._login_requests.put(
            auth.get_last_request_id(), request, lifetime_seconds=REQUEST_LIFETIME_SECONDS
        )
        return url

    def accept_response(self, form: Mapping[str, str]) -> tuple[LoginRequest, Arrival]:
        """Who arrived, and the request that this answers. Raises Refusal.

        The caller must still see that the browser is the one that asked.
        """
        try:
            response = self._verified_response(form.get("SAMLResponse", ""))
            arrival = read_arrival(response)
        except UNREADABLE as error:
            raise Refusal(Problem.INVALID, str(error)) from error
        if not self._used_assertions.put(
            arrival.assertion_id, True, lifetime_seconds=arrival.valid_seconds + Saml.ALLOWED_CLOCK_DRIFT
        ):
            raise Refusal(Problem.USED_BEFORE, f"Assertion {arrival.assertion_id} again")
        request = self._login_requests.take(response.get_in_response_to() or "")
        if request is None or form.get("RelayState") != request.relay_state:
            raise Refusal(Problem.NOT_ASKED_FOR, f"InResponseTo {response.get_in_response_to()}")
        _hold_against(request, arrival)
        return request, arrival

    def start_logout(self, arrival: Arrival) -> str:
        """The URL that carries a signed LogoutRequest for the session of ``arrival``. Raises Refusal."""
        auth = self._auth("/logout")
        if auth.get_slo_url() is None:
            raise Refusal(Problem.LOGOUT_NOT_CONFIRMED, "the metadata names no SingleLogoutService")
        relay_state = secrets.token_urlsafe(16)
        url: str = auth.logout(
            return_to=relay_state,
            name_id=arrival.name_id.value,
            name_id_format=arrival.name_id.format,
            nq=arrival.name_id.name_qualifier,
            spnq=arrival.name_id.sp_name_qualifier,
            session_index=arrival.session_index,
        )
        self._logout_requests.put(
            auth.get_last_request_id(), relay_state, lifetime_seconds=REQUEST_LIFETIME_SECONDS
        )
        return url

    def accept_logout_response(self, query: Mapping[str, str], raw_query: str) -> None:
        """Returns when the identity provider confirms the logout; raises Refusal when not."""
        try:
            answer = self._verified_logout_response(query, raw_query)
        except UNREADABLE as error:
            raise Refusal(Problem.LOGOUT_NOT_CONFIRMED, str(error)) from error
        relay_state = self._logout_requests.take(answer.get_in_response_to() or "")
        if relay_state is None or query.get("RelayState") != relay_state:
            raise Refusal(Problem.LOGOUT_NOT_CONFIRMED, f"LogoutResponse to {answer.get_in_response_to()}")
        if answer.get_status() != Saml.STATUS_SUCCESS:
            raise Refusal(Problem.LOGOUT_NOT_CONFIRMED, f"LogoutResponse says {answer.get_status()}")

    def _verified_response(self, encoded: str) -> OneLogin_Saml2_Response:
        response = self._response(encoded)
        here = self._request_data("/acs")
        if not response.is_valid(here) and self._signature_failed(response.get_error()):
            response = self._response(encoded)
            response.is_valid(here)
        if response.get_error():
            raise Refusal(_problem_of(response), response.get_error())
        return response

    def _response(self, encoded: str) -> OneLogin_Saml2_Response:
        return OneLogin_Saml2_Response(OneLogin_Saml2_Settings(self._settings()), encoded)

    def _signature_failed(self, error: str) -> bool:
        """True when a second look may help: the identity provider has changed its keys."""
        return error.startswith("Signature validation failed") and self._idp.changed()

    def _verified_logout_response(
        self, query: Mapping[str, str], raw_query: str
    ) -> OneLogin_Saml2_Logout_Response:
        here = self._request_data("/slo") | {
            "get_data": query,
            "query_string": raw_query,
            "validate_signature_from_qs": True,
        }
        auth = OneLogin_Saml2_Auth(here, self._settings())
        if not auth.validate_response_signature(query):
            if self._idp.changed():
                auth = OneLogin_Saml2_Auth(here, self._settings())
            if not auth.validate_response_signature(query):
                raise Refusal(Problem.LOGOUT_NOT_CONFIRMED, f"LogoutResponse: {auth.get_last_error_reason()}")
        answer = OneLogin_Saml2_Logout_Response(auth.get_settings(), query.get("SAMLResponse", ""))
        if not answer.is_valid(here):
            raise Refusal(Problem.LOGOUT_NOT_CONFIRMED, f"LogoutResponse: {answer.get_error()}")
        return answer

    def _auth(self, path: str, *, contexts: tuple[str, ...] = ()) -> OneLogin_Saml2_Auth:
        return OneLogin_Saml2_Auth(self._request_data(path), self._settings(contexts))

    def _request_data(self, path: str) -> dict[str, Any]:
        """Where the message arrived, as python3-saml asks. From the settings: a Host header may lie."""
        base = urlsplit(self.base_url)
        return {
            "https": "on" if base.scheme == "https" else "off",
            "http_host": base.netloc,
            "script_name": base.path + path,
            "get_data": {},
        }

    def _settings(self, contexts: tuple[str, ...] = ()) -> dict[str, Any]:
        settings = self._own_settings() | {"idp": self._idp.settings()}
        settings["security"]["requestedAuthnContext"] = list(contexts) or False
        return settings

    def _own_settings(self) -> dict[str, Any]:
        return {
            "strict": True,
            "sp": {
                "entityId": f"{self.base_url}/metadata",
                "assertionConsumerService": {"url": f"{self.base_url}/acs"},
                "singleLogoutService": {"url": f"{self.base_url}/slo"},
                "attributeConsumingService": {
                    "serviceName": DISPLAY_NAME,
                    "requestedAttributes": list(REQUESTED_ATTRIBUTES),
                },
                "NameIDFormat": Saml.NAMEID_PERSISTENT,
                "x509cert": self._key.certificate,
                "privateKey": self._key.private_key,
            },
            "security": {
                "authnRequestsSigned": True,
                "logoutRequestSigned": True,
                "wantAssertionsSigned": True,
                "wantMessagesSigned": True,
                "wantAttributeStatement": False,
                "rejectDeprecatedAlgorithm": True,
                "requestedAuthnContext": False,
                # No expiry: the identity provider keeps the file, and nobody renews it in a demo.
                "metadataValidUntil": "",
                "metadataCacheDuration": "",
            },
            "organization": {
                "en": {"name": DISPLAY_NAME, "displayname": DISPLAY_NAME, "url": f"{self.base_url}/"}
            },
        }


def _hold_against(request: LoginRequest, arrival: Arrival) -> None:
    """Raises Refusal when less happened than the request asked for."""
    if request.contexts and arrival.context not in request.contexts:
        raise Refusal(Problem.NOT_STRONG_ENOUGH, f"asked for {request.contexts}, got {arrival.context}")
    if arrival.signed_in_at + CLOCK_SKEW_SECONDS < request.signed_in_after:
        raise Refusal(Problem.NOT_FRESH, f"AuthnInstant {arrival.signed_in_at:.0f}")


def _problem_of(response: OneLogin_Saml2_Response) -> Problem:
    codes = response.document.xpath("/*/*[local-name()='Status']//@Value")
    if NO_AUTHN_CONTEXT in codes:
        return Problem.NOT_STRONG_ENOUGH
    return Problem.REFUSED if codes and codes[0] != Saml.STATUS_SUCCESS else Problem.INVALID
