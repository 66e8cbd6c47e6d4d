"""A line to a server on this machine that a test can cut, and mend."""

from __future__ import annotations

import contextlib
import selectors
import socket
import threading
from types import TracebackType


class Line:
    """Forwards TCP to `server_port` of 127.0.0.1 from a port of its own."""

    def __init__(self, server_port: int) -> None:
        self.server_port = server_port
        self._sockets: set[socket.socket] = set()
        self._lock = threading.Lock()
        self._listener = socket.create_server(("127.0.0.1", 0))
        self.port: int = self._listener.getsockname()[1]
        self._serve()

    def __enter__(self) -> Line:
        return self

    def __exit__(self, _kind: type[BaseException] | None, _it: object, _trace: TracebackType | None) -> None:
        self.cut()

    def cut(self) -> None:
        """Whoever is connected loses the connection, whoever comes is refused."""
        with contextlib.suppress(OSError):
            self._listener.shutdown(socket.SHUT_RDWR)  # close() alone leaves the waiting accept() as it is
        self._listener.close()
        with self._lock:
            for one in self._sockets:
                with contextlib.suppress(OSError):
                    one.shutdown(socket.SHUT_RDWR)
            self._sockets.clear()

    def mend(self) -> None:
        """As before, on the same port."""
        self._listener = socket.create_server(("127.0.0.1", self.port))
        self._serve()

    def _serve(self) -> None:
        threading.Thread(target=self._accept, args=(self._listener,), daemon=True).start()

    def _accept(self, listener: socket.socket) -> None:
        with contextlib.suppress(OSError):  # cut
            while True:
                near = listener.accept()[0]
                threading.Thread(target=self._carry, args=(near,), daemon=True).start()

    def _carry(self, near: socket.socket) -> None:
        far = socket.create_connection(("127.0.0.1", self.server_port))
        with self._lock:
            self._sockets |= {near, far}
        with near, far, selectors.DefaultSelector() as ready, contextlib.suppress(OSError):
            ready.register(near, selectors.EVENT_READ, far)
            ready.register(far, selectors.EVENT_READ, near)
            while True:
                for key, _ in ready.select():
                    sent = key.fileobj.recv(65536)  # type: ignore[union-attr]
                    if not sent:
                        return
                    key.data.sendall(sent)
