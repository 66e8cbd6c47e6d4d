"""How long a campaign runs: in full below `make soak`, a hundredth of it in `make test`."""

import os

SCALE = float(os.environ.get("DOORWARD_SOAK", "0.01"))


def scaled(count: int) -> int:
    """How many of `count` rounds this run does: all of them in a soak, never fewer than one."""
    return max(1, round(count * SCALE))
