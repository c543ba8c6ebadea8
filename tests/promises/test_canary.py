"""P1: nothing of a pupil and no secret turns up in a log, an error, a repr, a pickle, a temporary file or the terminal."""

from __future__ import annotations

import base64
import contextlib
import datetime as dt
import json
import logging
import tempfile
import warnings
from collections.abc import Callable, Iterator
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest
from support import JSON, LEVERANCIER, SCHOOL, AsyncFakeTransport, FakeTransport, drive, resultaat
from support.kanarie import (
    ADVIES,
    CANARIES,
    DEELNEMER,
    ECK,
    GEBOREN,
    GROEPEN,
    HARMLESS,
    LAS,
    LEERLING,
    MELDING,
    NAAM,
    RAPPORT,
    ROEPNAAM,
    SCHOOLADVIES,
    SCORE,
    TOETSADVIES,
    TOKEN,
    WACHTZIN,
    lines_of_keys,
    lock,
)
from support.situations import SITUATIONS
from support.spoor import LIBRARIES, Spoor, forms
from support.wire import Speler, quick
from tenacity import wait_none
from typer.testing import CliRunner

from doorstroom_client import (
    Advies,
    Adviezenlijst,
    ApiKey,
    Client,
    ClientCertificate,
    Deelnemer,
    Deelnemerslijst,
    InboundRequest,
    Leerling,
    Osr,
    Retry,
)
from doorstroom_client.cli._app import app
from doorstroom_client.errors import DoorstroomError
from doorstroom_client.events import Event, as_json
from doorstroom_client.exchange.call import Conditions
from doorstroom_client.exchange.calls import Call
from doorstroom_client.exchange.decisions import Situation, classify
from doorstroom_client.osr.writing import OwnEndpoint, change_endpoint, register_endpoint
from doorstroom_client.simulator import Keten
from doorstroom_client.simulator.https import Answer, HttpsServer
from doorstroom_client.simulator.keten import API_KEY, API_KEY_HEADER
from doorstroom_client.simulator.pki import Pki
from doorstroom_client.transport.request import Operation, Outcome, Response

PUPIL = CANARIES | {"api_key van de keten": API_KEY}
RETRY = Retry(wait=wait_none(), circuit_after=0)
kinds = pytest.mark.parametrize("awaited", [False, True], ids=["sync", "async"])


@pytest.fixture
def temp(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    folder = tmp_path / "tijdelijk"
    folder.mkdir()
    monkeypatch.setattr(tempfile, "tempdir", str(folder))
    return folder


@pytest.fixture
def certificate(keten: Keten, tmp_path: Path) -> ClientCertificate:
    """Our certificate, with its key behind a passphrase."""
    locked = lock(Path(keten.certificate.key or ""), tmp_path / "las.key.pem")
    return ClientCertificate(keten.certificate.cert, locked, keten.certificate.trust, password=WACHTZIN)


@pytest.fixture
def spoor(certificate: ClientCertificate, keten: Keten) -> Spoor:
    """Knows the pupil and all secrets, lines of the key files included."""
    keys = (Path(path or "") for path in (certificate.key, keten.certificate.key))
    return Spoor(PUPIL | lines_of_keys(*keys), HARMLESS)


@pytest.fixture
def speler(request: pytest.FixtureRequest) -> Iterator[Speler]:
    made = Speler(awaited=request.param)
    yield made
    made.close()


def both(test: Callable[..., None]) -> Callable[..., None]:
    return pytest.mark.parametrize("speler", [False, True], ids=["sync", "async"], indirect=True)(test)  # type: ignore[no-any-return]


def result_document() -> dict[str, Any]:
    document = resultaat(eck=ECK, las=LAS, score=SCORE, rapport=RAPPORT)
    document["resultatenscores"]["resultaten"]["resultaten"][0]["waarde"] = TOETSADVIES
    return document


def pushed(body: bytes, oin: str, school: Any = SCHOOL) -> InboundRequest:
    query = f"edu-to={school.routeringskenmerk}&edu-from={school.oin}"
    return InboundRequest("POST", "/leerlingresultaat", query, oin, body)


def assert_silent(spoor: Spoor) -> None:
    hits = spoor.hits()
    assert not hits, f"{len(hits)} hits:\n" + "\n".join(hits)


# --- the search itself


MEDIA: dict[str, Callable[[Spoor, str], None]] = {
    "log message": lambda _, text: logging.getLogger("x.y").debug("zie %s", text),
    "log args": lambda _, text: logging.getLogger("x").debug("zie", extra={"meer": text}),
    "log object": lambda _, text: logging.getLogger("x").info("%s", {"naam": text}),
    "warning": lambda _, text: warnings.warn(text, stacklevel=1),
    "output": lambda spoor, text: spoor.add("stdout", f"{text}\n"),
    "repr": lambda spoor, text: spoor.thing("ding", {"naam": text}),
    "pickle": lambda spoor, text: spoor.thing("ding", _Stil(text), pickled=True, text=False),
    "error text": lambda spoor, text: spoor.error("fout", ValueError(f"wie: {text}")),
    "cause": lambda spoor, text: spoor.error("fout", _caused(text)),
    "context": lambda spoor, text: spoor.error("fout", _contextual(text)),
    "note": lambda spoor, text: spoor.error("fout", _noted(text)),
    "frame": lambda spoor, text: spoor.error("fout", _framed(text)),
}


class _Stil:
    def __init__(self, text: str) -> None:
        self.text = text

    def __repr__(self) -> str:
        return "_Stil"


def _caused(text: str) -> BaseException:
    error = ValueError("x")
    error.__cause__ = KeyError(text)
    return error


def _contextual(text: str) -> BaseException:
    try:
        try:
            raise KeyError(text)
        except KeyError:
            raise ValueError("x") from None
    except ValueError as error:
        return error


def _noted(text: str) -> BaseException:
    error = ValueError("x")
    error.add_note(text)
    return error


def _framed(text: str) -> BaseException:
    """A variable in a frame of the library, which nothing else shows."""
    scope: dict[str, Any] = {}
    exec(compile("def f(hidden):\n    raise ValueError('x')", "/x/doorstroom_client/y.py", "exec"), scope)
    try:
        scope["f"](text)
    except ValueError as error:
        return error
    raise AssertionError


@pytest.mark.parametrize("medium", MEDIA)
def test_the_search_finds_a_canary_in_every_medium(medium: str) -> None:
    for name in ("achternaam", "rapportid"):
        spoor = Spoor(PUPIL)
        with spoor.watching():
            MEDIA[medium](spoor, PUPIL[name])
        assert any(hit.startswith(name) for hit in spoor.hits()), medium


def test_the_search_finds_a_canary_in_files_and_their_names(tmp_path: Path) -> None:
    (tmp_path / "a").write_bytes(b"\0" + NAAM.encode())
    (tmp_path / RAPPORT).mkdir()
    spoor = Spoor(PUPIL)
    spoor.files("temp", tmp_path)
    assert {hit.split()[0] for hit in spoor.hits()} == {"achternaam", "rapportid"}


@pytest.mark.parametrize("name", PUPIL)
@pytest.mark.parametrize("form", forms("x" * 12))
def test_the_search_finds_a_canary_in_every_form(name: str, form: str) -> None:
    spoor = Spoor(PUPIL)
    spoor.add("ergens", b"voor " + forms(PUPIL[name])[form] + b" na")
    assert any(hit.startswith(name) for hit in spoor.hits())


@pytest.mark.parametrize("before", range(4))
def test_the_search_finds_a_canary_inside_encoded_text(before: int) -> None:
    text = f"{'v' * before}{NAAM}na"
    for encoded in (
        base64.b64encode(text.encode()).decode(),
        repr(json.dumps({"n": text})),
        repr(json.dumps(text).encode()),
        repr(ValueError(f"illegal line: {text.encode()!r}")),
    ):
        spoor = Spoor(PUPIL)
        spoor.add("ergens", encoded)
        assert any(hit.startswith("achternaam") for hit in spoor.hits())


def test_what_was_clean_before_hides_nothing() -> None:
    clean: set[bytes] = set()
    for text, found in (("gewoon", 0), ("gewoon", 0), (f"gewoon {NAAM}", 1), ("gewoon", 0), (f"gewoon {NAAM}", 1)):
        spoor = Spoor({"achternaam": NAAM}, clean=clean)
        spoor.add("ergens", "gewoon")
        spoor.add("elders", text)
        assert bool(spoor.hits()) is bool(found)
    assert len(clean) == 1


def test_the_search_is_silent_about_what_is_not_there() -> None:
    spoor = Spoor(PUPIL)
    with spoor.watching():
        logging.getLogger("x").debug("niets bijzonders")
    spoor.error("fout", _framed("gewoon"))
    assert len(spoor.found) > 5
    assert spoor.hits() == []


# --- every success path


@both
def test_success(
    speler: Speler,
    keten: Keten,
    certificate: ClientCertificate,
    spoor: Spoor,
    temp: Path,
    tmp_path: Path,
    capfd: pytest.CaptureFixture[str],
) -> None:
    supplier = keten.toetssystemen["ICE"]
    supplier.voeg_rapport_toe(RAPPORT, keten.school.oin, NAAM, f"Toetsscore {SCORE}")
    folder = tmp_path / "rapporten"
    folder.mkdir()
    arguments = keten.arguments() | {"certificate": certificate, "store": tmp_path / "inbox.db", "retry": quick()}
    with spoor.watching():

        def on_event(event: Event) -> None:
            spoor.thing("event", event, pickled=True)
            spoor.add("event", as_json(event))

        client = speler.client(**arguments, on_event=on_event)
        spoor.thing("client", client)
        spoor.thing("copy", client.with_options(schooljaar=keten.schooljaar))
        for part in (client.osr, client.terugweg, client.leveranciers, client.scholen, client.afspraak, client._operations.osr):
            spoor.thing("part of the client", part)
        spoor.thing("certificate", certificate)
        spoor.thing("mandaat", speler(client.osr.check_mandaat(keten.school, "ICE")), pickled=True)
        spoor.thing("leveranciers", speler(client.osr.find_leveranciers(keten.school)))
        spoor.thing("receipt", speler(client.send(Deelnemerslijst(keten.school, GROEPEN, [DEELNEMER]))), pickled=True)
        spoor.thing("receipt", speler(client.send(Adviezenlijst(keten.school, [SCHOOLADVIES]))), pickled=True)
        found = speler(client.compare(Adviezenlijst(keten.school, [Advies(LEERLING, "HAVO")])))
        assert found.gewijzigd == (LEERLING,)
        spoor.thing("comparison", found)
        again = speler(client.send(Adviezenlijst(keten.school, [SCHOOLADVIES]), only_changes=True))
        assert (again.aantal, again.ongewijzigd) == (0, 1)
        spoor.thing("receipt", again, pickled=True)
        spoor.thing("put in the outbox", speler(client.outbox.add(Adviezenlijst(keten.school, [SCHOOLADVIES]))), pickled=True)
        spoor.thing("waiting", speler(client.outbox.messages()), pickled=True)
        delivered = speler(client.outbox.deliver())
        assert [item.ontvangst.aantal for item in delivered] == [1]
        spoor.thing("delivered", delivered, pickled=True)
        work = Adviezenlijst(keten.school, [SCHOOLADVIES])
        spoor.thing("work", work)
        spoor.thing("outcomes", speler(client.send_many([work], only_changes=False)), pickled=True)
        request = pushed(json.dumps(result_document()).encode(), supplier.oin, keten.school)
        answer = speler(client.terugweg.handle(request))
        assert answer.status == 202
        spoor.thing("inbound request", request)
        spoor.thing("inbound answer", answer)
        assert all(sent.status == 202 for sent in keten.stuur_resultaten("ICE", keten.school))
        (result,) = speler(client.resultaten())
        for handed in (result, result.resultaat, result.resultaat.resultatenscores, result.leerling, result.school):
            spoor.thing("result", handed)
        for named in (result.rapportid, result.resultaat.resultatenscores.deelnemerref):
            spoor.thing("part of a result", named, text=False)
        assert (result.toetsscore, result.rapportid) == (SCORE, RAPPORT)
        in_memory = speler(client.fetch_leerlingrapport(result))
        assert NAAM.encode("latin-1") in in_memory.content or in_memory.size > 100
        spoor.thing("report", in_memory)
        for to in (folder, folder / "rapport.pdf"):
            spoor.thing("report", speler(client.fetch_leerlingrapport(RAPPORT, school=keten.school, leverancier="ICE", to=to)))
        (tmp_path / "everything").mkdir()
        spoor.thing("reports", speler(client.fetch_leerlingrapporten(tmp_path / "everything")))
        spoor.thing("done", speler(result.done()))
        for value in (LEERLING, GROEPEN, DEELNEMER, SCHOOLADVIES, arguments["osr"], arguments["osr"].api_key):
            spoor.thing("input", value)
        speler(client.close())
    for path in folder.iterdir():
        spoor.add("report name", path.name)
    spoor.add("stdout and stderr", "".join(capfd.readouterr()))
    spoor.files("temporary files", temp)
    assert_silent(spoor)


# --- every cell of the decision table


def reply(status: int, **headers: str) -> Response:
    body = json.dumps({"melding": f"{MELDING}: {NAAM} {LAS}"}, ensure_ascii=False).encode()
    return Response(status, {**JSON, **headers, "x-leerling": LAS}, body, 0.1)


OUTCOMES: dict[Situation, Outcome] = {
    **SITUATIONS,
    **{
        situation: reply(status)
        for situation, status in {
            Situation.DELIVERED: 202,
            Situation.FOUND: 200,
            Situation.NOTHING_YET: 204,
            Situation.NOT_FOUND: 404,
            Situation.NO_MANDATE: 401,
            Situation.CLOSED: 403,
            Situation.UNKNOWN_SCHOOL: 405,
            Situation.INVALID: 422,
            Situation.SERVER_ERROR: 500,
            Situation.UNEXPECTED: 418,
        }.items()
    },
    Situation.NOT_THEIRS: reply(405, **{"x-amzn-waf-action": NAAM}),
    Situation.REDIRECT: reply(302, location=f"https://evil.example/{RAPPORT}?naam={NAAM}"),
    Situation.THROTTLED: reply(429, **{"retry-after": "1000"}),
    Situation.BUSY: reply(503, **{"retry-after": NAAM}),
}
OSR = Osr("https://osr.example.nl/api/v2", namespace="ns-2025", api_key=ApiKey(API_KEY_HEADER, API_KEY))
ENDPOINT = OwnEndpoint(SCHOOL.routeringskenmerk, "https://las.example.nl", TOKEN)


def scripted(speler: Speler, outcome: Outcome, certificate: ClientCertificate, **more: Any) -> Any:
    transport = (AsyncFakeTransport if speler.awaited else FakeTransport)(lambda _: outcome)
    return speler.client(
        transport=transport, certificate=certificate, osr=OSR, leveranciers=[LEVERANCIER], **{"retry": RETRY, **more}
    )


def make(speler: Speler, client: Any, operation: Operation) -> Any:
    """The call of the client that makes this operation; the two writes to the OSR have no method yet."""
    if operation is Operation.REGISTREREN:
        return speler(client.send(Deelnemerslijst(SCHOOL, GROEPEN, [DEELNEMER]), leverancier="ICE"))
    if operation is Operation.SCHOOLADVIEZEN:
        return speler(client.send(Adviezenlijst(SCHOOL, [SCHOOLADVIES]), leverancier="ICE"))
    if operation is Operation.LEERLINGRAPPORT:
        return speler(client.fetch_leerlingrapport(RAPPORT, school=SCHOOL, leverancier="ICE"))
    if operation is Operation.OSR:
        return speler(client.osr.check_mandaat(SCHOOL, "ICE"))
    raise AssertionError(operation)


def write(operation: Operation, outcome: Outcome, *, awaited: bool, spoor: Spoor) -> Any:
    conditions = Conditions(RETRY, 30.0, lambda: dt.datetime.now(dt.UTC), on_event=lambda event: spoor.thing("event", event))
    about = Call(conditions)
    flow = (
        register_endpoint(OSR, ENDPOINT, about)
        if operation is Operation.OSR_REGISTREREN
        else change_endpoint(OSR, "17", ENDPOINT, about)
    )
    return drive(flow, [outcome] * 8, awaited=awaited)[0]


def test_the_script_fits_the_table() -> None:
    assert set(OUTCOMES) == set(Situation)
    assert all(classify(outcome, Operation.OSR) is situation for situation, outcome in OUTCOMES.items())


@both
@pytest.mark.parametrize("operation", Operation)
def test_every_cell(
    operation: Operation,
    speler: Speler,
    certificate: ClientCertificate,
    spoor: Spoor,
    temp: Path,
    capfd: pytest.CaptureFixture[str],
) -> None:
    ended = 0
    with spoor.watching():
        for situation, outcome in OUTCOMES.items():
            place = f"{operation} x {situation}"
            try:
                if operation in (Operation.OSR_REGISTREREN, Operation.OSR_WIJZIGEN):
                    value = write(operation, outcome, awaited=speler.awaited, spoor=spoor)
                else:
                    client = scripted(
                        speler, outcome, certificate, on_event=lambda event: spoor.thing("event", event, pickled=True)
                    )
                    value = make(speler, client, operation)
            except DoorstroomError as error:
                spoor.error(place, error)
            else:
                spoor.thing(place, value, pickled=True)
            ended += 1
    assert ended == len(Situation)
    spoor.add("stdout and stderr", "".join(capfd.readouterr()))
    spoor.files("temporary files", temp)
    assert_silent(spoor)


@both
@pytest.mark.parametrize("status", [202, 302, 422])
def test_what_the_http_library_would_log(
    status: int, speler: Speler, keten: Keten, certificate: ClientCertificate, spoor: Spoor, test_pki: Pki, tmp_path: Path
) -> None:
    """At DEBUG it writes down every header of an answer."""
    headers = (("Location", f"https://evil.example/{RAPPORT}"), ("X-Leerling", LAS.encode().decode("latin-1")))
    answer = Answer.melding(status, MELDING, headers)
    issued = test_pki.issue("canary", oin=LEVERANCIER.oin)
    roots = tmp_path / "roots.pem"
    roots.write_bytes(Path(str(certificate.trust)).read_bytes() + test_pki.trust.read_bytes())
    with (
        HttpsServer(lambda _: answer, cert=issued.cert, key=issued.key, trust=roots, name="canary") as server,
        spoor.watching(),
    ):
        client = speler.client(
            certificate=replace(certificate, trust=roots), leveranciers=[replace(LEVERANCIER, base_url=server.url)]
        )
        with contextlib.suppress(DoorstroomError):  # its frames are looked at elsewhere
            speler(client.send(Adviezenlijst(SCHOOL, [SCHOOLADVIES]), leverancier="ICE"))
    assert_silent(spoor)


# --- other ways to fail


BAD_LISTS: dict[str, Callable[[Speler, Any], Any]] = {
    "unknown advice": lambda speler, client: speler(
        client.send(Adviezenlijst(SCHOOL, [Advies(LEERLING, TOETSADVIES)]), leverancier="ICE")
    ),
    "twice": lambda speler, client: speler(client.send(Adviezenlijst(SCHOOL, [SCHOOLADVIES] * 2), leverancier="ICE")),
    "bad key": lambda speler, client: speler(
        client.send(Adviezenlijst(SCHOOL, [Advies(Leerling(las_key=f"{LAS} {NAAM}"), ADVIES)]), leverancier="ICE")
    ),
    "bad names": lambda speler, client: speler(
        client.send(
            Deelnemerslijst(
                SCHOOL,
                GROEPEN,
                [
                    Deelnemer(
                        leerling=LEERLING,
                        achternaam=f"{NAAM}\x1b",
                        roepnaam=ROEPNAAM * 20,
                        voorletters="7",
                        geboortedatum=f"{GEBOREN}x",
                        groep="geen",
                    )
                ],
            ),
            leverancier="ICE",
        )
    ),
    "generator": lambda speler, client: speler(
        client.send(Adviezenlijst(SCHOOL, (Advies(LEERLING, TOETSADVIES) for _ in range(2))), leverancier="ICE")
    ),
    "rapportid": lambda speler, client: speler(
        client.fetch_leerlingrapport(f"{RAPPORT}/../x", school=SCHOOL, leverancier="ICE")
    ),
    "no school": lambda speler, client: speler(client.fetch_leerlingrapport(RAPPORT, leverancier="ICE")),
    "no supplier": lambda speler, client: speler(client.send(Adviezenlijst(SCHOOL, [SCHOOLADVIES]), leverancier="onbekend")),
    "no folder": lambda speler, client: speler(
        client.fetch_leerlingrapport(RAPPORT, school=SCHOOL, leverancier="ICE", to="/bestaat/niet/a.pdf")
    ),
}


@both
@pytest.mark.parametrize("name", BAD_LISTS)
def test_what_is_refused_here(name: str, speler: Speler, certificate: ClientCertificate, spoor: Spoor) -> None:
    content = b"%PDF-1.7\n" + NAAM.encode() + b"\n%%EOF\n"
    outcome = Response(200, {"content-type": "application/pdf"}, content, 0.1)
    with spoor.watching():
        client = scripted(speler, outcome, certificate)
        with pytest.raises(DoorstroomError) as caught:
            BAD_LISTS[name](speler, client)
        spoor.error(name, caught.value)
    assert_silent(spoor)


@both
@pytest.mark.parametrize("body", [b"%PDF-1.7 " + NAAM.encode(), NAAM.encode(), b""])
def test_a_report_that_is_not_complete(body: bytes, speler: Speler, certificate: ClientCertificate, spoor: Spoor) -> None:
    with spoor.watching():
        client = scripted(speler, Response(200, {"content-type": "application/pdf"}, body, 0.1), certificate)
        with pytest.raises(DoorstroomError) as caught:
            make(speler, client, Operation.LEERLINGRAPPORT)
        spoor.error("report", caught.value)
    assert_silent(spoor)


def broken_result(how: str) -> bytes:
    document = result_document()
    if how == "no results":
        document["resultatenscores"]["resultaten"] = {NAAM: LAS}
    if how == "not json":
        return json.dumps(document).encode()[:-2]
    if how == "bsn":
        document["bsn"] = NAAM
    return json.dumps(document).encode()


@both
@pytest.mark.parametrize("how", ["no results", "not json", "bsn", "store"])
def test_a_result_that_is_refused(
    how: str, speler: Speler, certificate: ClientCertificate, spoor: Spoor, tmp_path: Path
) -> None:
    store = tmp_path / "inbox.db"
    if how == "store":
        store.write_bytes(b"geen database" * 100)
        store.chmod(0o600)
    with spoor.watching():
        client = scripted(speler, Response(200, JSON, b'"OK"', 0.1), certificate, store=store)
        answer = speler(client.terugweg.handle(pushed(broken_result(how), LEVERANCIER.oin)))
        assert answer.status == {"not json": 400, "store": 503}.get(how, 422)
        spoor.thing("answer", answer)
        spoor.add("answer", answer.body)
        if how == "store":
            with pytest.raises(DoorstroomError) as caught:
                speler(client.resultaten())
            spoor.error("store", caught.value)
    assert_silent(spoor)


def wrong_passphrase(keten: Keten, certificate: ClientCertificate, folder: Path) -> object:
    return Client(
        certificate=ClientCertificate(certificate.cert, certificate.key, certificate.trust, f"{WACHTZIN}x"), auteur="T"
    )


def key_as_certificate(keten: Keten, certificate: ClientCertificate, folder: Path) -> object:
    return Client(certificate=ClientCertificate(keten.certificate.key or "", None, certificate.trust), auteur="T")


def key_with_a_line_break(keten: Keten, certificate: ClientCertificate, folder: Path) -> object:
    return ApiKey(API_KEY_HEADER, f"{API_KEY}\n")


def key_in_the_osr(keten: Keten, certificate: ClientCertificate, folder: Path) -> object:
    return Osr(OSR.base_url, namespace=" x", api_key=API_KEY, api_key_header=API_KEY_HEADER)


def file_with_an_unknown_setting(keten: Keten, certificate: ClientCertificate, folder: Path) -> object:
    path = keten.write_config(folder / "doorstroom.toml")
    path.write_text(f'onbekend = "x"\n{path.read_text()}\n[retry]\nattempts = 99\n')
    return Client.from_config(path)


def file_that_is_cut(keten: Keten, certificate: ClientCertificate, folder: Path) -> object:
    path = keten.write_config(folder / "doorstroom.toml")
    path.write_text(path.read_text().replace(f'"{API_KEY}"', f'"{API_KEY}'))
    return Client.from_config(path)


def key_of_the_wrong_kind(keten: Keten, certificate: ClientCertificate, folder: Path) -> object:
    path = keten.write_config(folder / "doorstroom.toml")
    path.write_text(path.read_text().replace(f'"{API_KEY}"', f'["{API_KEY}"]'))
    return Client.from_config(path)


WRONG_SETTINGS = (
    wrong_passphrase,
    key_as_certificate,
    key_with_a_line_break,
    key_in_the_osr,
    file_with_an_unknown_setting,
    file_that_is_cut,
    key_of_the_wrong_kind,
)


@pytest.mark.parametrize("make", WRONG_SETTINGS)
def test_a_setting_that_is_wrong(
    make: Callable[..., object], keten: Keten, certificate: ClientCertificate, spoor: Spoor, tmp_path: Path
) -> None:
    with spoor.watching():
        with pytest.raises(DoorstroomError) as caught:
            make(keten, certificate, tmp_path)
        spoor.error(make.__name__, caught.value)
    assert_silent(spoor)


def test_a_wrong_variable_beside_secret_ones(
    keten: Keten, spoor: Spoor, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("DOORSTROOM_OSR_API_KEY", API_KEY)
    monkeypatch.setenv("DOORSTROOM_CERTIFICATE_PASSWORD", WACHTZIN)
    monkeypatch.setenv("DOORSTROOM_OSR_API_KEYS", "x")
    with spoor.watching():
        with pytest.raises(DoorstroomError) as caught:
            Client.from_config(keten.write_config(tmp_path / "doorstroom.toml"))
        spoor.error("variables", caught.value)
    assert_silent(spoor)


# --- the command line


DEELNEMERS_CSV = (
    "eck_id;las_key;achternaam;roepnaam;voorletters;geboortedatum;groep\n"
    f"{ECK};{LAS};{NAAM};{ROEPNAAM};Z;{GEBOREN};8A\n"
)  # fmt: skip
ADVIEZEN_CSV = f"eck_id;las_key;advies\n{ECK};{LAS};{ADVIES}\n"
STATUSES = (None, 401, 403, 405, 422, 500, 503)


@pytest.fixture
def shell(
    keten: Keten, certificate: ClientCertificate, spoor: Spoor, tmp_path: Path, temp: Path, monkeypatch: pytest.MonkeyPatch
) -> Iterator[Callable[..., int]]:
    """Runs a command and notes everything that comes out of it."""
    monkeypatch.chdir(tmp_path)
    config = keten.write_config(tmp_path / "doorstroom.toml")
    lines = config.read_text().splitlines()
    at = next(number for number, line in enumerate(lines) if line.startswith("key = "))
    lines[at] = f'key = "{Path(certificate.key or "").name}"\npassword = "{WACHTZIN}"'
    config.write_text(
        "\n".join(lines).replace('auteur = "Simulator LAS 1.0"', 'auteur = "Test 1"') + "\n[retry]\nattempts = 1\n"
    )
    (tmp_path / "deelnemers.csv").write_text(DEELNEMERS_CSV, "utf-8")
    (tmp_path / "adviezen.csv").write_text(ADVIEZEN_CSV, "utf-8")

    def run(*arguments: str) -> int:
        done = CliRunner().invoke(app, list(arguments))
        spoor.add(f"output of {' '.join(arguments)}", done.stdout_bytes + done.stderr_bytes)
        if done.exception is not None:
            spoor.error(f"error of {' '.join(arguments)}", done.exception)
        return done.exit_code

    with spoor.watching():
        yield run
    keten.toetssystemen["ICE"].antwoord_gewoon()
    spoor.files("temporary files", temp)


@pytest.mark.parametrize("more", [(), ("--json",), ("--dry-run",)])
@pytest.mark.parametrize("status", STATUSES)
def test_sending_from_the_command_line(
    status: int | None, more: tuple[str, ...], shell: Callable[..., int], keten: Keten, spoor: Spoor
) -> None:
    if status:
        for operation in ("registreren", "registreren-schooladviezen"):
            keten.toetssystemen["ICE"].antwoord_met(operation, status)
    for command in ("deelnemers", "adviezen"):
        code = shell(command, "send", f"{command}.csv", "--school", "99AA", *more)
        assert (code == 0) is (status is None or "--dry-run" in more)
    assert_silent(spoor)


BAD_FILES = {
    "advice": ("adviezen", ADVIEZEN_CSV.replace(ADVIES, TOETSADVIES)),
    "header": ("adviezen", ADVIEZEN_CSV.replace(";advies", f";{NAAM}")),
    "no header": ("deelnemers", DEELNEMERS_CSV.split("\n", 1)[1]),
    "date": ("deelnemers", DEELNEMERS_CSV.replace(GEBOREN, f"{GEBOREN}-{NAAM}")),
    "columns": ("deelnemers", DEELNEMERS_CSV + f"{NAAM};{LAS}\n"),
    "quotes": ("deelnemers", DEELNEMERS_CSV + f'"{NAAM};{LAS}\n'),
    "twice": ("adviezen", ADVIEZEN_CSV + ADVIEZEN_CSV.split("\n", 1)[1]),
    "key": ("adviezen", ADVIEZEN_CSV.replace(LAS, f"{LAS} {NAAM}")),
    "name": ("deelnemers", DEELNEMERS_CSV.replace(ROEPNAAM, ROEPNAAM * 20)),
}


@pytest.mark.parametrize("name", BAD_FILES)
def test_a_bad_file_from_the_command_line(name: str, shell: Callable[..., int], spoor: Spoor) -> None:
    command, text = BAD_FILES[name]
    Path("slecht.csv").write_text(text, "utf-8")
    assert shell(command, "send", "slecht.csv", "--school", "99AA") == 65
    assert shell(command, "send", "slecht.csv", "--school", "99AA", "--json") == 65
    assert_silent(spoor)


def test_results_and_reports_from_the_command_line(shell: Callable[..., int], keten: Keten, spoor: Spoor) -> None:
    supplier = keten.toetssystemen["ICE"]
    with Client.from_config("doorstroom.toml", store="inbox.db") as client:
        for number in range(2):
            document = result_document()
            document["datumtijd"] = f"2026-03-1{number}T11:00:00Z"
            assert client.terugweg.handle(pushed(json.dumps(document).encode(), supplier.oin, keten.school)).status == 202
    text = Path("doorstroom.toml").read_text()
    store = next(line for line in text.splitlines() if line.startswith("store"))
    Path("doorstroom.toml").write_text(text.replace(store, 'store = "inbox.db"'))
    assert shell("resultaten", "list", "--json") == 0
    supplier.vergeet_rapport(RAPPORT)
    for more in ((), ("--json",)):
        for status in (401, 403, 422, 500, 503):
            supplier.antwoord_met("leerlingrapport", status)
            assert shell("rapporten", "fetch", "--to", "rapporten", "--all", *more) != 0
        supplier.antwoord_gewoon()
        assert shell("rapporten", "fetch", "--to", "rapporten", "--all", *more) == 65  # not known at the supplier
    supplier.ken_rapport(RAPPORT)
    supplier.voeg_rapport_toe(RAPPORT, keten.school.oin, NAAM)
    assert shell("rapporten", "fetch", "--to", "rapporten", "--all") == 0
    spoor.add("names of reports", repr(sorted(path.name for path in Path("rapporten").iterdir())))
    assert shell("resultaten", "export", "uit.csv", "--done") == 0
    Path("inbox.db").write_bytes(b"kapot" * 1000)
    assert shell("resultaten", "list", "--json") != 0
    assert shell("rapporten", "fetch", "--to", "rapporten") != 0
    assert_silent(spoor)


BAD_CONFIGS: dict[str, Callable[[str], str]] = {
    "fine": lambda text: text,
    "passphrase": lambda text: text.replace(WACHTZIN, f"{WACHTZIN}x"),
    "unknown": lambda text: f'onbekend = "x"\n{text}',
    "kind": lambda text: text.replace(f'"{API_KEY}"', f'["{API_KEY}"]'),
    "cut": lambda text: text.replace(f'"{API_KEY}"', f'"{API_KEY}'),
    "control character": lambda text: text.replace(API_KEY, f"{API_KEY}\\n"),
    "header": lambda text: text.replace(API_KEY_HEADER, "X Y"),
    "no section": lambda text: f'osr = "{API_KEY}"\n' + text.replace("[osr]", "[anders]"),
}


@pytest.mark.parametrize("name", BAD_CONFIGS)
def test_the_configuration_from_the_command_line(name: str, shell: Callable[..., int], spoor: Spoor) -> None:
    config = Path("doorstroom.toml")
    config.write_text(BAD_CONFIGS[name](config.read_text()))
    for command in ("check", "show"):
        for more in ((), ("--json",)):
            shell("config", command, *more)
    shell("adviezen", "send", "adviezen.csv", "--school", "99AA")
    assert_silent(spoor)


def test_the_frames_of_these_libraries_are_looked_at() -> None:
    assert {"doorstroom_client", "httpx", "httpcore", "h11"} == LIBRARIES
