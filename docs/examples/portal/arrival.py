"""Somebody who came through a sign-in, as the verified Response describes them."""

import time
from dataclasses import dataclass
from datetime import UTC, datetime

from onelogin.saml2.response import OneLogin_Saml2_Response
from onelogin.saml2.utils import OneLogin_Saml2_Utils

from provider_metadata import MAIL_ATTRIBUTE, NAME_ATTRIBUTE

LONGEST_VISIT_SECONDS = 8 * 3600
AUTHN_INSTANT = "/*/*[local-name()='Assertion']/*[local-name()='AuthnStatement']/@AuthnInstant"


@dataclass(frozen=True, slots=True)
class NameId:
    value: str
    format: str | None
    name_qualifier: str | None
    sp_name_qualifier: str | None


@dataclass(frozen=True, slots=True)
class Arrival:
    """Times are Unix seconds."""

    assertion_id: str
    valid_seconds: float
    name_id: NameId
    session_index: str | None
    visit_seconds: float
    context: str
    signed_in_at: float
    attributes: dict[str, list[str]]

    @property
    def name(self) -> str:
        return self._first(NAME_ATTRIBUTE)

    @property
    def email(self) -> str:
        return self._first(MAIL_ATTRIBUTE)

    @property
    def signed_in(self) -> datetime:
        return datetime.fromtimestamp(self.signed_in_at, UTC)

    def _first(self, attribute: str) -> str:
        return next(iter(self.attributes.get(attribute, [])), "")


def read_arrival(response: OneLogin_Saml2_Response) -> Arrival:
    """Raises what python3-saml raises for a NameID or an attribute that it refuses."""
    now = time.time()
    name_id = response.get_nameid_data()
    session_ends = response.get_session_not_on_or_after() or now + LONGEST_VISIT_SECONDS
    (authn_instant,) = response.get_xml_document().xpath(AUTHN_INSTANT)
    return Arrival(
        assertion_id=response.get_assertion_id(),
        valid_seconds=(response.get_assertion_not_on_or_after() or now) - now,
        name_id=NameId(
            name_id["Value"],
            name_id.get("Format"),
            name_id.get("NameQualifier"),
            name_id.get("SPNameQualifier"),
        ),
        session_index=response.get_session_index(),
        visit_seconds=min(session_ends - now, LONGEST_VISIT_SECONDS),
        context=next(iter(response.get_authn_contexts()), ""),
        signed_in_at=OneLogin_Saml2_Utils.parse_SAML_to_time(authn_instant),
        attributes={name: _texts(values) for name, values in response.get_attributes().items()},
    )


def _texts(values: list[str | dict[str, dict[str, str]]]) -> list[str]:
    return [value if isinstance(value, str) else value["NameID"]["value"] for value in values]
