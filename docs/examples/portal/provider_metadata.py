"""What the portal says about itself beyond python3-saml's own metadata: a name for login pages."""

from lxml import etree

DISPLAY_NAME = "Library Portal"
DESCRIPTION = "Borrow, renew and read online."
MD = "urn:oasis:names:tc:SAML:2.0:metadata"
MDUI = "urn:oasis:names:tc:SAML:metadata:ui"
XML_LANG = "{http://www.w3.org/XML/1998/namespace}lang"

NAME_ATTRIBUTE = "urn:oid:2.16.840.1.113730.3.1.241"
MAIL_ATTRIBUTE = "urn:oid:0.9.2342.19200300.100.1.3"
URI_NAME_FORMAT = "urn:oasis:names:tc:SAML:2.0:attrname-format:uri"
REQUESTED_ATTRIBUTES = tuple(
    {"name": name, "friendlyName": friendly, "nameFormat": URI_NAME_FORMAT, "isRequired": True}
    for name, friendly in ((NAME_ATTRIBUTE, "displayName"), (MAIL_ATTRIBUTE, "mail"))
)


def with_display_name(metadata: bytes) -> bytes:
    """The same metadata with ``mdui:UIInfo``, which login pages take the portal's name from."""
    entity = etree.fromstring(metadata, etree.XMLParser(resolve_entities=False, no_network=True))
    (role,) = entity.iterchildren(f"{{{MD}}}SPSSODescriptor")
    extensions = etree.Element(f"{{{MD}}}Extensions")
    shown = etree.SubElement(extensions, f"{{{MDUI}}}UIInfo", nsmap={"mdui": MDUI})
    for tag, text in (("DisplayName", DISPLAY_NAME), ("Description", DESCRIPTION)):
        etree.SubElement(shown, f"{{{MDUI}}}{tag}", {XML_LANG: "en"}).text = text
    role.insert(0, extensions)
    return etree.tostring(entity, xml_declaration=True, encoding="UTF-8")
