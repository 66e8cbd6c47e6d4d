"""The set of public keys."""

from __future__ import annotations

from functools import partial

from benchmarks.document import Document
from benchmarks.scenario import Scenario

SCENARIO = Scenario(
    name="jwks",
    title="JWK set",
    floor=0.2,
    goal=0.08,
    begin=partial(Document, path="/oidc/jwks", mark=b'"keys"'),
)
