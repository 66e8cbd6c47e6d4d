"""The fixtures of tests/support/worlds.py."""

from tests.support.worlds import (  # noqa: F401 - pytest finds them by their names here
    alice,
    crowd,
    postgresql_world,
    sqlite_alice,
    sqlite_world,
    world,
)
