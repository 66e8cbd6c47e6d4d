"""HTTP-POST: an answer travels in a form that submits itself (SAML Bindings, section 3.5)."""

from __future__ import annotations

from dataclasses import dataclass

from metadata.saml.signature import encoded


@dataclass(frozen=True, slots=True)
class PostForm:
    """The values of the form. The page escapes them: what came in may try to break out (SAML-12)."""

    action: str
    saml_response: str
    relay_state: str | None

    @property
    def fields(self) -> tuple[tuple[str, str], ...]:
        """The hidden fields, by name. RelayState is there when the request had one."""
        response = (("SAMLResponse", self.saml_response),)
        return response if self.relay_state is None else (*response, ("RelayState", self.relay_state))


def send(location: str, xml: str, relay_state: str | None) -> PostForm:
    """The form that carries the Response ``xml`` to the consumer service at ``location``."""
    return PostForm(action=location, saml_response=encoded(xml.encode()), relay_state=relay_state)
