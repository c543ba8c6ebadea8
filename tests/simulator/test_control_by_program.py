"""The control address for a runner: schools and certificates to test with, work done once, everything as it was."""

from __future__ import annotations

import http.client
import json
import stat
import threading
from collections.abc import Iterator
from datetime import UTC, datetime
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

import pytest
from cryptography import x509
from cryptography.x509.oid import NameOID

from doorstroom_client import Deelnemerslijst
from doorstroom_client.errors import StoreError
from doorstroom_client.simulator import Keten, deelnemers_of
from doorstroom_client.simulator.control import FILE, Address, Control, ControlError, served
from doorstroom_client.simulator.keten import LAS_OIN
from doorstroom_client.simulator.once import Once

PUSH = {"toetssysteem": "ICE"}


@pytest.fixture
def control(keten: Keten) -> Control:
    keten.reset()
    return Control(keten)


@pytest.fixture
def address(control: Control, tmp_path: Path) -> Iterator[Address]:
    with served(control, tmp_path) as address:
        yield address


def sign_up(keten: Keten, number: int) -> None:
    with keten.client() as client:
        client.send(Deelnemerslijst(keten.school, *deelnemers_of(keten.leerlingen(number))))


def asked(
    address: Address, method: str, path: str, body: bytes = b"", token: str | None = None, length: str | None = None
) -> tuple[int, Any]:
    connection = http.client.HTTPConnection("127.0.0.1", urlsplit(address.url).port or 0, timeout=20)
    shown = address.token if token is None else token
    headers = {"Authorization": f"Bearer {shown}", "Content-Length": str(len(body)) if length is None else length}
    try:
        connection.request(method, path, body, headers)
        answer = connection.getresponse()
        return answer.status, json.loads(answer.read())
    finally:
        connection.close()


def test_it_says_who_there_is(keten: Keten, control: Control) -> None:
    found = control.ask("GET", "/")
    assert found["oins"] == {"las": LAS_OIN, **{soort: item.oin for soort, item in keten.toetssystemen.items()}}
    assert [item["oin"] for item in found["scholen"]] == [item.oin for item in keten.scholen]
    assert found["scholen"][0]["instellingscode"] == "99AA"
    assert "POST /resultaten" in found["vragen"]
    json.dumps(found)


@pytest.mark.parametrize(
    "change",
    [
        {"toetssystemen": {"ICE": {"toestand": {"gesloten": {"registreren": ["alle"]}}}}},
        {"toetssystemen": {"ICE": {"antwoorden": {"registreren": [{"status": 503, "keer": None}]}, "server": "expired"}}},
        {"terugweg": {"antwoorden": {"leerlingresultaat": [{"status": 422, "keer": None}]}}},
        {"osr": {"storing": True}},
        {"osr": {"mandaten": {"0000000700099AA00000": {"ICE": False, "las": False}}}},
        {"osr": {"adressen": {"0000000700099AA00530": "https://localhost:1"}}},
    ],
    ids=lambda change: "+".join(change),
)
def test_what_was_set_can_be_set_back(change: dict[str, Any], control: Control) -> None:
    before = control.ask("GET", "/standen")
    assert control.ask("PATCH", "/standen", change) != before
    assert control.ask("PUT", "/standen", before) == before


@pytest.mark.parametrize(
    ("method", "path", "data", "status", "says"),
    [
        ("POST", "/resultaten", {"toetssysteem": "ICE", "school": "99ZZ"}, 404, "geen school"),
        ("POST", "/resultaten", {"toetssysteem": "ICE", "sleutel": "a", "school": "99ZZ"}, 404, "geen school"),
        ("POST", "/certificaten", {"soort": "x"}, 400, "onbekend: soort"),
    ],
)
def test_a_question_that_cannot_be_answered(
    method: str, path: str, data: dict[str, Any] | None, status: int, says: str, control: Control
) -> None:
    with pytest.raises(ControlError) as caught:
        control.ask(method, path, data)
    assert (caught.value.status, says in str(caught.value)) == (status, True), str(caught.value)


@pytest.mark.parametrize(
    ("request_", "status"),
    [
        ({"method": "GET", "path": "/"}, 200),
        ({"method": "GET", "path": "/", "token": "anders"}, 401),
        ({"method": "PATCH", "path": "/standen", "body": b"{"}, 400),
        ({"method": "PATCH", "path": "/standen", "length": "9999999999"}, 413),
        ({"method": "PATCH", "path": "/standen", "length": "-1"}, 413),
    ],
    ids=str,
)
def test_over_http(request_: dict[str, Any], status: int, address: Address) -> None:
    found = asked(address, **request_)
    assert found[0] == status
    assert ("fout" in found[1]) is (status != 200)
    assert address.token not in json.dumps(found[1])


def test_the_file_is_private_and_there_as_long_as_it_is_listened(control: Control, tmp_path: Path) -> None:
    with served(control, tmp_path) as address:
        assert json.loads((tmp_path / FILE).read_text()) == {"url": address.url, "token": address.token}
        assert stat.S_IMODE((tmp_path / FILE).stat().st_mode) == 0o600
    assert not (tmp_path / FILE).exists()


def test_a_chain_that_is_broken_itself_is_told(keten: Keten, address: Address, monkeypatch: pytest.MonkeyPatch) -> None:
    def full(*_: object, **__: object) -> None:
        raise StoreError("the disk is full")

    monkeypatch.setattr(keten, "client", full)
    assert asked(address, "GET", "/resultaten") == (500, {"fout": "StoreError"})


def test_results_are_pushed_of_whom_is_named_and_once_for_a_key(keten: Keten, control: Control) -> None:
    sign_up(keten, 3)
    first = control.ask("GET", f"/leerlingen?toetssysteem=ICE&school={keten.school.oin}")["leerlingen"][0]["identiteiten"]
    of_one = PUSH | {"leerlingen": first[:1]}
    assert [item["status"] for item in control.ask("POST", "/resultaten", of_one)["verzonden"]] == [202]
    assert len(control.ask("POST", "/resultaten", PUSH)["verzonden"]) == 3
    pushed = len(keten.terugweg.verkeer)
    answers: list[Any] = []
    threads = [
        threading.Thread(target=lambda: answers.append(control.ask("POST", "/resultaten", PUSH | {"sleutel": "a"})))
        for _ in range(4)
    ]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert len(keten.terugweg.verkeer) == pushed + 3
    assert answers == [answers[0]] * 4
    control.ask("POST", "/resultaten", PUSH | {"sleutel": "b"})
    assert len(keten.terugweg.verkeer) == pushed + 6


def test_reset_forgets_the_keys_too(keten: Keten, control: Control) -> None:
    assert control.ask("POST", "/resultaten", PUSH | {"sleutel": "a"}) == {"verzonden": []}
    control.ask("POST", "/reset")
    sign_up(keten, 1)
    assert len(control.ask("POST", "/resultaten", PUSH | {"sleutel": "a"})["verzonden"]) == 1


def test_what_was_refused_goes_again(keten: Keten, control: Control) -> None:
    sign_up(keten, 2)
    control.ask("PATCH", "/standen", {"terugweg": {"antwoorden": {"leerlingresultaat": [{"status": 503, "keer": 2}]}}})
    refused = control.ask("POST", "/resultaten", PUSH)["verzonden"]
    assert [item["status"] for item in refused] == [503, 503]
    for item in refused:  # one at a time, so that who waits for the one does not get the other
        again = control.ask("POST", "/resultaten", PUSH | {"opnieuw": True, "rapporten": [item["rapportid"]]})
        assert again["verzonden"] == [item | {"status": 202}]
    assert control.ask("POST", "/resultaten", PUSH | {"opnieuw": True}) == {"verzonden": []}
    found = control.ask("GET", "/verkeer?partij=terugweg")["uitwisselingen"]
    assert [item["status"] for item in found] == [503, 503, 202, 202]
    assert [item["status"] for item in control.ask("GET", "/verkeer?partij=terugweg&na=3")["uitwisselingen"]] == [202]
    assert len(control.ask("GET", f"/resultaten?school={keten.school.routeringskenmerk}")["resultaten"]) == 2


def test_certificates_that_have_to_be_refused(keten: Keten, control: Control) -> None:
    found = control.ask("POST", "/certificaten", {"partij": "las"})["certificaten"]
    now, root = datetime.now(UTC), keten.servers.pki.clients.intermediate.certificate.subject
    seen = {}
    for name, text in found.items():
        assert "PRIVATE KEY" in text
        certificate = x509.load_pem_x509_certificate(text.encode())
        oins = [item.value for item in certificate.subject.get_attributes_for_oid(NameOID.SERIAL_NUMBER)]
        seen[name] = (oins == [LAS_OIN], bool(oins), certificate.not_valid_after_utc > now, certificate.issuer == root)
    assert seen == {
        "ander_certificaat": (False, True, True, True),
        "verlopen_certificaat": (True, True, False, True),
        "certificaat_zonder_oin": (False, False, True, True),
        "certificaat_andere_uitgever": (True, True, True, False),
    }


def test_work_that_failed_is_done_again() -> None:
    once, done = Once(), []

    def work() -> int:
        done.append(1)
        if len(done) == 1:
            raise KeyError("a")
        return len(done)

    with pytest.raises(KeyError):
        once.do("a", work)
    assert [once.do("a", work), once.do("a", work)] == [2, 2]
