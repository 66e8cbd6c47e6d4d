"""Two processes under one: the server, and the worker that is started again when it dies."""

from __future__ import annotations

import signal
import subprocess
import time
from collections.abc import Callable

_RESTART_PAUSE_SECONDS = 1.0
_LOOK_EVERY_SECONDS = 0.5
_GRACE_SECONDS = 10.0  # of the worker, whose jobs are short

Start = Callable[[], "subprocess.Popen[bytes]"]


def supervise(start_server: Start, start_worker: Start) -> int:
    """Run both until the server ends; gives its exit code. SIGTERM and SIGINT end both gracefully, a worker
    that does not end is killed."""
    running: list[subprocess.Popen[bytes]] = []
    stopping = False

    def stop(_signal: int, _frame: object) -> None:
        nonlocal stopping
        stopping = True
        for process in running:
            process.terminate()

    def started(start: Start) -> subprocess.Popen[bytes]:
        process = start()
        running.append(process)
        if stopping:  # told so while it was started: its signal went to nobody
            process.terminate()
        return process

    for number in (signal.SIGTERM, signal.SIGINT):
        signal.signal(number, stop)
    server, worker = started(start_server), started(start_worker)
    started_at = time.monotonic()
    while True:
        try:
            code = server.wait(timeout=_LOOK_EVERY_SECONDS)
            break
        except subprocess.TimeoutExpired:
            due = time.monotonic() - started_at > _RESTART_PAUSE_SECONDS
            if worker.poll() is not None and due and not stopping:
                running.remove(worker)
                worker, started_at = started(start_worker), time.monotonic()
    _end(worker)
    return 0 if stopping else code


def _end(process: subprocess.Popen[bytes]) -> None:
    process.terminate()
    try:
        process.wait(timeout=_GRACE_SECONDS)
    except subprocess.TimeoutExpired:
        process.kill()
        process.wait()
