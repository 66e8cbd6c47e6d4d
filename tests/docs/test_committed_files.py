"""What no committed file may name: where packages come from, and where somebody's checkout lies."""

import re
import subprocess
from pathlib import Path

from tests.support.programs import program

ROOT = Path(__file__).parents[2]

# Put together here, so that this file passes its own test.
REGISTRIES = [
    r"\.".join(parts)
    for parts in (
        ("pypi", "org"),
        ("pythonhosted", "org"),
        ("crates", "io"),
        ("npmjs", "(?:org|com)"),
        ("proxy", "golang", "org"),
        ("repo1?", "maven"),
        ("(?:deb|security)", "debian", "org"),
    )
]
PLACES = [f"/{folder}/" for folder in ("work", "root", "home/[a-z]+")]
FORBIDDEN = re.compile(rf"(?<![\w.])(?:{'|'.join(PLACES)})|{'|'.join(REGISTRIES)}")


def committed() -> list[Path]:
    listed = subprocess.run(
        [program("git"), "ls-files", "-z"], cwd=ROOT, capture_output=True, text=True, check=True
    )
    return [ROOT / name for name in listed.stdout.split("\0") if name]


def test_no_committed_file_names_a_registry_or_a_place_on_one_machine():
    named = {
        f"{path.relative_to(ROOT)}: {found[0]}"
        for path in committed()
        if path.is_file()
        for found in FORBIDDEN.finditer(path.read_text(errors="replace"))
    }
    assert named == set()
