"""The command line on an installation of its own."""

from __future__ import annotations

from collections.abc import Iterator

import pytest

from tests.support.commands import Commands, commands
from tests.support.run import Run
from tests.support.served import Served, new_installation


@pytest.fixture(scope="module")
def house(run: Run) -> Served:
    """An installation with nobody in it."""
    return new_installation(run.new_folder("shell"))


@pytest.fixture(scope="module")
def doorward(house: Served, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Commands]:
    """`doorward("realm", "list")`."""
    with commands(house.settings, tmp_path_factory.mktemp("commands")) as run_one:
        yield run_one
