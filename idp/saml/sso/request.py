"""An AuthnRequest element as our own value (SAML Core, section 3.4.1).

Read as a schema would: unknown children, wrong types and wrong order are refused, so nothing is
guessed. What the request may ask for is judged elsewhere (``checks``). ``samlp:Extensions``,
``saml:Conditions`` and ``samlp:Scoping`` are optional in meaning and not read (SD-G05, SD-G06).
"""

from __future__ import annotations

from dataclasses import dataclass

from idp.saml.errors import malformed, page_for
from idp.saml.message import EXTENSIONS, ISSUER, Header, read_header
from idp.saml.name_id import NameIdPolicy
from metadata.errors import InvalidDocument
from metadata.saml import vocabulary
from metadata.saml.datatypes import boolean, in_order, text, unsigned_short
from metadata.saml.document import Element
from metadata.saml.errors import MalformedDocument
from metadata.saml.signature import SIGNATURE
from metadata.saml.vocabulary import Comparison, tag

AUTHN_REQUEST = tag(vocabulary.PROTOCOL, "AuthnRequest")
NAME_ID_POLICY = tag(vocabulary.PROTOCOL, "NameIDPolicy")
REQUESTED_AUTHN_CONTEXT = tag(vocabulary.PROTOCOL, "RequestedAuthnContext")
SCOPING = tag(vocabulary.PROTOCOL, "Scoping")
SUBJECT = tag(vocabulary.ASSERTION, "Subject")
CONDITIONS = tag(vocabulary.ASSERTION, "Conditions")
CLASS_REF = tag(vocabulary.ASSERTION, "AuthnContextClassRef")
DECL_REF = tag(vocabulary.ASSERTION, "AuthnContextDeclRef")

CHILDREN = (
    ISSUER,
    SIGNATURE,
    EXTENSIONS,
    SUBJECT,
    NAME_ID_POLICY,
    CONDITIONS,
    REQUESTED_AUTHN_CONTEXT,
    SCOPING,
)


@dataclass(frozen=True, slots=True)
class RequestedContext:
    """Which authentication contexts are asked for, in the order of the requester's preference."""

    classes: tuple[str, ...]
    comparison: Comparison = Comparison.EXACT
    has_declarations: bool = False


@dataclass(frozen=True, slots=True)
class AuthnRequest:
    """What a service asks. Nothing in it is trusted before ``checks.judge`` has seen it."""

    header: Header
    consumer_url: str | None = None
    consumer_index: int | None = None
    protocol_binding: str | None = None
    force_authn: bool = False
    is_passive: bool = False
    name_id_policy: NameIdPolicy | None = None
    requested_context: RequestedContext | None = None
    has_subject: bool = False


def read(root: Element) -> AuthnRequest:
    """The AuthnRequest that ``root`` is.

    Raises PageError (400): root_element, schema, issuer, issue_instant.
    """
    if root.tag != AUTHN_REQUEST:
        raise malformed("root_element", "send an AuthnRequest to this address")
    try:
        return _read(root)
    except InvalidDocument as error:
        raise page_for(error) from error


def _read(root: Element) -> AuthnRequest:
    found = in_order(root, CHILDREN)
    index = root.get("AssertionConsumerServiceIndex")
    return AuthnRequest(
        header=read_header(root, found[ISSUER]),
        consumer_url=root.get("AssertionConsumerServiceURL"),
        consumer_index=None if index is None else unsigned_short(index, "AssertionConsumerServiceIndex"),
        protocol_binding=root.get("ProtocolBinding"),
        force_authn=boolean(root.get("ForceAuthn"), "ForceAuthn", default=False),
        is_passive=boolean(root.get("IsPassive"), "IsPassive", default=False),
        name_id_policy=_name_id_policy(found[NAME_ID_POLICY]),
        requested_context=_requested_context(found[REQUESTED_AUTHN_CONTEXT]),
        has_subject=bool(found[SUBJECT]),
    )


def _name_id_policy(found: list[Element]) -> NameIdPolicy | None:
    if not found:
        return None
    (element,) = found
    return NameIdPolicy(
        format=element.get("Format"),
        sp_name_qualifier=element.get("SPNameQualifier"),
        allow_create=boolean(element.get("AllowCreate"), "AllowCreate", default=False),
    )


def _requested_context(found: list[Element]) -> RequestedContext | None:
    if not found:
        return None
    (element,) = found
    children = in_order(element, (CLASS_REF, DECL_REF), repeatable=(CLASS_REF, DECL_REF))
    try:
        comparison = Comparison(element.get("Comparison", Comparison.EXACT))
    except ValueError as error:
        raise MalformedDocument("schema", "Comparison: give exact, minimum, maximum or better") from error
    return RequestedContext(
        classes=tuple(text(child).strip() for child in children[CLASS_REF]),
        comparison=comparison,
        has_declarations=bool(children[DECL_REF]),
    )
