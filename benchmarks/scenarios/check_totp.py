"""`/validate/check` of a right TOTP code."""

from __future__ import annotations

from benchmarks.scenario import Scenario
from benchmarks.validation import Validation

SCENARIO = Scenario(
    name="check-totp",
    title="`/validate/check`, TOTP",
    floor=3.0,
    goal=1.6,
    begin=Validation,
    people="totp",
    a_unit=1,
)
