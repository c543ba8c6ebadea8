"""Sockets: one request over mutual TLS, and what came of it."""

from doorstroom_client.parties.url import Peer as Peer
from doorstroom_client.transport.request import AsyncTransport as AsyncTransport
from doorstroom_client.transport.request import Fault as Fault
from doorstroom_client.transport.request import FaultKind as FaultKind
from doorstroom_client.transport.request import Operation as Operation
from doorstroom_client.transport.request import Outcome as Outcome
from doorstroom_client.transport.request import Request as Request
from doorstroom_client.transport.request import Response as Response
from doorstroom_client.transport.request import Sink as Sink
from doorstroom_client.transport.request import Timeouts as Timeouts
from doorstroom_client.transport.request import Transport as Transport
from doorstroom_client.transport.tls import CIPHERS as CIPHERS
from doorstroom_client.transport.tls import load_own as load_own
from doorstroom_client.transport.tls import server_context as server_context

__all__ = [
    "CIPHERS",
    "AsyncTransport",
    "Fault",
    "FaultKind",
    "Operation",
    "Outcome",
    "Peer",
    "Request",
    "Response",
    "Sink",
    "Timeouts",
    "Transport",
    "load_own",
    "server_context",
]
