"""The Makefile's tasks."""

import re
import subprocess
from pathlib import Path

ROOT = Path(__file__).parents[2]
MAKEFILE = (ROOT / "Makefile").read_text()


def test_every_task_has_its_line_in_make_help():
    (tasks,) = re.findall(r"^\.PHONY: (.*)$", MAKEFILE, re.MULTILINE)
    shown = subprocess.run(["make", "help"], cwd=ROOT, capture_output=True, text=True, check=True).stdout
    assert re.findall(r"^make (\w+) - \w", shown, re.MULTILINE) == tasks.split()


def test_continuous_integration_does_what_everybody_does():
    code = [line for line in (ROOT / ".ci/run").read_text().splitlines() if not line.startswith("#")]
    assert code == ['cd "$(dirname "$0")/.." && exec make test']
