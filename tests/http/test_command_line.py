"""The command line: what it asks for is not to be read by others."""

from __future__ import annotations

import base64
import re

import click
import pyotp
import pytest

from tests.support.command_line import commands, doorward
from tests.support.idp import Idp

SECRET = re.compile(r"pass(word)?|pin|secret|keys?|codes?|otp")
OURS = {"serve", "worker", "demo"}
KEY = "3132333435363738393031323334353637383930"


@pytest.mark.parametrize("name", sorted(set(commands()) - OURS))
def test_KEY_07_no_command_takes_a_secret_as_an_argument(name: str) -> None:
    for parameter in commands()[name].params:
        words = re.split(r"[-_]", parameter.name or "")
        is_file = isinstance(parameter.type, click.Path)
        takes_a_value = isinstance(parameter, click.Argument) or not getattr(parameter, "is_flag", False)
        assert is_file or not takes_a_value or not any(map(SECRET.fullmatch, words)), parameter.name


def test_KEY_07_the_key_of_a_token_that_exists_is_asked_for(idp: Idp) -> None:
    refused = doorward(idp, "token", "enrol", "hotp", "--set", f"otpkey={KEY}")
    assert refused.exit_code == 2
    assert KEY not in refused.output
    asked = doorward(idp, "token", "enrol", "hotp", "--serial", "OATH1", "--key", said=f"{KEY}\n")
    assert asked.exit_code == 0
    read = doorward(idp, "token", "enrol", "hotp", "--serial", "OATH2", "--key-stdin", said=f"{KEY}\n")
    assert "OATH2" in read.output
    assert len(idp.sql("SELECT serial FROM token")) == 2


@pytest.mark.parametrize("option", [(), ("--codes-stdin",)])
def test_KEY_07_the_codes_that_bring_a_token_in_step_are_asked_for(idp: Idp, option: tuple[str, ...]) -> None:
    doorward(idp, "token", "enrol", "hotp", "--serial", "OATH1", "--key-stdin", said=f"{KEY}\n")
    codes = pyotp.HOTP(base64.b32encode(bytes.fromhex(KEY)).decode())
    first, second = codes.at(500), codes.at(501)
    assert doorward(idp, "token", "resync", "OATH1", first, second).exit_code == 2
    done = doorward(idp, "token", "resync", "OATH1", *option, said=f"{first}\n{second}\n")
    assert "in step" in done.output
    assert idp.sql("SELECT counter FROM token") == [(501,)]


def test_KEY_07_a_pin_is_asked_for(idp: Idp) -> None:
    doorward(idp, "token", "enrol", "hotp", "--serial", "OATH1")
    assert doorward(idp, "token", "set-pin", "OATH1", "--pin", "2468").exit_code == 2
    doorward(idp, "token", "set-pin", "OATH1", said="2468\n2468\n")
    ((hashed,),) = idp.sql("SELECT pin_hash FROM token")
    assert hashed
    doorward(idp, "token", "set-pin", "OATH1", "--pin-stdin", said="1357\n")
    assert idp.sql("SELECT pin_hash FROM token") != [(hashed,)]
