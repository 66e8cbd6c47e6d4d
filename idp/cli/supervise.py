"""Two processes under one: the server, and the worker that is started again when it dies."""

from __future__ import annotations

import signal
import subprocess
import time
from collections.abc import Callable

_RESTART_PAUSE_SECONDS = 1.0
_LOOK_EVERY_SECONDS = 0.5


def supervise(server: subprocess.Popen[bytes], start_worker: Callable[[], subprocess.Popen[bytes]]) -> int:
    """Run both until the server ends; gives its exit code. SIGTERM and SIGINT end both gracefully."""
    worker = start_worker()
    started_at = time.monotonic()
    stopping = False

    def stop(_signal: int, _frame: object) -> None:
        nonlocal stopping
        stopping = True
        server.terminate()
        worker.terminate()

    for number in (signal.SIGTERM, signal.SIGINT):
        signal.signal(number, stop)
    while True:
        try:
            code = server.wait(timeout=_LOOK_EVERY_SECONDS)
            break
        except subprocess.TimeoutExpired:
            due = time.monotonic() - started_at > _RESTART_PAUSE_SECONDS
            if worker.poll() is not None and due and not stopping:
                worker, started_at = start_worker(), time.monotonic()
    worker.terminate()
    worker.wait()
    return 0 if stopping else code
