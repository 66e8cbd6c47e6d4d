"""gunicorn's threads, with the door closed before what has begun is finished (OPS-12).

gunicorn's own worker leaves its listening socket open until its last request is answered: whoever comes
meanwhile is let in by the kernel, waits, and is cut off.
"""

from __future__ import annotations

import select
from typing import Any

from gunicorn.workers.gthread import ThreadWorker


class ClosingThreadWorker(ThreadWorker):
    """Takes on who is already in line, then closes: later ones are refused, and go to another node."""

    def set_accept_enabled(self, enabled: bool | None) -> None:
        super().set_accept_enabled(enabled)
        if not enabled and not self.alive:
            for listener in self.sockets:
                self._close(listener)

    def _close(self, listener: Any) -> None:
        while select.select([listener], [], [], 0)[0]:
            self.accept(listener)
        listener.close()
