"""Text and attribute values that cannot leave their place."""

import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st
from lxml import etree

from metadata.saml.markup import UnwritableText, attribute, text, writable

WRITABLE = st.text(
    st.characters(exclude_categories=["Cs"], exclude_characters="\ufffe\uffff").filter(
        lambda c: c >= " " or c in "\t\n\r"
    )
)


@settings(deadline=None)
@example("\r", "")
@example("", "\r")
@example("\t\n\"'<>&", "\t\n\"'<>&]]>")
@given(WRITABLE, WRITABLE)
def test_SAML_14_a_value_comes_back_as_it_went_in_and_the_text_is_canonical(in_attribute, in_text):
    written = f'<a b="{attribute(in_attribute)}">{text(in_text)}</a>'
    root = etree.fromstring(written.encode())
    assert root.get("b") == in_attribute
    assert (root.text or "") == in_text
    assert len(root) == 0
    assert etree.tostring(root, method="c14n", exclusive=True).decode() == written


@pytest.mark.parametrize("character", list(map(chr, (0, 1, 0x0B, 0x1F, 0xD800, 0xDFFF, 0xFFFE, 0xFFFF))))
@pytest.mark.parametrize("write", [attribute, text, writable])
def test_SAML_14_a_character_that_xml_cannot_carry_is_refused(write, character):
    with pytest.raises(UnwritableText, match=f"U\\+{ord(character):04X}"):
        write(f"before{character}after")
