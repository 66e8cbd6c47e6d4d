"""Free loopback ports."""

import secrets
import socket

# Below the range from which Linux takes the near end of outgoing connections (32768 up), so that
# none of those can take a port between its choice here and its server's start.
LOWEST, HIGHEST = 12_000, 32_000


def free_port() -> int:
    """A TCP port of 127.0.0.1 that nobody listens on."""
    while True:
        port = LOWEST + secrets.randbelow(HIGHEST - LOWEST)
        with socket.socket() as probe:
            try:
                probe.bind(("127.0.0.1", port))
            except OSError:
                continue
            return port


def listening(port: int) -> bool:
    """Whether 127.0.0.1 accepts a connection on `port`."""
    with socket.socket() as probe:
        return probe.connect_ex(("127.0.0.1", port)) == 0
