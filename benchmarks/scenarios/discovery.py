"""The discovery document."""

from __future__ import annotations

from functools import partial

from benchmarks.document import Document
from benchmarks.scenario import Scenario

SCENARIO = Scenario(
    name="discovery",
    title="discovery document",
    floor=0.2,
    goal=0.08,
    begin=partial(Document, path="/.well-known/openid-configuration", mark=b'"issuer"'),
)
