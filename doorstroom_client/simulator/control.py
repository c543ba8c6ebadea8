"""The control address of a chain: for whoever tests a LAS or a runner that is not written in Python.

JSON over HTTP, on loopback only and with a token, because it is no party of the chain: it says what came in, sets states and
the next answers, and has suppliers push results. Everything behind it is invented.
"""

from __future__ import annotations

import hmac
import json
import secrets
import threading
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager, suppress
from dataclasses import fields
from datetime import datetime
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import Any
from urllib.parse import parse_qsl, urlsplit

from doorstroom_client.basics.frozen import frozen
from doorstroom_client.errors import DoorstroomError
from doorstroom_client.messages.school import School
from doorstroom_client.output.files import write_whole
from doorstroom_client.simulator.keten import LAS_OIN, Keten
from doorstroom_client.simulator.once import Once
from doorstroom_client.simulator.refused_certificates import refused_certificates
from doorstroom_client.simulator.toetssysteem import Toetssysteem, Verzonden
from doorstroom_client.simulator.verkeer import Richting, Uitwisseling, Verkeer

FILE = "control.json"
"""The file that says where the control address is, and its token."""
_LARGEST = 1024 * 1024
_LOOK_EVERY = 0.05
Query = Mapping[str, str]
Data = Mapping[str, Any]


class ControlError(Exception):
    """A question that cannot be answered.

    Attributes:
        status: of HTTP.
    """

    def __init__(self, status: int, text: str) -> None:
        """Say what is wrong."""
        super().__init__(text)
        self.status = status


class Control:
    """Answers the questions of a control address.

    Args:
        keten: the chain, started.
    """

    def __init__(self, keten: Keten) -> None:
        self._keten = keten
        self._las_oin = LAS_OIN
        self._pushed = Once()
        self._routes: Mapping[tuple[str, str], Callable[[Query, Data], Any]] = {
            ("GET", "/"): self._index,
            ("GET", "/standen"): lambda *_: self.states(),
            ("PATCH", "/standen"): self._change,
            ("PUT", "/standen"): self._put,
            ("GET", "/verkeer"): self._traffic,
            ("GET", "/leerlingen"): self._pupils,
            ("GET", "/resultaten"): self._results,
            ("POST", "/resultaten"): self._push,
            ("POST", "/mandaten"): self._mandate,
            ("POST", "/adressen"): self._register,
            ("POST", "/certificaten"): self._certificates,
            ("POST", "/herstart"): self._restart,
            ("POST", "/reset"): self._reset,
        }

    def ask(self, method: str, target: str, data: Data | None = None) -> Any:
        """Answer a question.

        Args:
            method: of HTTP.
            target: path and query.
            data: what goes along.

        Raises:
            ControlError: there is no such question, or something in it does not exist.
        """
        where = urlsplit(target)
        route = self._routes.get((method, where.path))
        if route is None:
            raise ControlError(404, f"er is geen {method} {where.path}; GET / zegt wat er is")
        try:
            return route(dict(parse_qsl(where.query)), data or {})
        except (ValueError, TypeError, KeyError, AttributeError) as error:
            raise ControlError(400, str(error) or type(error).__name__) from None

    def states(self) -> dict[str, Any]:
        """Everything that can be set, as it is now."""
        keten = self._keten
        return {
            "toetssystemen": {
                soort: _states_of(systeem, keten.servers.shown(soort)) for soort, systeem in keten.toetssystemen.items()
            },
            "terugweg": {"antwoorden": keten.terugweg.as_data()["antwoorden"]},
            "osr": {"storing": keten.osr.outage, "mandaten": self._mandates(), "adressen": self._addresses()},
        }

    def _index(self, *_: object) -> dict[str, Any]:
        keten = self._keten
        return {
            "schooljaar": keten.schooljaar,
            "versie": keten.afspraak.versie,
            "vragen": [f"{method} {path}" for method, path in self._routes],
            "partijen": [*keten.toetssystemen, "osr", "terugweg"],
            "oins": {"las": self._las_oin, **{soort: item.oin for soort, item in keten.toetssystemen.items()}},
            "scholen": [
                {"oin": item.oin, **{one.name: getattr(item, one.name) for one in fields(item) if one.init}}
                for item in keten.scholen
            ],
        }

    # --- states

    def _change(self, _: Query, data: Data) -> dict[str, Any]:
        _only(data, "toetssystemen", "terugweg", "osr")
        for soort, more in data.get("toetssystemen", {}).items():
            self._set_supplier(soort, more)
        self._keten.terugweg.stel_in(data.get("terugweg", {}))
        self._set_osr(data.get("osr", {}))
        return self.states()

    def _put(self, query: Query, data: Data) -> dict[str, Any]:
        """Everything as it was when this was given; answers that are not in it end."""
        return self._change(query, data)

    def _set_supplier(self, soort: str, more: Data) -> None:
        systeem = self._supplier(soort)
        if "server" in more and more["server"] != self._keten.servers.shown(soort):
            self._keten.servers.show(soort, more["server"])
        systeem.stel_in({name: value for name, value in more.items() if name != "server"})

    def _set_osr(self, more: Data) -> None:
        _only(more, "storing", "mandaten", "adressen")
        osr = self._keten.osr
        osr.outage = bool(more.get("storing", osr.outage))
        for school, parties in more.get("mandaten", {}).items():
            for party, given in parties.items():
                self._give(school, self._oin_of(party), bool(given))
        for routing_id, url in more.get("adressen", {}).items():
            osr.register_endpoint(routing_id, str(url), supplier_oin=self._las_oin)

    def _mandates(self) -> dict[str, dict[str, bool]]:
        parties = {**{soort: item.oin for soort, item in self._keten.toetssystemen.items()}, "las": self._las_oin}
        has = self._keten.osr.has_mandate
        return {item.oin: {name: has(item.oin, oin) for name, oin in parties.items()} for item in self._keten.scholen}

    def _addresses(self) -> dict[str, str]:
        found = (
            (item.routeringskenmerk, self._keten.osr.find_endpoint(item.routeringskenmerk)) for item in self._keten.scholen
        )
        return {routing_id: url for routing_id, url in found if url is not None}

    # --- what a party does and has seen

    def _traffic(self, query: Query, _: Data) -> dict[str, Any]:
        _only(query, "partij", "na", "sinds", "richting")
        verkeer = self._traffic_of(query.get("partij", ""))
        which = Richting(query["richting"]) if "richting" in query else None
        since = datetime.fromisoformat(query["sinds"]) if "sinds" in query else None

        def meant(item: Uitwisseling) -> bool:
            return which in (None, item.richting) and (since is None or item.moment >= since)

        return verkeer.as_data(whole=True, after=int(query.get("na", "0")), only=meant)

    def _pupils(self, query: Query, _: Data) -> dict[str, Any]:
        systeem, school = self._supplier(query["toetssysteem"]), query["school"]
        advice = systeem.adviezen(school)
        found = []
        for message in systeem.deelnemers(school):
            identities = [ref["onderwijsdeelnemerID"] for ref in message["deelnemerref"]]
            (result,) = systeem.neem_af(school, wie=identities[0])
            report = result["resultatenscores"]["resultaten"].get("aanvullendeinfo", "")
            found.append(
                {
                    "identiteiten": identities,
                    "achternaam": message["achternaam"],
                    "advies": next((advice[one] for one in identities if one in advice), None),
                    "rapportid": report.rpartition("/")[2],
                }
            )
        return {"leerlingen": found}

    def _results(self, query: Query, _: Data) -> dict[str, Any]:
        with self._keten.client() as client:
            found = [item for item in client.resultaten(everything=True) if item.edu_to == query.get("school", item.edu_to)]
            return {
                "resultaten": [
                    {
                        "identiteiten": [one for one in (item.leerling.eck_id, item.leerling.las_key) if one],
                        "toetsadvies": item.resultaat.toetsadvies_tekst,
                        "afzender": item.sender_oin,
                    }
                    for item in found
                ]
            }

    def _push(self, _: Query, data: Data) -> dict[str, Any]:
        _only(data, "toetssysteem", "school", "leerlingen", "afwijkingen", "opnieuw", "rapporten", "sleutel")
        if "sleutel" not in data:
            return self._push_now(data)
        found: dict[str, Any] = self._pushed.do(str(data["sleutel"]), lambda: self._push_now(data))
        return found

    def _push_now(self, data: Data) -> dict[str, Any]:
        soort, wanted = data["toetssysteem"], data.get("leerlingen")
        systeem, school = self._supplier(soort), self._school(data.get("school"))
        if data.get("opnieuw"):
            return _sent(self._keten.stuur_opnieuw(soort, rapporten=data.get("rapporten")))
        sent: list[Verzonden] = []
        for message in systeem.deelnemers(school.oin):
            identities = [ref["onderwijsdeelnemerID"] for ref in message["deelnemerref"]]
            if wanted is None or set(identities) & set(wanted):
                more = data.get("afwijkingen", ())
                sent += self._keten.stuur_resultaten(soort, school, wie=identities[0], afwijkingen=more)
        return _sent(sent)

    def _mandate(self, _: Query, data: Data) -> dict[str, Any]:
        _only(data, "school", "partij", "gegeven")
        self._give(self._school(data["school"]).oin, self._oin_of(data["partij"]), bool(data["gegeven"]))
        return {"mandaten": self._mandates()}

    def _register(self, _: Query, data: Data) -> dict[str, Any]:
        _only(data, "routeringskenmerk", "adres", "partij")
        url = data["adres"] if "adres" in data else self._keten.servers.url(data["partij"])
        self._keten.osr.register_endpoint(str(data["routeringskenmerk"]), url, supplier_oin=self._las_oin)
        return {"adressen": self._addresses()}

    def _certificates(self, _: Query, data: Data) -> dict[str, Any]:
        _only(data, "partij")
        oin, pki = self._oin_of(data.get("partij", "las")), self._keten.servers.pki
        found = refused_certificates(pki, pki.clients.directory / f"geweigerd-{oin}", oin)
        return {"certificaten": {name: path.read_text("ascii") for name, path in found.items()}}

    def _restart(self, *_: object) -> dict[str, Any]:
        self._keten.terugweg.close()
        return {}

    def _reset(self, *_: object) -> dict[str, Any]:
        self._keten.reset()
        self._pushed.forget()
        return self.states()

    # --- names

    def _give(self, school_oin: str, oin: str, given: bool) -> None:
        osr = self._keten.osr
        if given and not osr.has_mandate(school_oin, oin):
            osr.mandate(school_oin, oin)
        elif not given:
            osr.revoke(school_oin, oin)

    def _oin_of(self, party: str) -> str:
        if party == "las":
            return self._las_oin
        systeem = self._keten.toetssystemen.get(party)
        return party if systeem is None else str(systeem.oin)

    def _supplier(self, soort: str) -> Toetssysteem:
        found = self._keten.toetssystemen.get(soort)
        if found is None:
            raise ControlError(404, f"er is geen toetssysteem {soort}; er is: {', '.join(self._keten.toetssystemen)}")
        return found

    def _school(self, key: str | None) -> School:
        found = [item for item in self._keten.scholen if key in (None, item.oin, item.routeringskenmerk, item.instellingscode)]
        if not found:
            raise ControlError(404, "er is geen school met die sleutel; GET / zegt welke er zijn")
        return found[0]

    def _traffic_of(self, party: str) -> Verkeer:
        if party == "terugweg":
            return self._keten.terugweg.verkeer
        return self._keten.osr.verkeer if party == "osr" else self._supplier(party).verkeer


def _sent(sent: Sequence[Verzonden]) -> dict[str, Any]:
    return {"verzonden": [{"status": item.status, "reden": item.reden, "rapportid": item.rapportid} for item in sent]}


def _states_of(systeem: Toetssysteem, shown: str) -> dict[str, Any]:
    found = systeem.as_data()
    return {**{name: found[name] for name in ("toestand", "antwoorden")}, "server": shown}


def _only(data: Data, *known: str) -> None:
    unknown = sorted(set(data) - set(known))
    if unknown:
        raise ValueError(f"onbekend: {', '.join(unknown)}; er is: {', '.join(known)}")


@frozen
class Address:
    """Where a control address is.

    Attributes:
        url: with its port.
        token: to be sent as ``Authorization: Bearer``.
    """

    url: str
    token: str


@contextmanager
def served(control: Control, folder: Path | None = None, port: int = 0) -> Iterator[Address]:
    """Let programs of this machine reach a control address.

    Args:
        control: answers.
        folder: gets the file ``control.json`` (mode 0600) that says where it is.
        port: any free one when 0.

    Raises:
        OSError: the port is taken.
        StoreError: the file cannot be written.
    """
    token = secrets.token_urlsafe(24)
    server = ThreadingHTTPServer(("127.0.0.1", port), _handler(control, token))
    server.daemon_threads = True
    address = Address(f"http://127.0.0.1:{server.server_port}", token)
    thread = threading.Thread(target=server.serve_forever, args=(_LOOK_EVERY,), name="simulator-control", daemon=True)
    thread.start()
    try:
        if folder is not None:
            write_whole(folder / FILE, json.dumps({"url": address.url, "token": token}).encode())
        yield address
    finally:
        server.shutdown()
        server.server_close()
        thread.join()
        if folder is not None:
            with suppress(OSError):  # where nothing listens any more, nobody has to look
                (folder / FILE).unlink()


def _handler(control: Control, token: str) -> type[BaseHTTPRequestHandler]:
    class Handler(BaseHTTPRequestHandler):
        """One request to the control address."""

        protocol_version = "HTTP/1.1"

        def log_message(self, format: str, *args: object) -> None:
            """Say nothing."""

        def do_GET(self) -> None:
            """Answer a question."""
            status, found = self._answer()
            body = json.dumps(found, ensure_ascii=False).encode()
            self.send_response(status)
            self.send_header("Content-Type", "application/json")
            self.send_header("Content-Length", str(len(body)))
            self.end_headers()
            self.wfile.write(body)

        do_PATCH = do_PUT = do_POST = do_GET  # noqa: N815 - as HTTP has them

        def _answer(self) -> tuple[int, Any]:
            shown = (self.headers.get("Authorization") or "").encode("latin-1", "replace")
            if not hmac.compare_digest(shown, f"Bearer {token}".encode()):
                self.close_connection = True  # its body was not read
                return 401, {"fout": f"stuur het token uit {FILE} mee: Authorization: Bearer …"}
            length = self.headers.get("Content-Length") or "0"
            if not length.isdigit() or int(length) > _LARGEST:
                self.close_connection = True
                return 413, {"fout": "te groot"}
            try:
                data = json.loads(self.rfile.read(int(length)) or b"{}")
                if not isinstance(data, dict):
                    return 400, {"fout": "stuur een JSON-object"}
                return 200, control.ask(self.command, self.path, data)
            except ControlError as error:
                return error.status, {"fout": str(error)}
            except (DoorstroomError, OSError) as error:  # of the chain itself: its store or a certificate
                return 500, {"fout": type(error).__name__}
            except ValueError:
                return 400, {"fout": "dat is geen JSON"}

    return Handler
