"""What is measured: the one list."""

from __future__ import annotations

from benchmarks.scenario import Scenario
from benchmarks.scenarios import (
    check_hotp,
    check_hotp_with_pin,
    check_totp,
    check_totp_with_pin,
    code_from_session,
    code_to_tokens,
    discovery,
    jwks,
    login_to_response,
    login_to_tokens,
    response_from_session,
)

SCENARIOS: tuple[Scenario, ...] = (
    check_totp.SCENARIO,
    check_hotp.SCENARIO,
    check_totp_with_pin.SCENARIO,
    check_hotp_with_pin.SCENARIO,
    login_to_tokens.SCENARIO,
    login_to_response.SCENARIO,
    code_from_session.SCENARIO,
    code_to_tokens.SCENARIO,
    response_from_session.SCENARIO,
    discovery.SCENARIO,
    jwks.SCENARIO,
)


def scenario(name: str) -> Scenario:
    """The one of that name."""
    return next(one for one in SCENARIOS if one.name == name)
