"""A Doorward of this process that other programs and browsers reach, over TLS unless told otherwise."""

from __future__ import annotations

import ssl
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC, datetime

from werkzeug.serving import WSGIRequestHandler, make_server

from tests.support.certificates import Authority
from tests.support.idp import Idp, open_idp
from tests.support.ports import free_port


class _Quiet(WSGIRequestHandler):
    def log_request(self, code: int | str = "-", size: int | str = "-") -> None:
        """Nothing: what matters is in the audit."""


@contextmanager
def served(url: str, authority: Authority, *, tls: bool = True, **settings: str) -> Iterator[Idp]:
    """A Doorward at ``https://localhost:PORT`` (``idp.base``), on a database made by ``prepare_idp``; without
    ``tls`` by plain http, as the demonstration.

    Its clock begins at this machine's time and then stands still, so that a test reaches the next code
    of an authenticator app without waiting: other programs bear some minutes of difference.
    """
    port = free_port()
    idp = open_idp(url, base=f"{'https' if tls else 'http'}://localhost:{port}", **settings)
    idp.clock.now = datetime.now(UTC)
    context = _context(authority) if tls else None
    server = make_server(
        "127.0.0.1", port, idp.app, threaded=True, request_handler=_Quiet, ssl_context=context
    )
    thread = threading.Thread(target=server.serve_forever, daemon=True)
    thread.start()
    yield idp
    server.shutdown()
    thread.join()
    server.server_close()
    idp.close()


def _context(authority: Authority) -> ssl.SSLContext:
    files = authority.issue("localhost")
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.load_cert_chain(files.certificate, files.key)
    return context
