"""The one door for SAML XML: bytes in, a document element out, or a refusal with its reason.

Only UTF-8 comes in. That makes the markup that may hurt visible as bytes: a ``<`` begins
markup and nothing else, so a document type declaration or a CDATA section is found, and refused,
before any parser sees it (SAML-02, SAML-05). Nothing is parsed twice: the tree that ``parse``
returns is the one that is verified, and the one that is read.
"""

from __future__ import annotations

import codecs
import re
from dataclasses import dataclass
from typing import TypeAlias

from lxml import etree

from metadata.saml.errors import MalformedDocument, OversizedDocument
from metadata.saml.vocabulary import XINCLUDE, XML, tag

Element: TypeAlias = etree._Element


@dataclass(frozen=True, slots=True)
class Limits:
    """What a document may cost at most."""

    size: int  # bytes
    attributes: int
    depth: int = 64


MESSAGE = Limits(size=256 * 1024, attributes=1_000)
DESCRIPTOR = Limits(size=1024 * 1024, attributes=10_000)  # logos and languages make metadata long

FORBIDDEN_MARKUP = {b"<!DOCTYPE": "dtd", b"<![CDATA[": "cdata"}
XML_DECLARATION = re.compile(
    rb"""<\?xml\s+version\s*=\s*(["'])1\.0\1"""
    rb"""(?:\s+encoding\s*=\s*(["'])(?P<encoding>[A-Za-z][A-Za-z0-9._-]*)\2)?"""
    rb"""(?:\s+standalone\s*=\s*(["'])(?:yes|no)\4)?\s*\?>"""
)
ABSOLUTE_URI = re.compile(r"[A-Za-z][A-Za-z0-9+.-]*:")
# Every spelling that some implementation takes for an ID, and looks elements up by.
IDENTIFIERS = ("ID", "Id", "id", tag(XML, "id"))
RESOURCE_LIMIT = 114  # libxml2's XML_ERR_RESOURCE_LIMIT: deeper than 256
EVENTS = ("start", "end", "start-ns", "comment", "pi")


def parse(xml: bytes, limits: Limits = MESSAGE) -> Element:
    """The document element of ``xml``, free of comments, its attributes named ID unique.

    Raises OversizedDocument, or MalformedDocument with one of the reasons encoding, well_formed,
    dtd, cdata, depth, size, xinclude, namespace URI (``canonicalization``), comment,
    processing_instruction, duplicate_id.
    """
    if len(xml) > limits.size:
        raise OversizedDocument("size", f"the document is larger than {limits.size} bytes")
    root = _well_formed(_plain_utf8(xml))
    comments = _inspected(root, limits)
    _drop(root, comments)
    return root


def holds_text(element: Element) -> bool:
    """Whether characters other than blanks stand directly in ``element``."""
    if element.text and not element.text.isspace():
        return True
    return any(child.tail and not child.tail.isspace() for child in element)


def _plain_utf8(xml: bytes) -> bytes:
    """``xml`` without its byte order mark, known to be UTF-8 without DTD and CDATA."""
    if b"\0" in xml or xml.startswith((codecs.BOM_UTF16_LE, codecs.BOM_UTF16_BE)):
        raise MalformedDocument("encoding", "send the document in UTF-8")
    xml = xml.removeprefix(codecs.BOM_UTF8)
    try:
        xml.decode("utf-8")
    except UnicodeDecodeError as error:
        raise MalformedDocument("well_formed", "the document holds bytes that are not UTF-8") from error
    _check_declaration(xml)
    for markup, reason in FORBIDDEN_MARKUP.items():
        if markup in xml:
            raise MalformedDocument(reason, f"leave out {markup.decode()}")
    return xml


def _check_declaration(xml: bytes) -> None:
    if not xml.startswith(b"<?xml"):
        return
    declaration = XML_DECLARATION.match(xml)
    if declaration is None:
        raise MalformedDocument("well_formed", "begin with an XML 1.0 declaration or with none")
    encoding: bytes | None = declaration["encoding"]
    if encoding is not None and encoding.lower() != b"utf-8":
        raise MalformedDocument("encoding", "send the document in UTF-8")


def _well_formed(xml: bytes) -> Element:
    # A parser of its own for each document costs 3 µs; a shared one would make threads wait.
    parser = etree.XMLParser(
        encoding="utf-8",
        resolve_entities=False,
        no_network=True,
        load_dtd=False,
        dtd_validation=False,
        huge_tree=False,
    )
    try:
        return etree.fromstring(xml, parser)
    except etree.XMLSyntaxError as error:
        reason = "depth" if getattr(error, "code", None) == RESOURCE_LIMIT else "well_formed"
        raise MalformedDocument(reason, "the document is not well-formed XML") from error


def _inspected(root: Element, limits: Limits) -> list[Element]:
    """One walk over everything that the parser let in; the comments that it met."""
    depth = attributes = 0
    identifiers: set[str] = set()
    comments: list[Element] = []
    for event, item in etree.iterwalk(root, events=EVENTS):
        match event:
            case "start":
                depth += 1
                attributes += len(item.attrib)
                _check_cost(depth, attributes, limits)
                _check_element(item, identifiers)
            case "end":
                depth -= 1
            case "start-ns":
                _check_namespace(item[1])
            case "comment":
                comments.append(item)
            case "pi":
                raise MalformedDocument("processing_instruction", "leave out processing instructions")
    return comments


def _check_cost(depth: int, attributes: int, limits: Limits) -> None:
    if depth > limits.depth:
        raise MalformedDocument("depth", f"elements are nested deeper than {limits.depth}")
    if attributes > limits.attributes:
        raise MalformedDocument("size", f"the document has more than {limits.attributes} attributes")


def _check_element(element: Element, identifiers: set[str]) -> None:
    if element.tag.startswith(tag(XINCLUDE, "")):
        raise MalformedDocument("xinclude", "leave out XInclude")
    for name in IDENTIFIERS:
        value = element.get(name)
        if value is None:
            continue
        if value in identifiers:
            raise MalformedDocument("duplicate_id", "two elements carry the same ID")
        identifiers.add(value)


def _check_namespace(uri: str) -> None:
    """libxml2 gives no canonical form, or an empty one, under a relative namespace URI (SAML-03)."""
    if uri and not ABSOLUTE_URI.match(uri):
        raise MalformedDocument("canonicalization", f"namespace '{uri[:80]}' is not an absolute URI")


def _drop(root: Element, comments: list[Element]) -> None:
    """Take comments out, unless one splits a text value (SAML-04): then the document is refused."""
    if not comments:
        return
    parents = {parent for comment in comments if (parent := comment.getparent()) is not None}
    for parent in parents:
        if holds_text(parent) or not len(parent.findall("*")):
            raise MalformedDocument("comment", "leave out comments inside of values")
    etree.strip_tags(root, etree.Comment)
