"""Incident numbers: what a person reads out to the help desk, and the log is searched by."""

from __future__ import annotations

import secrets

CROCKFORD = "0123456789ABCDEFGHJKMNPQRSTVWXYZ"  # base 32 without I, L, O and U


def new_incident() -> str:
    """Eight characters, 40 random bits: ``7K4M-92QD``."""
    letters = "".join(secrets.choice(CROCKFORD) for _ in range(8))
    return f"{letters[:4]}-{letters[4:]}"
