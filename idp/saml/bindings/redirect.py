"""HTTP-Redirect: a message deflated into a query, signed beside it (SAML Bindings, section 3.4).

The signature is over the octets *as they were sent*: they are cut out of the raw query and never
encoded again (SAML-09). Everything that could be read in two ways is refused (SAML-10).
"""

from __future__ import annotations

import binascii
import re
import struct
import zlib
from dataclasses import dataclass
from enum import StrEnum
from urllib.parse import quote, unquote_to_bytes

from idp.saml.errors import malformed, page_for, untrusted
from metadata.errors import InvalidDocument
from metadata.saml.document import MESSAGE, Element, parse
from metadata.saml.errors import OversizedDocument
from metadata.saml.signature import encoded
from metadata.saml.signing import SigningCredential, sign

MAX_ENCODED = 128 * 1024  # bytes
MAX_RELAY_STATE = 2 * 1024  # bytes; senders are held to 80, receivers are asked to be patient (SD-R03)
DEFLATE_ENCODING = b"urn:oasis:names:tc:SAML:2.0:bindings:URL-Encoding:DEFLATE"

PARAMETERS = (b"SAMLRequest", b"SAMLResponse", b"RelayState", b"SigAlg", b"Signature", b"SAMLEncoding")
SIGNED_ORDER = (b"SAMLRequest", b"RelayState", b"SigAlg")
# A reader that takes ";" for a separator would find a parameter where we find none.
BEHIND_SEMICOLON = re.compile(rb";(?:" + b"|".join(PARAMETERS) + rb")=")


class Message(StrEnum):
    """The two parameters that a message can travel in."""

    REQUEST = "SAMLRequest"
    RESPONSE = "SAMLResponse"


@dataclass(frozen=True, slots=True)
class QuerySignature:
    """A signature beside a message: the octets that it is said to cover, by what, and its value."""

    octets: bytes
    algorithm: str
    value: bytes


@dataclass(frozen=True, slots=True)
class Received:
    """A request as it arrived. ``signature`` is not verified yet: the sender's keys are not known here."""

    root: Element
    relay_state: str | None
    signature: QuerySignature | None


@dataclass(frozen=True, slots=True)
class _Parameter:
    """One parameter: the piece of the query as sent, and its decoded value."""

    piece: bytes
    value: bytes


def receive(query: bytes, body: bytes = b"") -> Received:
    """The request that a raw query string carries.

    ``body`` is what came beside the query: it must be empty. Raises PageError: 400 with
    ambiguous_parameters, missing_message, encoding, relay_state, or a reason of
    ``document.parse``; 403 with signature_required or signature, where the query signature is
    there in part; 413 with size.
    """
    if body:
        raise malformed("ambiguous_parameters", "send the request in the address only")
    found = _parameters(query)
    if b"SAMLResponse" in found and b"SAMLRequest" in found:
        raise malformed("ambiguous_parameters", "send one message only")
    if b"SAMLRequest" not in found:
        raise malformed("missing_message", "the address carries no SAMLRequest")
    if b"SAMLEncoding" in found and found[b"SAMLEncoding"].value != DEFLATE_ENCODING:
        raise malformed("encoding", "encode the message by DEFLATE")
    relay_state, signature = _relay_state(found), _signature(found)
    try:
        root = parse(inflate(_message(found[b"SAMLRequest"].value)))
    except InvalidDocument as error:
        raise page_for(error) from error
    return Received(root, relay_state, signature)


def send(
    location: str, message: Message, xml: str, relay_state: str | None, credential: SigningCredential
) -> str:
    """The address that carries ``xml`` to ``location``, signed (SD-L02).

    ``relay_state`` is returned as it came, even where it was empty.
    """
    query = f"{message}={_escaped(encoded(deflate(xml.encode())))}"
    if relay_state is not None:
        query += f"&RelayState={_escaped(relay_state)}"
    query += f"&SigAlg={_escaped(credential.algorithm)}"
    query += f"&Signature={_escaped(encoded(sign(query.encode(), credential)))}"
    return f"{location}{'&' if '?' in location else '?'}{query}"


def inflate(deflated: bytes, limit: int = MESSAGE.size) -> bytes:
    """Raw DEFLATE (RFC 1951), refusing to grow past ``limit`` bytes (SAML Bindings, section 3.4.4.1).

    Raises PageError (encoding) and OversizedDocument (size).
    """
    inflater = zlib.decompressobj(wbits=-zlib.MAX_WBITS)
    try:
        xml = inflater.decompress(deflated, limit + 1)
    except zlib.error as error:
        raise malformed("encoding", "the message is not DEFLATE data") from error
    if len(xml) > limit:
        raise OversizedDocument("size", f"the message is larger than {limit} bytes")
    if not inflater.eof or inflater.unused_data not in (b"", _gzip_trailer(xml)):
        raise malformed("encoding", "the DEFLATE data is cut off, or goes on after its end")
    return xml


def deflate(xml: bytes) -> bytes:
    """``xml`` as raw DEFLATE."""
    deflater = zlib.compressobj(wbits=-zlib.MAX_WBITS)
    return deflater.compress(xml) + deflater.flush()


def _gzip_trailer(xml: bytes) -> bytes:
    """What the specification's own examples (section 3.4.8) have behind the data (RFC 1952, 2.3.1)."""
    return struct.pack("<II", zlib.crc32(xml), len(xml))


def _parameters(query: bytes) -> dict[bytes, _Parameter]:
    """The binding's own parameters, each at most once and under its literal name."""
    if BEHIND_SEMICOLON.search(query):
        raise malformed("ambiguous_parameters", "separate parameters by &")
    found: dict[bytes, _Parameter] = {}
    for piece in query.split(b"&"):
        name, _, value = piece.partition(b"=")
        meant = _decoded(name)
        if meant not in PARAMETERS:
            continue
        if meant != name or meant in found:
            raise malformed("ambiguous_parameters", f"name {meant.decode()} once, and without escapes")
        found[name] = _Parameter(piece, _decoded(value))
    return found


def _message(value: bytes) -> bytes:
    if len(value) > MAX_ENCODED:
        raise OversizedDocument("size", f"the message is larger than {MAX_ENCODED} bytes")
    try:
        return binascii.a2b_base64(value, strict_mode=True)
    except binascii.Error as error:
        raise malformed("encoding", "the message is not base64") from error


def _relay_state(found: dict[bytes, _Parameter]) -> str | None:
    given = found.get(b"RelayState")
    if given is None:
        return None
    if len(given.value) > MAX_RELAY_STATE:
        raise malformed("relay_state", f"RelayState is longer than {MAX_RELAY_STATE} bytes")
    try:
        return given.value.decode("utf-8")
    except UnicodeDecodeError as error:  # it could not be returned byte for byte in a page of UTF-8
        raise malformed("relay_state", "RelayState is not UTF-8") from error


def _signature(found: dict[bytes, _Parameter]) -> QuerySignature | None:
    algorithm, value = found.get(b"SigAlg"), found.get(b"Signature")
    if algorithm is None and value is None:
        return None
    if value is None or not value.value:
        raise untrusted("signature_required", "the request names an algorithm but carries no signature")
    if algorithm is None:
        raise untrusted("signature", "the request carries a signature without its algorithm")
    octets = b"&".join(found[name].piece for name in SIGNED_ORDER if name in found)
    return QuerySignature(octets, algorithm.value.decode("latin-1"), _signature_value(value.value))


def _signature_value(value: bytes) -> bytes:
    try:
        return binascii.a2b_base64(b"".join(value.split()), strict_mode=True)
    except binascii.Error as error:
        raise untrusted("signature", "the signature is not base64") from error


def _decoded(raw: bytes) -> bytes:
    return unquote_to_bytes(raw.replace(b"+", b" "))


def _escaped(value: str) -> str:
    return quote(value, safe="")
