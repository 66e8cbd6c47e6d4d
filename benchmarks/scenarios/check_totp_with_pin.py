"""`/validate/check` of a PIN and a right TOTP code."""

from __future__ import annotations

from functools import partial

from benchmarks.people import PIN
from benchmarks.scenario import Scenario
from benchmarks.validation import Validation

SCENARIO = Scenario(
    name="check-totp-pin",
    title="`/validate/check`, PIN and TOTP (Argon2id 19 MiB, t 2)",
    floor=20.0,
    goal=17.0,
    begin=partial(Validation, pin=PIN),
    people="totp-pin",
    a_unit=1,
)
