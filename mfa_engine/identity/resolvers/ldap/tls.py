"""TLS to a server that the trust store vouches for, and to no other (NET-03)."""

from __future__ import annotations

import socket
import ssl

from ldap3 import Connection, Tls


class VerifiedTls(Tls):
    """TLS 1.2 or later, to a server with a valid certificate for the name by which it is configured.

    ``ca_file`` is PEM; empty: the system's trust store. Raises OSError when it cannot be read. Read
    once, where ldap3 would read it at each connection.
    """

    def __init__(self, ca_file: str) -> None:
        super().__init__(validate=ssl.CERT_REQUIRED)
        self._context = ssl.create_default_context(cafile=ca_file or None)
        self._context.minimum_version = ssl.TLSVersion.TLSv1_2

    def wrap_socket(self, connection: Connection, do_handshake: bool = False) -> None:
        """Called by ldap3. The handshake is done whatever it asks for: without, nothing is verified."""
        host = connection.server.host
        # Else the bind waits 40 ms for the other end to acknowledge our last word of the handshake.
        connection.socket.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
        connection.socket = self._context.wrap_socket(connection.socket, server_hostname=host)
