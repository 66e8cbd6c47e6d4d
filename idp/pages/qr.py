"""What an authenticator app is given: a picture to scan, or the same key as text."""

from __future__ import annotations

import io

import segno
from markupsafe import Markup


def picture(text: str) -> Markup:
    """``text`` as an SVG element: four modules of quiet zone, no size, style or script of its own."""
    drawn = io.BytesIO()
    # make_qr, since make may choose a Micro QR code, which phones cannot read.
    segno.make_qr(text, error="m").save(
        drawn,
        kind="svg",
        xmldecl=False,
        svgns=False,
        nl=False,
        omitsize=True,
        border=4,
        svgclass=None,
        lineclass=None,
    )
    return Markup(drawn.getvalue().decode())  # noqa: S704 - drawn here; the text is in the modules only


def in_fours(secret: str) -> str:
    """A base 32 key in groups of four, as people read it aloud and type it."""
    return " ".join(secret[start : start + 4] for start in range(0, len(secret), 4))
