"""Runs one server for its owner and ends it, however the owner ends.

    python guardian.py OWNER SIGNAL USER COMMAND...

OWNER is a process id: when that process is gone, even by SIGKILL, so is the server. SIGNAL is how the
server is asked to stop, USER whom it runs as ("" for the same user). A program of its own, with the
standard library only, because nothing inside the owner outlives its SIGKILL.
"""

import contextlib
import os
import pwd
import select
import signal
import subprocess
import sys

PATIENCE = 3.0  # seconds between asking a server to stop and killing it


def main(owner: int, stop_signal: int, user: str, command: list[str]) -> int:
    """Exit code of the server, or 0 when it was stopped."""
    told, telling = os.pipe()
    os.set_blocking(telling, False)
    signal.set_wakeup_fd(telling)
    signal.signal(signal.SIGTERM, lambda *_: None)  # whoever ends us: seen below as readable `told`
    owner_gone = os.pidfd_open(owner)
    becomes = {"user": user, "group": pwd.getpwnam(user).pw_gid, "extra_groups": []} if user else {}
    server = subprocess.Popen(command, process_group=0, **becomes)  # type: ignore[call-overload]
    server_gone = os.pidfd_open(server.pid)
    select.select([told, owner_gone, server_gone], [], [])
    ended_by_itself: int | None = server.poll()
    end(server, stop_signal)
    return ended_by_itself or 0


def end(server: "subprocess.Popen[bytes]", stop_signal: int) -> None:
    """Ask the server to stop, then kill what is left of its process group."""
    server.send_signal(stop_signal)
    with contextlib.suppress(subprocess.TimeoutExpired):
        server.wait(PATIENCE)
    with contextlib.suppress(ProcessLookupError):
        os.killpg(server.pid, signal.SIGKILL)


if __name__ == "__main__":
    sys.exit(main(int(sys.argv[1]), int(sys.argv[2]), sys.argv[3], sys.argv[4:]))
