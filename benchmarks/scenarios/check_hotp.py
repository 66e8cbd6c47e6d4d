"""`/validate/check` of a right HOTP code."""

from __future__ import annotations

from benchmarks.scenario import Scenario
from benchmarks.validation import Validation

SCENARIO = Scenario(
    name="check-hotp",
    title="`/validate/check`, HOTP",
    floor=3.0,
    goal=1.6,
    begin=Validation,
    people="hotp",
)
