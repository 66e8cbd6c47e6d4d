"""CBOR as security keys write it (CTAP 2.2, section 8), measured before a decoder sees it.

Only what that form allows passes: definite lengths, four levels, no tags, no floats, keys of maps
that are integers or text. A claim of 2**63 bytes or a thousand levels ends here (threat FIDO-09).
"""

from __future__ import annotations

from typing import Final

from webauthn.helpers import parse_cbor
from webauthn.helpers.exceptions import InvalidCBORData

from mfa_engine.algorithms.webauthn.errors import malformed

MAX_BYTES: Final = 16_384
_MAX_LEVELS: Final = 4
_UNSIGNED, _NEGATIVE, _BYTES, _TEXT, _ARRAY, _MAP, _TAG, _SIMPLE = range(8)
_FALSE_TRUE_NULL: Final = (20, 21, 22)


def read_item(data: bytes, start: int = 0) -> tuple[object, int]:
    """The item that begins at ``start``, and where it ends. Raises CeremonyRefused (malformed)."""
    if len(data) > MAX_BYTES:
        raise malformed(f"CBOR of more than {MAX_BYTES} bytes")
    end = _end_of_item(data, start, level=1)
    try:
        return parse_cbor(data[start:end]), end
    except InvalidCBORData as error:  # a key twice in a map, text that is not UTF-8
        raise malformed("CBOR with a doubled key or broken text") from error


def read_whole(data: bytes) -> object:
    """The one item that ``data`` consists of; bytes behind it are refused."""
    item, end = read_item(data)
    if end != len(data):
        raise malformed("bytes after the end of the CBOR item")
    return item


def _end_of_item(data: bytes, at: int, level: int) -> int:
    major, argument, at = _head(data, at)
    if major in (_UNSIGNED, _NEGATIVE):
        return at
    if major in (_BYTES, _TEXT):
        if argument > len(data) - at:
            raise malformed("CBOR string longer than the data")
        return at + argument
    if major in (_ARRAY, _MAP):
        return _end_of_collection(data, at, argument, major == _MAP, level)
    if major == _SIMPLE and argument in _FALSE_TRUE_NULL:
        return at
    raise malformed("CBOR tag, float or simple value that no security key writes")


def _end_of_collection(data: bytes, at: int, length: int, is_map: bool, level: int) -> int:
    if level > _MAX_LEVELS:
        raise malformed(f"CBOR nested more than {_MAX_LEVELS} levels deep")
    # A lie about the length ends with the data: each round consumes a byte or raises.
    for _ in range(length):
        if is_map:
            if _head(data, at)[0] not in (_UNSIGNED, _NEGATIVE, _TEXT):
                raise malformed("CBOR map with a key that is neither integer nor text")
            at = _end_of_item(data, at, level + 1)
        at = _end_of_item(data, at, level + 1)
    return at


def _head(data: bytes, at: int) -> tuple[int, int, int]:
    """Major type, argument, and where the content begins (RFC 8949, section 3)."""
    if at >= len(data):
        raise malformed("CBOR ends in the middle of an item")
    major, short = data[at] >> 5, data[at] & 0x1F
    if short < 24:
        return major, short, at + 1
    if short > 27 or major == _SIMPLE:
        raise malformed("CBOR of indefinite length, or a float")
    end = at + 1 + (1 << (short - 24))
    if end > len(data):
        raise malformed("CBOR ends in the middle of a number")
    return major, int.from_bytes(data[at + 1 : end], "big"), end
