"""How long a campaign runs: in full below `make soak`, a hundredth of it in `make test`."""

import os

SCALE = float(os.environ.get("DOORWARD_SOAK", "0.01"))
IN_FULL = SCALE >= 1


def scaled(count: int) -> int:
    """How many of `count` rounds this run does: all of them in a soak, never fewer than one."""
    return max(1, round(count * SCALE))


def seek_new_examples() -> None:
    """Let Hypothesis try other examples in each run. To be called before tests are imported."""
    from hypothesis import settings

    settings.register_profile("soak", settings.get_profile("ci"), derandomize=False)
    settings.load_profile("soak")
