"""Sending a list over mutual TLS, the whole call, beside bare HTTP and beside clients that generators make.

What the generators are given is the definition as it was published; nothing had to be mended for either.
"""

from __future__ import annotations

import http.client
import importlib
import json
import os
import random
import shutil
import subprocess
import sys
import tempfile
from collections.abc import Callable, Iterable, Iterator, Sequence
from contextlib import ExitStack, closing, contextmanager, suppress
from datetime import UTC, datetime
from functools import partial
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

import httpx

from benchmarks.harness import ROOT, SCHOOL, YEAR, Figure, Scale, certificate, leverancier, main, pair, ratio_figure, supplier
from doorstroom_client import Advies, Adviezenlijst, Client, ClientCertificate, LeerlingOnbekend, Leverancier, Retry
from doorstroom_client.messages.adviezenbericht import build_adviezenbericht
from doorstroom_client.messages.codec import encode
from doorstroom_client.sending.in_parts import bound
from doorstroom_client.simulator import Gedrag, Keten, adviezen_of
from doorstroom_client.simulator.invented import bedenk_leerlingen
from doorstroom_client.simulator.pki import Pki
from doorstroom_client.transport.request import Operation
from doorstroom_client.transport.tls import client_context

HEADERS = {"Content-Type": "application/json", "Accept": "application/json", "Accept-Encoding": "identity"}
TARGET = f"/{Operation.SCHOOLADVIEZEN}?edu-to={SCHOOL.oin}&edu-from={SCHOOL.routeringskenmerk}"
FEW, MANY = 27, 500
NO_BAR = float("inf")
Send = Callable[[Sequence[Advies]], object]
AUTEUR = "Bench 1"
_PACKAGES = {"openapi-python-client": "made_by_python_client", "openapi-generator-cli": "made_by_generator"}


def measure(scale: Scale) -> Iterable[Figure]:
    """How many calls unknown pupils take; then the processor time of our process for one call, in turns with the others."""
    yield _isolation(scale.of(5, 1))
    lists = {number: adviezen_of(bedenk_leerlingen(number, seed=1, schooljaar=YEAR)) for number in (FEW, MANY)}
    times, rounds = {FEW: scale.of(40, 1), MANY: scale.of(6, 1)}, scale.of(21, 2)
    with tempfile.TemporaryDirectory() as folder, ExitStack() as stack:
        pki = Pki(Path(folder) / "pki")
        url, ours = stack.enter_context(supplier(pki)), certificate(pki)
        client = stack.enter_context(
            Client(certificate=ours, leveranciers=[leverancier(url)], auteur=AUTEUR, schooljaar=YEAR),
        )
        message = build_adviezenbericht(
            SCHOOL, lists[FEW], afspraak=client.afspraak, schooljaar=YEAR, auteur=AUTEUR, datumtijd=datetime.now(UTC)
        )
        body = encode(message)
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


def _isolation(times: int) -> Figure:
    """Lists with pupils that a supplier does not know, at one that refuses the whole list for them."""
    unknown, most = 5, 0
    with Keten(receive=False) as keten:
        for seed in range(times):
            school = keten.bedenk_scholen(1, leerlingen=0)[0]
            system = keten.toetssysteem_van(school)
            system.gedrag = Gedrag.WEIGERT_LIJST
            klas = keten.klas(school, MANY)
            missing = set(random.Random(seed).sample(range(MANY), unknown))  # noqa: S311 - which pupils does not matter
            system.meld_aan(school, [item for at, item in enumerate(klas) if at not in missing], schooljaar=keten.schooljaar)
            told = Leverancier(system.toetssoort, system.oin, system.basis_url, system.naam)
            with keten.client(leveranciers=[told], store=None, retry=Retry.never()) as client, suppress(LeerlingOnbekend):
                client.send(Adviezenlijst(school, adviezen_of(klas)), leverancier=told)
            most = max(most, system.lijsten[school.oin])
    name = f"calls for {MANY} advices, {unknown} of unknown pupils"
    return Figure(name, "the bound of the search", bound(MANY, unknown), most, exact=True)


def _send(client: Client, adviezen: Sequence[Advies]) -> object:
    return client.send(Adviezenlijst(SCHOOL, adviezen), leverancier="ICE")


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


class LeftOutError(Exception):
    """A yardstick cannot be made here; says what is missing."""


def definition() -> Path:
    """The newest published definition."""
    folder = Path(os.environ.get("DOORSTROOM_SPEC_DIR") or ROOT.parent / "shared" / "spec")
    found = sorted(
        folder.glob("doorstroom-openapi-*.yaml"), key=lambda path: [int(x) for x in path.stem.split("-")[-1].split(".")]
    )
    if not found:
        raise LeftOutError("there is no published definition here; DOORSTROOM_SPEC_DIR names its folder")
    return found[-1]


def _make(tool: str, folder: Path) -> str:
    """Have a package made in a folder that can be imported from; gives its name."""
    program = Path(sys.executable).with_name(tool)
    command = str(program) if program.is_file() else shutil.which(tool)
    if command is None:
        raise LeftOutError(f"{tool} is not installed; the group bench brings it")
    package = _PACKAGES[tool]
    commands = {
        "openapi-python-client": ["generate", "--path", definition(), "--output-path", folder / package, "--meta", "none"],
        "openapi-generator-cli": ["generate", "-i", definition(), "-g", "python", "-o", folder, "--package-name", package],
    }[tool]
    # The made files may not write where the measurements are shown, and a warning of a generator is no failure.
    done = subprocess.run([command, *map(str, commands)], stdout=subprocess.PIPE, stderr=subprocess.STDOUT, check=False)
    if done.returncode or not (folder / package / "__init__.py").is_file():
        raise LeftOutError(f"{tool} made nothing of the definition: {done.stdout.decode(errors='replace')[-300:]}")
    return package


_CALL = ".api.toetsdeelnemers.registreren_schooladviezen"


def _imported(folder: Path, *names: str) -> list[Any]:
    sys.path.insert(0, str(folder))
    try:
        return [importlib.import_module(name) for name in names]
    except ModuleNotFoundError as error:
        raise LeftOutError(f"{error.name} is not installed; the group bench brings it") from None
    finally:
        sys.path.remove(str(folder))


@contextmanager
def python_client(folder: Path, url: str, certificate: ClientCertificate) -> Iterator[Send]:
    """The client of openapi-python-client: attrs models, ``to_dict``, and httpx with our own TLS context."""
    package = _make("openapi-python-client", folder)
    made, call, models = _imported(folder, package, f"{package}{_CALL}", f"{package}.models")
    with made.Client(base_url=url, verify_ssl=client_context(certificate), httpx_args={"trust_env": False}) as client:

        def send(adviezen: Sequence[Advies]) -> object:
            body = models.Adviezenbericht(
                **_head(models.SchooladviezenlijstAfspraakversie, models.SchooladviezenlijstProfiel, models.Deelnemersgroep),
                voorlopig_schooladviezen=_entries(models, adviezen),
            )
            answer = call.sync_detailed(client=client, body=body, edu_to=SCHOOL.oin, edu_from=SCHOOL.routeringskenmerk)
            return _taken(answer.status_code)

        yield send


@contextmanager
def generator(folder: Path, url: str, certificate: ClientCertificate) -> Iterator[Send]:
    """The client of OpenAPI Generator: pydantic models and urllib3."""
    package = _make("openapi-generator-cli", folder)
    (made,) = _imported(folder, package)
    configuration = made.Configuration(
        host=url,
        ssl_ca_cert=str(certificate.trust_files[0]),
        cert_file=str(certificate.cert),
        key_file=str(certificate.key),
    )
    with made.ApiClient(configuration) as client:
        api = made.ToetsdeelnemersApi(client)

        def send(adviezen: Sequence[Advies]) -> object:
            body = made.Adviezenbericht(
                **_head(str, str, made.Deelnemersgroep), voorlopig_schooladviezen=_entries(made, adviezen)
            )
            answer = api.registreren_schooladviezen_with_http_info(SCHOOL.oin, SCHOOL.routeringskenmerk, body)
            return _taken(answer.status_code)

        yield send


def _head(versie: Callable[[str], object], profiel: Callable[[str], object], groep: Callable[..., object]) -> dict[str, Any]:
    return {
        "datumtijd": datetime.now(UTC).replace(microsecond=0),
        "auteur": AUTEUR,
        "versie": versie("Doorstroomtoetsketen_v1.1"),
        "profiel": profiel("Schooladviezen"),
        "schooljaar": YEAR,
        "deelnemersgroep": groep(
            instellingscode=SCHOOL.instellingscode,
            vestigingscode=SCHOOL.vestigingscode,
            onderwijsaanbiedercode=SCHOOL.onderwijsaanbiedercode,
            onderwijslocatiecode=SCHOOL.onderwijslocatiecode,
            administratienr=SCHOOL.administratienr,
        ),
    }


def _entries(models: Any, adviezen: Sequence[Advies]) -> list[object]:
    kinds, values = models.LeerlingIdsoortEnum, models.SchooladviestypeEnum
    made = []
    for item in adviezen:
        known = (("ECK-iD", item.leerling.eck_id), ("LAS-key", item.leerling.las_key))
        identities = [
            models.DeelnemerIdentiteitEntry(label=kinds(kind), onderwijsdeelnemer_id=key) for kind, key in known if key
        ]
        made.append(models.AdviesEntry(deelnemerref=identities, advies=values(item.advies)))
    return made


def _taken(status: int) -> int:
    if status != 202:
        raise RuntimeError(f"the supplier answered {status}")
    return status


GENERATED = (
    ("openapi-python-client", python_client, ((FEW, 0.6), (MANY, 0.3))),
    ("OpenAPI Generator (python)", generator, ((FEW, 0.6),)),
)


if __name__ == "__main__":
    main(measure)
