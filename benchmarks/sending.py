"""Sending a list over mutual TLS, the whole call, beside bare HTTP and beside clients that generators make."""

from __future__ import annotations

import http.client
import json
import sys
import tempfile
from collections.abc import Callable, Iterable, Iterator, Sequence
from contextlib import ExitStack, closing, contextmanager
from functools import partial
from pathlib import Path
from urllib.parse import urlsplit

import httpx

from benchmarks import generated
from benchmarks.generated import AUTEUR, LeftOutError
from benchmarks.harness import Figure, Scale, main, pair, ratio_figure
from benchmarks.world import SCHOOL, YEAR, certificate, leverancier, supplier
from doorstroom_client import Advies, Client, ClientCertificate
from doorstroom_client.exchange.http import Operation
from doorstroom_client.exchange.tls import client_context
from doorstroom_client.messages.codec import encode
from doorstroom_client.simulator.keten import adviezen_of
from doorstroom_client.simulator.leerlingen import bedenk_leerlingen
from doorstroom_client.simulator.pki import Pki

HEADERS = {"Content-Type": "application/json", "Accept": "application/json", "Accept-Encoding": "identity"}
TARGET = f"/{Operation.SCHOOLADVIEZEN}?edu-to={SCHOOL.oin}&edu-from={SCHOOL.routeringskenmerk}"
FEW, MANY = 27, 500
NO_BAR = float("inf")

GENERATED = (
    ("openapi-python-client", generated.python_client, ((FEW, 0.6), (MANY, 0.3))),
    ("OpenAPI Generator (python)", generated.generator, ((FEW, 0.6),)),
)


def measure(scale: Scale) -> Iterable[Figure]:
    """The processor time of our process for one call, in turns with each of the others."""
    lists = {number: adviezen_of(bedenk_leerlingen(number, seed=1, schooljaar=YEAR)) for number in (FEW, MANY)}
    times, rounds = {FEW: scale.of(40, 1), MANY: scale.of(6, 1)}, scale.of(21, 2)
    with tempfile.TemporaryDirectory() as folder, ExitStack() as stack:
        pki = Pki(Path(folder) / "pki")
        url, ours = stack.enter_context(supplier(pki)), certificate(pki)
        client = stack.enter_context(
            Client(certificate=ours, leveranciers=[leverancier(url)], auteur=AUTEUR, schooljaar=YEAR),
        )
        body = encode(client._chain.build_schooladviezen(SCHOOL, lists[FEW], None))
        for yardstick, opened, bar in (
            ("httpx.Client, ready bytes", _httpx(url, ours, body), 1.4),
            ("http.client, ready bytes (the limit)", _http_client(url, ours, body), NO_BAR),
        ):
            with opened as post:
                ratio = pair(partial(_send, client, lists[FEW]), post, times=times[FEW], rounds=rounds)
            yield ratio_figure(f"send {FEW} advices", yardstick, bar, ratio)
        for name, made, sizes in GENERATED:
            place = Path(folder) / name.partition(" ")[0]
            place.mkdir()
            try:
                other = stack.enter_context(made(place, url, ours))
            except LeftOutError as reason:
                print(f"left out: sending beside the client of {name}: {reason}", file=sys.stderr, flush=True)
                continue
            for number, bar in sizes:
                turn = partial(_send, client, lists[number]), partial(other, lists[number])
                ratio = pair(*turn, times=times[number], rounds=rounds)
                yield ratio_figure(f"send {number} advices", f"the client of {name}", bar, ratio)


def _send(client: Client, adviezen: Sequence[Advies]) -> object:
    return client.send_schooladviezen(SCHOOL, adviezen, leverancier="ICE")


@contextmanager
def _httpx(url: str, ours: ClientCertificate, body: bytes) -> Iterator[Callable[[], object]]:
    with httpx.Client(verify=client_context(ours), trust_env=False) as bare:
        yield lambda: bare.post(f"{url}{TARGET}", content=body, headers=HEADERS).raise_for_status().json()


@contextmanager
def _http_client(url: str, ours: ClientCertificate, body: bytes) -> Iterator[Callable[[], object]]:
    place = urlsplit(url)
    with closing(http.client.HTTPSConnection(place.hostname or "", place.port, context=client_context(ours))) as line:

        def post() -> object:
            line.request("POST", TARGET, body, HEADERS)
            answer = line.getresponse()
            if answer.status != 202:
                raise RuntimeError(f"the supplier answered {answer.status}")
            return json.loads(answer.read())

        yield post


if __name__ == "__main__":
    main(measure)
