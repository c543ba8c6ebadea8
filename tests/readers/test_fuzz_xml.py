"""Files that nobody thought of: a good one, changed byte by byte and element by element.

A few hundred in the ordinary suite; `DOORSTROOM_FUZZ_SECONDS=60` goes on for so long.
"""

from __future__ import annotations

import datetime as dt
import os
import sys
import time
import traceback
from collections.abc import Callable

from hypothesis import HealthCheck, given, seed, settings
from hypothesis import strategies as st
from support import NOW, SCHOOL

from doorstroom_client.errors import MessageError
from doorstroom_client.messages.afspraak import AFSPRAKEN
from doorstroom_client.messages.deelnemersbericht import build_deelnemersbericht
from doorstroom_client.readers.edexml import Keuze, read_edexml, stream_edexml

from .edex import CANARY, Node, document, node, pupil, uwlr, written

# Read here, because no variable of ours is left while a test runs.
SECONDS = float(os.environ.get("DOORSTROOM_FUZZ_SECONDS", "0"))
A_ROUND = 250
MOST_ROUNDS = 8
KINDS = {"refused", "read", "problems"}
KEUZE = Keuze(peildag=dt.date(2026, 3, 10), jaargroep_voor_s="8", roepnaam_uit_voornamen=True, voorletters_uit_voornamen=True)


def check(content: bytes) -> str:
    """Read it, and hold what comes of it to the promises; gives what came of it."""
    try:
        found = read_edexml(content, school=SCHOOL, keuze=KEUZE)
    except MessageError as error:
        assert error.problems
        frames = traceback.StackSummary.extract(list(traceback.walk_tb(error.__traceback__))[1:], capture_locals=True)
        assert CANARY not in "".join([str(error), repr(error), *frames.format()])
        return "refused"
    told = "".join(map(str, found.problemen)) + repr(found) + repr(found.problemen)
    assert CANARY not in told
    streamed = [item.deelnemer for item in stream_edexml(content, school=SCHOOL, keuze=KEUZE)]
    assert [item for item in streamed if item is not None] == list(found.deelnemers)
    assert CANARY not in repr([(item.groep, item.leerling) for item in found.deelnemers])
    if not found.deelnemers:
        return "nobody"
    # Whoever the reader lets through, the list takes in as well.
    build_deelnemersbericht(
        SCHOOL,
        found.groepen,
        found.deelnemers,
        afspraak=AFSPRAKEN["1.1"],
        schooljaar="2025-2026",
        auteur="Test",
        datumtijd=NOW,
        test_identities=True,
        las_key_reden="invented",
    )
    return "problems" if found.problemen else "read"


def play(contents: st.SearchStrategy[bytes]) -> dict[str, int]:
    counts: dict[str, int] = {}
    end = time.monotonic() + SECONDS / 2
    number = 0
    # What a seed gives depends on all that was imported before, so one round may happen to miss a kind.
    while (number < MOST_ROUNDS and not counts.keys() >= KINDS) or time.monotonic() < end:
        number += 1

        @seed(number)
        @settings(max_examples=A_ROUND, database=None, suppress_health_check=list(HealthCheck))
        @given(contents)
        def one(content: bytes) -> None:
            outcome = check(content)
            counts[outcome] = counts.get(outcome, 0) + 1

        one()
    sys.stdout.write(f"{sum(counts.values())} examples: {counts}\n")
    return counts


SMALL = document(pupil(0), pupil(1, "gs", "S"))
SEEDS = [written(SMALL), uwlr(SMALL), written(document(pupil(0), versie="1.0.3")), written(SMALL, "utf-16")]
PIECES = [
    *(b"<", b">", b"&", b"</", b"/>", b"<!--", b"-->", b"<![CDATA[", b"]]>", b"<?", b"?>", b'"', b"'", b"=", b"\0", b"\xff"),
    *(b"&#0;", b"&#x202e;", b"&lt;", b"&x;", b"<!DOCTYPE EDEX>", b"<leerling>", b"</leerlingen>", b"<groepen/>", b" key=''"),
    *(b"xmlns='urn:x'", b"xmlns:a=''", b"a:", b"#", b"?", b"\xef\xbf\xbd", b"\xc2\x92", b"S", b"C", b"9", b"0"),
]
POSITION = st.integers(0, 6000)
CHANGES: st.SearchStrategy[Callable[[bytes], bytes]] = st.one_of(
    st.builds(
        lambda at, bit: lambda body: _put(body, at, 1, bytes([_byte(body, at) ^ (1 << bit)])), POSITION, st.integers(0, 7)
    ),
    st.builds(lambda at, length: lambda body: _put(body, at, length, b""), POSITION, st.integers(1, 60)),
    st.builds(lambda at, piece: lambda body: _put(body, at, 0, piece), POSITION, st.sampled_from(PIECES)),
    st.builds(lambda at, piece: lambda body: _put(body, at, 3, piece), POSITION, st.binary(max_size=6)),
    st.builds(
        lambda at, size, times: lambda body: _put(body, at, 0, body[at % len(body) :][:size] * times if body else b""),
        POSITION,
        st.integers(1, 90),
        st.sampled_from([1, 2, 300]),
    ),
    st.builds(lambda at: lambda body: body[: at % (len(body) + 1)], POSITION),
)


def _byte(body: bytes, at: int) -> int:
    return body[at % len(body)] if body else 0


def _put(body: bytes, at: int, length: int, piece: bytes) -> bytes:
    at %= len(body) + 1
    return body[:at] + piece + body[at + length :]


@st.composite
def changed_bytes(draw: st.DrawFn) -> bytes:
    body: bytes = draw(st.sampled_from(SEEDS))
    for change in draw(st.lists(CHANGES, min_size=1, max_size=4)):
        body = change(body)
    return body


NAMES = [
    *("EDEX", "school", "groepen", "groep", "samengestelde_groep", "leerlingen", "leerling", "achternaam", "voorvoegsel"),
    *("voornamen", "voorletters-1", "roepnaam", "geboortedatum", "geslacht", "jaargroep", "uitstroomdatum", "vestiging"),
    *("schooljaar", "brincode", "dependancecode", "naam", "toevoegingen", "bsn", "onbekend"),
]
LETTERS = st.characters(exclude_categories=("Cs", "Cc"), exclude_characters="\ufffe\uffff")
TEXTS = st.one_of(
    st.text(LETTERS, max_size=12),
    st.sampled_from(
        ["", " ", "7", "8", "S", "C", "00", "2014-05-01", "2025-2026", "#1", "g8a", "las-0", "mix", "\u200b", "e\u0301"]
    ),
    st.integers(0, 300).map(lambda length: "a" * length),
)
NODES = st.builds(
    lambda name, text, keys: Node(name, keys, text=text),
    st.sampled_from(NAMES),
    TEXTS,
    st.dictionaries(st.sampled_from(["key", "eckid", "xsi"]), TEXTS, max_size=2),
)


def _all(root: Node) -> list[Node]:
    return [root, *(inner for child in root.children for inner in _all(child))]


@st.composite
def changed_elements(draw: st.DrawFn) -> bytes:
    root = document(pupil(0), pupil(1, "g8b"), pupil(2, "gs", "S"))
    for _ in range(draw(st.integers(1, 4))):
        nodes = _all(root)
        target = nodes[draw(st.integers(0, len(nodes) - 1))]
        match draw(st.sampled_from(["text", "name", "key", "add", "drop", "copy", "nest"])):
            case "text":
                target.text = draw(TEXTS)
            case "name":
                target.name = draw(st.sampled_from(NAMES))
            case "key":
                target.attributes[draw(st.sampled_from(["key", "eckid"]))] = draw(TEXTS)
            case "add":
                target.children.insert(draw(st.integers(0, len(target.children))), draw(NODES))
            case "drop" if target.children:
                del target.children[draw(st.integers(0, len(target.children) - 1))]
            case "copy" if target.children:
                target.children.append(target.children[draw(st.integers(0, len(target.children) - 1))])
            case _:
                target.children = [node(target.name, target.text, *target.children)]
    return uwlr(root) if draw(st.booleans()) else written(root)


def test_changed_bytes() -> None:
    assert set(play(changed_bytes())) >= KINDS  # else the changes are too wild or too tame


def test_changed_elements() -> None:
    assert set(play(changed_elements())) >= KINDS
