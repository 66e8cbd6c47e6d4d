"""The audit: every act that matters writes exactly one row, in the transaction of its effect.

``entry`` is what a use case says, ``record`` writes it with its keyed MAC, ``search`` and
``verify`` read. A row is about an act; a face never writes one for a use case that already did.
"""

from mfa_engine.audit.entry import Entry, Origin, Subject
from mfa_engine.audit.record import record

__all__ = ["Entry", "Origin", "Subject", "record"]
