"""gunicorn's threads, each of which stays with its client for a moment after an answer.

gunicorn hands a connection back to its main thread after each answer, and gets it from there when the next
request comes: three changes of thread a request, a quarter of what a small answer costs. A program that
asks again at once, or a browser that follows a redirect, is served by the thread that is still there.
"""

from __future__ import annotations

import select

from gunicorn.http.parser import RequestParser
from gunicorn.workers.gthread import TConn

from idp.cli.closing_worker import ClosingThreadWorker

STAY_MILLISECONDS = 2.0


class StayingThreadWorker(ClosingThreadWorker):
    """Stays only while nobody waits for a thread."""

    def handle(self, conn: TConn) -> bool:
        keep = super().handle(conn)
        while keep is True and self.alive and self.tpool._work_queue.empty() and _asks_again(conn):
            keep = super().handle(conn)
        return keep


def _asks_again(conn: TConn) -> bool:
    """Whether the next request begins to come in. What was read ahead of it is gunicorn's to find."""
    parser = conn.parser
    if not isinstance(parser, RequestParser) or parser.unreader.buf.getvalue():
        return False
    poll = select.poll()
    poll.register(conn.sock, select.POLLIN)
    return bool(poll.poll(STAY_MILLISECONDS))
