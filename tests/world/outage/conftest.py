"""A served Doorward whose people live in a directory that can be stopped."""

from __future__ import annotations

import base64
from collections.abc import Iterator
from dataclasses import dataclass

import pytest

from tests.support.certificates import Authority
from tests.support.directory import connect_directory, directory_person
from tests.support.run import Run
from tests.support.served import Served, new_installation
from tests.support.slapd import Slapd, slapd


@dataclass
class House:
    """The server and the directory; ``keys`` are those of people's authenticator apps."""

    served: Served
    directory: Slapd
    keys: dict[str, bytes]

    @property
    def account(self) -> str:
        return f"{self.served.base}/account/"


@pytest.fixture
def house(run: Run, authority: Authority) -> Iterator[House]:
    """Alice lives in the directory, Bob in Doorward; both have an authenticator app."""
    served = new_installation(run.new_folder("house"))
    with slapd(run, authority) as server:
        with served.inside() as idp:
            bob = idp.person("bob")
            connect_directory(idp, server)
            people = (directory_person(idp, "alice"), bob)
        keys = {person.login: base64.b32decode(padded(person.secret)) for person in people}
        served.start()
        yield House(served, server, keys)
        served.stop()


def padded(secret: str) -> str:
    return secret + "=" * (-len(secret) % 8)
