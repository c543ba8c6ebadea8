"""Pushes results over mutual TLS from a process of its own, as fast as they are answered.

python -m benchmarks.load CERT KEY TRUST TEMPLATE PORT TARGET FIRST NUMBER CONNECTIONS

All requests are made beforehand, so that a turn measures the receiver. Prints ``half`` half-way, and at the end one line of
JSON: the seconds, and the numbers of the pupils whose result was answered with 202.
"""

from __future__ import annotations

import json
import socket
import ssl
import sys
import threading
import time
from pathlib import Path

PLACE = b"@" * 128
"""Where the number of the pupil stands in the template."""


def main() -> None:
    """Push and tell."""
    cert, key, trust, template, port, target, first, number, connections = sys.argv[1:]
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_CLIENT)
    context.load_verify_locations(trust)
    context.load_cert_chain(cert, key)
    body = Path(template).read_bytes()
    head = (
        f"POST {target} HTTP/1.1\r\nHost: localhost\r\nContent-Type: application/json\r\nContent-Length: {len(body)}\r\n\r\n"
    ).encode()
    pupils = range(int(first), int(first) + int(number))
    waiting = [(pupil, head + body.replace(PLACE, b"%0128x" % pupil)) for pupil in pupils]
    answered: list[int] = []
    channels = [_connect(context, int(port)) for _ in range(int(connections))]
    threads = [threading.Thread(target=_push, args=(channel, waiting, answered, len(waiting) // 2)) for channel in channels]
    started = time.perf_counter()
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    print(json.dumps({"seconds": time.perf_counter() - started, "answered": answered}))


def _connect(context: ssl.SSLContext, port: int) -> ssl.SSLSocket:
    plain = socket.create_connection(("127.0.0.1", port), 30)
    plain.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
    return context.wrap_socket(plain, server_hostname="localhost")


def _push(channel: ssl.SSLSocket, waiting: list[tuple[int, bytes]], answered: list[int], half: int) -> None:
    """One connection, until nothing is left or the receiver is gone."""
    with channel:
        while waiting:
            try:
                pupil, message = waiting.pop()
            except IndexError:  # another took the last
                return
            try:
                channel.sendall(message)
                answer = status(channel)
            except OSError:
                return
            if answer == 202:
                answered.append(pupil)
                if len(answered) == half:
                    print("half", flush=True)


def status(channel: ssl.SSLSocket) -> int:
    """The status of an answer, once all of it has come in.

    Raises:
        OSError: the receiver hung up before, which can be in the middle of an answer.
    """
    answer = channel.recv(65536)
    while answer:
        top, found, rest = answer.partition(b"\r\n\r\n")
        if found:
            length = next(int(line.split(b":")[1]) for line in top.split(b"\r\n") if line.lower().startswith(b"content-length"))
            if len(rest) >= length:
                return int(top.split(b" ", 2)[1])
        more = channel.recv(65536)
        if not more:
            break
        answer += more
    raise OSError("the receiver hung up")


if __name__ == "__main__":
    main()
