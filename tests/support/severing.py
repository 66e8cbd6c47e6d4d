"""A network that loses the connection at COMMIT: before the server hears of it, or after it did it."""

from __future__ import annotations

import contextlib
import selectors
import socket
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from enum import StrEnum


class Severed(StrEnum):
    """When the connection is lost."""

    BEFORE = "before the server hears of COMMIT"
    AFTER = "after the server committed, before it is told"


class SeveringProxy:
    """Stands before a database server on 127.0.0.1; `at` says what to do with the next COMMIT."""

    def __init__(self, server_port: int) -> None:
        self.at: Severed | None = None
        self.severed = 0
        self._server_port = server_port
        self._listener = socket.create_server(("127.0.0.1", 0))
        self.port: int = self._listener.getsockname()[1]
        threading.Thread(target=self._accept, daemon=True).start()

    def close(self) -> None:
        self._listener.close()

    def _accept(self) -> None:
        with contextlib.suppress(OSError):  # closed
            while True:
                client = self._listener.accept()[0]
                threading.Thread(target=self._carry, args=(client,), daemon=True).start()

    def _carry(self, client: socket.socket) -> None:
        server = socket.create_connection(("127.0.0.1", self._server_port))
        with client, server, selectors.DefaultSelector() as ready, contextlib.suppress(OSError):
            ready.register(client, selectors.EVENT_READ, server)
            ready.register(server, selectors.EVENT_READ, client)
            while True:
                for key, _ in ready.select():
                    source = client if key.fileobj is client else server
                    data = source.recv(65536)
                    if not data or (source is client and self._lose(data, server)):
                        return
                    key.data.sendall(data)

    def _lose(self, data: bytes, server: socket.socket) -> bool:
        """Whether this is where the connection is lost."""
        if self.at is None or not data.rstrip(b"\0").endswith(b"COMMIT"):  # READ COMMITTED is none
            return False
        if self.at is Severed.AFTER:
            server.sendall(data)
            server.recv(65536)  # it answers when it is done
        self.at = None
        self.severed += 1
        return True


@contextmanager
def severing(server_port: int) -> Iterator[SeveringProxy]:
    """A proxy that stands while the block runs."""
    proxy = SeveringProxy(server_port)
    try:
        yield proxy
    finally:
        proxy.close()
