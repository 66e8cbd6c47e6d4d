"""A client's connection: HTTP/1.1 on loopback, kept alive, with cookies; as cheap as Python allows."""

from __future__ import annotations

import select
import socket
from dataclasses import dataclass

PATIENCE_SECONDS = 30.0
_FORM = "Content-Type: application/x-www-form-urlencoded\r\n"


class Failed(Exception):
    """A request was not answered, or not as the scenario expects."""


@dataclass(frozen=True, slots=True)
class Answer:
    """What came back."""

    status: int
    head: bytes
    body: bytes

    def header(self, name: bytes) -> str:
        """The first header of that name, which is given as the server writes it; empty when there is none."""
        _, found, rest = self.head.partition(b"\r\n" + name + b": ")
        return rest.partition(b"\r\n")[0].decode() if found else ""

    @property
    def location(self) -> str:
        return self.header(b"Location")


class Connection:
    """To `port` of this machine. A connection that the server closed meanwhile is opened anew."""

    def __init__(self, port: int) -> None:
        self._port = port
        self._socket: socket.socket | None = None
        self.cookies: dict[str, str] = {}

    @property
    def origin(self) -> str:
        """As the server knows itself."""
        return f"http://localhost:{self._port}"

    def get(self, path: str) -> Answer:
        return self._exchange(f"GET {path} HTTP/1.1\r\n{self._headers()}\r\n".encode())

    def post(self, path: str, form: str, headers: str = "") -> Answer:
        """`form` is encoded; `headers` are further lines, each with its end."""
        about = f"{_FORM}Content-Length: {len(form)}\r\n"
        sent = f"{self._headers()}{headers}Origin: {self.origin}\r\n{about}"
        return self._exchange(f"POST {path} HTTP/1.1\r\n{sent}\r\n{form}".encode())

    def close(self) -> None:
        if self._socket is not None:
            self._socket.close()
            self._socket = None

    def _headers(self) -> str:
        cookies = "; ".join(f"{name}={value}" for name, value in self.cookies.items())
        sent = f"Cookie: {cookies}\r\n" if cookies else ""
        return f"Host: localhost:{self._port}\r\nUser-Agent: benchmark/1\r\n{sent}"

    def _exchange(self, request: bytes) -> Answer:
        open_socket = self._open()
        try:
            open_socket.sendall(request)
            answer = _read(open_socket)
        except OSError as error:
            self.close()
            raise Failed(f"no answer: {error}") from error
        if b"\r\nSet-Cookie: " in answer.head:
            self._keep_cookies(answer.head)
        if b"\r\nConnection: close" in answer.head:
            self.close()
        return answer

    def _open(self) -> socket.socket:
        if self._socket is not None and select.select([self._socket], [], [], 0)[0]:
            self.close()
        if self._socket is None:
            self._socket = socket.create_connection(("127.0.0.1", self._port), PATIENCE_SECONDS)
            self._socket.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
        return self._socket

    def _keep_cookies(self, head: bytes) -> None:
        for line in head.split(b"\r\nSet-Cookie: ")[1:]:
            name, _, value = line.partition(b";")[0].decode().partition("=")
            self.cookies[name] = value


def _read(open_socket: socket.socket) -> Answer:
    received = b""
    while (end := received.find(b"\r\n\r\n")) < 0:
        received += _more(open_socket)
    head, body = received[: end + 2], received[end + 4 :]
    length = int(head.partition(b"\r\nContent-Length: ")[2].partition(b"\r\n")[0] or 0)
    while len(body) < length:
        body += _more(open_socket)
    return Answer(int(head[9:12]), head, body)


def _more(open_socket: socket.socket) -> bytes:
    piece = open_socket.recv(65536)
    if not piece:
        raise Failed("the server closed the connection in the middle of an answer")
    return piece
