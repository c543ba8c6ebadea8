"""What is kept of a message: what is on the list, and only of pupils that this run invented."""

from __future__ import annotations

import json
from dataclasses import replace
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from doorstroom_client.ketentest.evidence import arrival_of, digest, kept_headers, reply_of, scrubbed
from doorstroom_client.ketentest.outcomes import Reply, read_outcome
from doorstroom_client.ketentest.pupils import KLAS, REGISTERED, Keys, born, identities_in
from doorstroom_client.messages.bsn import looks_like_bsn
from doorstroom_client.messages.vocabulary import Schooladvies

KEYS = Keys("0a1b2c3d")
FOREIGN = "https://ketenid.nl/pilot/" + "ab" * 64
RUNS = st.text("0123456789abcdef", min_size=1, max_size=8)
LABELS = st.text("ABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789-", min_size=1, max_size=20).filter(lambda text: text.strip("-") == text)


def about(*identities: str) -> dict[str, Any]:
    return {"deelnemers": [{"deelnemerref": [{"label": "ECK-iD", "onderwijsdeelnemerID": one}]} for one in identities]}


def answered(body: object, status: int = 422) -> Reply:
    raw = body if isinstance(body, bytes) else json.dumps(body).encode()
    return reply_of(KEYS, status, [("Content-Type", "application/json")], raw)


@given(run=RUNS, label=LABELS)
def test_a_run_knows_its_own_pupils_again(run: str, label: str) -> None:
    keys = Keys(run)
    assert keys.label_of(keys.eck_id(label)) == label
    assert keys.label_of(keys.las_key(label)) == label
    assert keys.told_in(f"Leerling {keys.eck_id(label)} is onbekend.") == ("sleutel",)
    assert keys.told_in(f'{{"sleutel": "{keys.las_key(label)}"}}') == ("sleutel",)


@given(run=RUNS, other=RUNS, label=LABELS)
def test_a_run_does_not_know_those_of_another(run: str, other: str, label: str) -> None:
    if run != other:
        assert Keys(run).label_of(Keys(other).eck_id(label)) is None
        assert Keys(run).label_of(Keys(other).las_key(label)) is None


@given(st.text())
def test_whatever_else_is_the_identity_of_nobody(text: str) -> None:
    assert KEYS.label_of(text) is None or text.startswith("kt-0a1b2c3d-")


def test_the_class() -> None:
    assert {item.advies for item in KLAS.values()} - {""} == {item.value for item in Schooladvies}
    assert (len(KLAS), len(REGISTERED), KLAS["K10"].advies) == (22, 21, "")
    refs = [ref["onderwijsdeelnemerID"] for item in KLAS.values() for ref in KEYS.refs(item)]
    assert len(set(refs)) == len(refs) == 23
    assert not any(map(looks_like_bsn, refs))
    assert [ref["label"] for ref in KEYS.refs(KLAS["K03"])] == ["ECK-iD", "LAS-key"]


def test_identities_however_deep_they_stand() -> None:
    document = {"a": [about("x"), {"b": about("y", KEYS.las_key("K02"))}], "onderwijsdeelnemerID": 7}
    assert list(identities_in(document)) == ["x", "y", KEYS.las_key("K02"), "7"]
    assert KEYS.labels_in(document) == ("K02",)
    assert KEYS.is_foreign(document)
    assert not KEYS.is_foreign(about(KEYS.eck_id("K01")))
    assert not KEYS.is_foreign({})


@pytest.mark.parametrize(
    ("text", "kept"),
    [
        ("Onbekend: 999990019, geboren 14-03-2014 of 2014-03-14", "Onbekend: …, geboren … of …"),
        ("Zie https://ketenid.nl/pilot/ab12 voor meer", "Zie … voor meer"),
        ("Sinds 2026-12-01T09:00:00Z gesloten", "Sinds 2026-12-01T09:00:00Z gesloten"),
        ("rood\x1b[31m\nregel", "rood [31m regel"),
        ("Fout 422 in regel 1234567", "Fout 422 in regel 1234567"),
    ],
)
def test_free_text_of_the_other_side_is_scrubbed(text: str, kept: str) -> None:
    assert scrubbed(text) == kept
    assert len(scrubbed(text * 100)) <= 300


@pytest.mark.parametrize(
    ("melding", "told"),
    [
        ("Proefkamp is onbekend", ("naam",)),
        ("geboren 14-03-2014", ("geboortedatum",)),
        ("geboren 2014-03-14", ("geboortedatum",)),
        (f"{KEYS.las_key('K02')} van Testveen, 14.3.2014", ("naam", "sleutel", "geboortedatum")),
        ("gesloten sinds 14-03-2027", ()),
        (f"{Keys('ffff').las_key('K02')} en {FOREIGN}", ()),
        ("Jip en Isa zijn korte namen", ()),
    ],
)
def test_what_an_answer_repeats_is_known_before_it_is_scrubbed(melding: str, told: tuple[str, ...]) -> None:
    found = answered({"melding": melding})
    assert found.repeats == told
    assert read_outcome(found.as_data()) == found
    assert FOREIGN not in str(found.body)


def test_every_pupil_is_born_on_one_day() -> None:
    assert Keys("r").told_in(born("2026-2027").isoformat()) == ("geboortedatum",)


def test_an_answer_about_others_keeps_its_size_and_checksum_only() -> None:
    own, foreign = answered(about(KEYS.eck_id("K01"))), answered(about(FOREIGN))
    assert own.document == about(KEYS.eck_id("K01"))
    assert (foreign.body, foreign.size > 0, foreign.sha256) == (None, True, digest(json.dumps(about(FOREIGN)).encode()))
    assert FOREIGN not in repr(foreign) + json.dumps(foreign.as_data())


@pytest.mark.parametrize(
    ("body", "first", "whole", "kept"),
    [
        (b"%PDF-1.4 ... %%EOF", "pdf", True, None),
        (b"%PDF-1.4 ...", "pdf", False, None),
        (b"  <!DOCTYPE html><p>", "html", False, None),
        (b"[1]", "json", False, None),
        (b'{"melding":"\xe9\xe9n"}', "json", False, '{"melding": "één"}'),
        (b"", "", False, None),
        (b"klaar", "other", False, None),
    ],
)
def test_what_a_body_seems_to_be(body: bytes, first: str, whole: bool, kept: str | None) -> None:
    found = answered(body)
    assert (found.first, found.ends_whole, found.body) == (first, whole, kept)


def test_only_headers_on_the_list_are_kept() -> None:
    given = [("Retry-After", "2"), ("Set-Cookie", "x"), ("LOCATION", "https://x.example/K01"), ("Authorization", "y")]
    assert kept_headers(given) == {"retry-after": "2", "location": "(set)"}


def test_a_request_about_others_keeps_its_size_and_checksum_only() -> None:
    def arrived(document: object) -> Any:
        return arrival_of(
            KEYS,
            operation="leerlingresultaat",
            method="POST",
            query=(("edu-to", "x"),),
            headers=[("X-Eigen", "y")],
            body=json.dumps(document).encode(),
            oin=None,
            answered=202,
            moment="2026-12-01T09:00:00.000000Z",
            tls="TLSv1.3",
        )

    own, mixed = arrived(about(KEYS.eck_id("K01"))), arrived(about(KEYS.eck_id("K01"), FOREIGN))
    assert (own.foreign, own.pupils, own.document) == (False, ("K01",), about(KEYS.eck_id("K01")))
    assert (mixed.foreign, mixed.pupils, mixed.body, mixed.headers) == (True, ("K01",), None, {})
    assert FOREIGN not in repr(mixed) + json.dumps(mixed.as_data())
    assert (own.one("edu-to"), replace(own, query=own.query * 2).one("edu-to")) == ("x", "")
