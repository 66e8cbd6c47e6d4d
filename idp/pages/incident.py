"""Incident numbers: what a person reads out to the help desk, and the log is searched by."""

from __future__ import annotations

import secrets

CROCKFORD = "0123456789ABCDEFGHJKMNPQRSTVWXYZ"  # base 32 without I, L, O and U


def new_incident() -> str:
    """Eight characters, 40 random bits: ``7K4M-92QD``."""
    bits = secrets.randbits(40)
    letters = "".join(CROCKFORD[bits >> place & 31] for place in range(0, 40, 5))
    return f"{letters[:4]}-{letters[4:]}"
