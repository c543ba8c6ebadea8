"""An SSLContext of a server that takes no earlier session up again.

A session that is taken up again is not verified again: not against the dates of the certificate, nor against the lists of
what was revoked. Tickets can be switched off, but TLS 1.2 also has sessions with a number, and Python has no switch for those.
OpenSSL keeps them with the context that a connection was begun with. So every connection is begun with a context of its own,
which knows of no session, and gets the real one, with its certificate and roots, before the first byte.
"""

from __future__ import annotations

import socket
import ssl
from typing import Any


class FreshContext(ssl.SSLContext):
    """Begins every connection without a memory of earlier ones; for servers only."""

    def __new__(cls, protocol: int = ssl.PROTOCOL_TLS_SERVER) -> FreshContext:
        """Switch tickets off, which would be a memory that the other side keeps."""
        made = super().__new__(cls, protocol)
        made.num_tickets = 0
        made.options |= ssl.OP_NO_TICKET
        return made

    def wrap_bio(self, incoming: ssl.MemoryBIO, outgoing: ssl.MemoryBIO, *args: Any, **more: Any) -> ssl.SSLObject:
        """As in an SSLContext."""
        connection = self._beginning().wrap_bio(incoming, outgoing, *args, **more)
        connection.context = self
        return connection

    def wrap_socket(
        self, sock: socket.socket, server_side: bool = False, do_handshake_on_connect: bool = True, *args: Any, **more: Any
    ) -> ssl.SSLSocket:
        """As in an SSLContext. A socket that listens asks this again for each connection."""
        try:
            sock.getpeername()
        except OSError:
            return super().wrap_socket(sock, server_side, do_handshake_on_connect, *args, **more)
        connection = self._beginning().wrap_socket(sock, server_side, False, *args, **more)
        try:
            connection.context = self
            if do_handshake_on_connect:
                connection.do_handshake(block=True)
        except BaseException:
            connection.close()
            raise
        return connection

    def _beginning(self) -> ssl.SSLContext:
        """A context with what a connection takes from the one it is begun with; all else is looked up in the real one."""
        made = ssl.SSLContext(self.protocol)
        made.verify_mode = self.verify_mode
        made.verify_flags = self.verify_flags
        made.options = self.options
        made.minimum_version, made.maximum_version = self.minimum_version, self.maximum_version
        made.num_tickets = self.num_tickets
        return made
