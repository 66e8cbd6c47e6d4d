"""Where the programs lie that tests start. `tests/packages.txt` names the package of each."""

import shutil
from pathlib import Path

# Debian keeps servers out of a user's PATH, PostgreSQL's below a folder for each version.
FOLDERS = (Path("/usr/bin"), Path("/usr/sbin"), Path("/usr/lib/apache2/modules"))
POSTGRESQL = Path("/usr/lib/postgresql")


class ProgramMissing(Exception):
    """A program that a test starts is not installed: `make packages` installs them all."""


def program(name: str) -> str:
    """The full path of the program `name`. Raises ProgramMissing.

    A literal name: a test below `tests/docs` reads the calls and compares them with the package list.
    """
    newest_first = sorted(POSTGRESQL.glob("*/bin"), key=lambda folder: int(folder.parent.name), reverse=True)
    for folder in (*newest_first, *FOLDERS):
        if (folder / name).exists():
            return str(folder / name)
    elsewhere = shutil.which(name)
    if elsewhere is None:
        raise ProgramMissing(f"{name} is not installed: run `make packages`")
    return elsewhere
