"""The same message in many ways, straight and through each proxy: the same answer, and the same is kept.

The messages are the examples of the published definitions, or one of ours where those are not at hand. Whoever sends them has
a certificate with an RSA key of 4096 bits.
"""

from __future__ import annotations

import copy
import http.client
import json
import os
import random
import shutil
import socket
import ssl
import subprocess
from collections.abc import Callable, Iterator, Sequence
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import httpx
import pytest
import yaml
from support import resultaat
from support.serving import Supplier, answer, serving, status_of

from doorstroom_client.simulator import Keten
from doorstroom_client.store.sqlite.sqlite_store import SqliteStore

from .proxies import FILES, behind, with_rsa

SPEC = os.environ.get("DOORSTROOM_SPEC_DIR", "")  # read here: no variable of ours is left while a test runs
MIB = 1024 * 1024
NUMBER = 160
Mapped = Callable[[Any], Any]


def published() -> dict[str, Any]:
    """The examples of a result, by the version of the definition."""
    found: dict[str, Any] = {"ours": resultaat()}
    for version in ("1.0.1", "1.1.0") if SPEC else ():
        document = yaml.load((Path(SPEC) / f"doorstroom-openapi-{version}.yaml").read_text("utf-8"), _Texts)
        content = document["paths"]["/leerlingresultaat"]["post"]["requestBody"]["content"]["application/json"]
        found |= {f"{version} {name}": example["value"] for name, example in content["examples"].items()}
    return found


class _Texts(yaml.SafeLoader):
    """Leaves dates as the text that stands there."""


_Texts.yaml_implicit_resolvers = {
    first: [(tag, pattern) for tag, pattern in resolvers if tag != "tag:yaml.org,2002:timestamp"]
    for first, resolvers in yaml.SafeLoader.yaml_implicit_resolvers.items()
}


def each(change: Mapped) -> Mapped:
    """The same change in every object, list and value of a document."""

    def changed(node: Any) -> Any:
        if isinstance(node, dict):
            return change({name: changed(value) for name, value in node.items()})
        return [changed(value) for value in node] if isinstance(node, list) else change(node)

    return changed


def _is_number(value: Any) -> bool:
    return isinstance(value, int) and not isinstance(value, bool)


def _backwards(node: Any) -> Any:
    return dict(reversed(node.items())) if isinstance(node, dict) else node


VALUES: dict[str, Mapped] = {
    "as they are": each(lambda value: value),
    "numbers as text": each(lambda value: str(value) if _is_number(value) else value),
    "texts as numbers": each(lambda value: int(value) if isinstance(value, str) and value.isdigit() else value),
    "with unknown fields": each(
        lambda node: {**node, "extra é": [None, 1.50, {"€": True}]} if isinstance(node, dict) else node
    ),
    "null for what is not there": lambda document: {**document, "toets": document["toets"] | {"url": None}},
}
ORDER: dict[str, Mapped] = {
    "as it is": lambda document: document,
    "backwards": each(_backwards),
    "sorted": each(lambda node: dict(sorted(node.items())) if isinstance(node, dict) else node),
}
SPACE: dict[str, dict[str, Any]] = {
    "none": {"separators": (",", ":")},
    "usual": {},
    "indented": {"indent": 2},
    "tabs": {"indent": "\t", "separators": (" ,\r", " :\r")},
}
ESCAPES: dict[str, Callable[[str], str]] = {
    "none": lambda text: text,
    "all that is not ASCII": lambda text: json.dumps(text, ensure_ascii=True)[1:-1].replace('\\"', '"').replace("\\\\", "\\"),
    "slashes": lambda text: text.replace("/", "\\/"),
}
MARK = {"no mark": b"", "byte order mark": b"\xef\xbb\xbf", "two marks": b"\xef\xbb\xbf" * 2}
KINDS = {
    "plain": "application/json",
    "charset": "application/json; charset=utf-8",
    "quoted": 'application/json;charset="UTF-8"',
    "capitals": "Application/JSON",
    "latin": "application/json; charset=iso-8859-1",
    "text": "text/plain",
}
SIZES = (0, 1024, 8_000, 13_000, 14_848, 16_384, 20_000, 32_768, 65_536, 262_144, MIB, MIB + 1)
FRAMES = {"length": 0, "one chunk": MIB * 2, "chunks": 4096}
QUERIES: dict[str, Callable[[str, str], str]] = {
    "usual": lambda to, by: f"edu-to={to}&edu-from={by}",
    "the other way round": lambda to, by: f"edu-from={by}&edu-to={to}",
    "escaped": lambda to, by: f"edu%2Dto=%30{to[1:]}&edu-from={by}",
    "more": lambda to, by: f"x=%20a+b&edu-to={to}&y&edu-from={by}",
    "twice": lambda to, by: f"edu-to={to}&edu-from={by}&edu-to={to}",
}
BREAK: dict[str, Callable[[bytes], bytes]] = {
    "nothing": lambda body: body,
    "cut off": lambda body: body[: len(body) // 2],
    "empty": lambda _: b"",
    "a list": lambda body: b"[" + body + b"]",
    "no UTF-8": lambda body: body.replace(b"toets", b"t\xe9ets", 1),
}
USUAL = {"BREAK": 0.85, "MARK": 0.5, "KINDS": 0.4, "QUERIES": 0.5}
"""How often an axis has its first value, so that not every variant is refused for something."""


@dataclass(frozen=True)
class Variant:
    """One message, as it is sent."""

    name: str
    body: bytes
    query: str
    kind: str
    piece: int
    stack: str

    @property
    def pieces(self) -> Iterator[bytes]:
        yield from (self.body[at : at + self.piece] for at in range(0, len(self.body), self.piece))


Send = Callable[[Supplier, int, Variant], int]


def _raw(supplier: Supplier, port: int, variant: Variant) -> int:
    """Bytes of our own, without Expect and the like."""
    lines = [f"POST /leerlingresultaat?{variant.query} HTTP/1.1", "Host: localhost", f"Content-Type: {variant.kind}"]
    chunked = [b"%x\r\n%b\r\n" % (len(piece), piece) for piece in variant.pieces] if variant.piece else []
    lines.append("Transfer-Encoding: chunked" if variant.piece else f"Content-Length: {len(variant.body)}")
    content = b"".join([*chunked, b"0\r\n\r\n"]) if variant.piece else variant.body
    with supplier.connect(port) as connection:
        with suppress(OSError):  # it has been refused already
            connection.sendall("\r\n".join(lines).encode() + b"\r\n\r\n" + content)
        return status_of(answer(connection))


def _http_client(supplier: Supplier, port: int, variant: Variant) -> int:
    connection = http.client.HTTPSConnection("localhost", port, context=supplier.context, timeout=20)
    try:
        body = variant.pieces if variant.piece else variant.body
        headers = {"Content-Type": variant.kind}
        connection.request("POST", f"/leerlingresultaat?{variant.query}", body, headers, encode_chunked=bool(variant.piece))
        return connection.getresponse().status
    finally:
        connection.close()


def _httpx(supplier: Supplier, port: int, variant: Variant) -> int:
    with httpx.Client(verify=supplier.context, timeout=20, trust_env=False) as client:
        url = httpx.URL(f"https://localhost:{port}/leerlingresultaat", query=variant.query.encode())
        content = variant.pieces if variant.piece else variant.body
        return client.post(url, content=content, headers={"Content-Type": variant.kind}).status_code


def _curl(supplier: Supplier, port: int, variant: Variant) -> int:
    """It asks first whether it may send a large body (Expect: 100-continue)."""
    program = shutil.which("curl")
    if program is None:
        return _raw(supplier, port, variant)
    trust, own = supplier.keten.certificate.trust_files[0], SENDERS[0]
    command = [program, "-sS", "-o", os.devnull, "-w", "%{http_code}", "--data-binary", "@-", "--noproxy", "*"]
    command += ["--cacert", str(trust), "--cert", str(own.cert), "--key", str(own.key), "-H", f"Content-Type: {variant.kind}"]
    command += ["-H", "Transfer-Encoding: chunked"] if variant.piece else []
    command += [f"https://localhost:{port}/leerlingresultaat?{variant.query}"]
    done = subprocess.run(command, input=variant.body, capture_output=True, timeout=30, check=False)
    return int(done.stdout or b"0")


SENDERS: list[Any] = []
STACKS: dict[str, Send] = {"bytes": _raw, "http.client": _http_client, "httpx": _httpx, "curl": _curl}
AXES: dict[str, Sequence[Any]] = {
    "VALUES": [*VALUES],
    "ORDER": [*ORDER],
    "SPACE": [*SPACE],
    "ESCAPES": [*ESCAPES],
    "MARK": [*MARK],
    "KINDS": [*KINDS],
    "SIZES": SIZES,
    "FRAMES": [*FRAMES],
    "QUERIES": [*QUERIES],
    "BREAK": [*BREAK],
    "STACKS": [*STACKS],
}


def variants(keten: Keten) -> list[Variant]:
    """Always the same ones; each value of each axis is among them, in many combinations."""
    pick, made = random.Random(20260310), list[Variant]()
    messages = published()
    for number in range(NUMBER):
        chosen = {
            axis: values[0]
            if pick.random() < USUAL.get(axis, 0)
            else values[(number + pick.randrange(len(values))) % len(values)]
            for axis, values in AXES.items()
        }
        if chosen["SIZES"] > MIB:  # wrong in one way only: of two, each may be seen first
            chosen |= {axis: AXES[axis][0] for axis in ("MARK", "KINDS", "QUERIES", "BREAK")}
        which = [*messages][number % len(messages)]
        document = copy.deepcopy(messages[which])
        document["resultatenscores"]["deelnemerref"] = [{"label": "LAS-key", "onderwijsdeelnemerID": f"leerling-{number}"}]
        document["auteur"] = "Toetssysteem Zoë"
        document = ORDER[chosen["ORDER"]](VALUES[chosen["VALUES"]](document))
        text = ESCAPES[chosen["ESCAPES"]](json.dumps(document, ensure_ascii=False, **SPACE[chosen["SPACE"]]))
        body = BREAK[chosen["BREAK"]](MARK[chosen["MARK"]] + text.encode())
        body = body.ljust(chosen["SIZES"]) if body else body
        query = QUERIES[chosen["QUERIES"]](keten.school.routeringskenmerk, keten.school.oin)
        stack = chosen["STACKS"] if len(body) <= MIB else "bytes"  # others give up when they are refused half-way
        name = f"{number} {which} {chosen}"
        made.append(Variant(name, body, query, KINDS[chosen["KINDS"]], FRAMES[chosen["FRAMES"]] if body else 0, stack))
    return made


def outcome(keten: Keten, port: int, store: Path, sent: Sequence[Variant]) -> tuple[dict[str, int], list[tuple[Any, ...]]]:
    """The status of each, and what was kept of all."""
    supplier = Supplier(keten, issued=SENDERS[0])
    supplier.context.minimum_version = ssl.TLSVersion.TLSv1_2
    statuses = {variant.name: STACKS[variant.stack](supplier, port, variant) for variant in sent}
    opened = SqliteStore(store)
    try:
        found = [kept.received for kept in opened.inbox.results(limit=10 * NUMBER)]
    finally:
        opened.close()
    kept = [(one.payload, one.edu_to, one.edu_from, one.sender_oin, one.pupil, one.toets, one.schooljaar) for one in found]
    return statuses, kept


@pytest.fixture(scope="module")
def sent(chain: Keten) -> list[Variant]:
    SENDERS[:] = [with_rsa(chain, "ice", 4096)]
    return variants(chain)


@pytest.fixture(scope="module")
def straight(
    chain: Keten, sent: list[Variant], tmp_path_factory: pytest.TempPathFactory
) -> tuple[dict[str, int], list[tuple[Any, ...]]]:
    """What comes of each without a proxy."""
    folder = tmp_path_factory.mktemp("recht")
    with serving(chain.directory, folder / "log.jsonl", short=False, store=str(folder / "s.db")) as served:
        return outcome(chain, served.port, folder / "s.db", sent)


def test_every_value_of_every_axis_is_sent(sent: list[Variant], straight: tuple[dict[str, int], Any]) -> None:
    names = [variant.name for variant in sent]
    assert len(set(names)) >= 120
    for axis, values in AXES.items():
        for value in values:
            assert any(f"'{axis}': {value!r}" in name for name in names), (axis, value)
    assert {variant.stack for variant in sent} == set(STACKS)
    statuses, kept = straight
    assert set(statuses.values()) == {202, 400, 413, 415, 422}
    assert len(kept) == [*statuses.values()].count(202) > NUMBER / 4
    assert {content for content, *_ in kept} <= {variant.body for variant in sent}
    assert max(len(content) for content, *_ in kept) == MIB


@pytest.mark.parametrize("name", FILES)
def test_the_same_through_a_proxy(
    name: str, chain: Keten, sent: list[Variant], straight: tuple[dict[str, int], list[tuple[Any, ...]]], tmp_path: Path
) -> None:
    with behind(name, chain, tmp_path) as (port, _):
        statuses, kept = outcome(chain, port, tmp_path / "s.db", sent)
    assert {which: status for which, status in statuses.items() if status != straight[0][which]} == {}
    assert kept == straight[1]


def test_many_in_one_connection(chain: Keten, sent: list[Variant], tmp_path: Path) -> None:
    """A proxy keeps connections open to the receiver, on which messages of several senders follow each other."""
    with behind("nginx", chain, tmp_path) as (port, served):
        supplier, other = Supplier(chain, issued=SENDERS[0]), Supplier(chain, "dia")
        with supplier.connect(port) as mine, other.connect(port) as theirs:
            for size in (1024, 14_848, 100_000, 1024):
                supplier.body = supplier.body.strip().ljust(size)
                for connection, status in ((mine, 202), (theirs, 401)):
                    connection.sendall(supplier.head() + supplier.body)
                    assert status_of(answer(connection)) == status
        assert socket.create_connection(("127.0.0.1", served.port)).close() is None
