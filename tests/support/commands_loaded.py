"""Runs `doorward` once for each line that it reads, in a process of its own: see commands.py.

A program of its own, which loads the product once and forks for each command, because loading is nearly
all that a command costs.
"""

import json
import os
import sys
import traceback

import idp.app
import idp.wiring  # noqa: F401 - both are loaded here for the children
from idp.cli import main as doorward


def main() -> None:
    for line in sys.stdin:
        command = json.loads(line)
        process = os.fork()
        if process == 0:
            child(command)
        _, status = os.waitpid(process, 0)
        print(os.waitstatus_to_exitcode(status), flush=True)


def child(command: dict[str, object]) -> None:
    """Never returns."""
    flags = os.O_WRONLY | os.O_CREAT | os.O_TRUNC
    os.dup2(os.open(str(command["input"]), os.O_RDONLY), 0)
    os.dup2(os.open(str(command["output"]), flags), 1)
    os.dup2(os.open(str(command["errors"]), flags), 2)
    sys.stdin = os.fdopen(0)  # what the parent's one has read ahead is not the command's
    sys.argv[:] = ["doorward", *map(str, command["arguments"])]  # type: ignore[call-overload]
    code: object = 0
    try:
        doorward()
    except SystemExit as ended:
        code = ended.code
    except BaseException:  # noqa: BLE001 - as Python itself would end
        traceback.print_exc()
        code = 70
    sys.stdout.flush()
    sys.stderr.flush()
    os._exit(code if isinstance(code, int) else 1)


if __name__ == "__main__":
    main()
