"""Yardsticks of `benchmarks.sending`: clients that generators make of the published definition, and sending a list with them.

What they are given is the definition as it was published; nothing had to be mended for either generator.
"""

from __future__ import annotations

import importlib
import os
import shutil
import subprocess
import sys
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from benchmarks.world import ROOT, SCHOOL, YEAR
from doorstroom_client import Advies, ClientCertificate
from doorstroom_client.exchange.tls import client_context

Send = Callable[[Sequence[Advies]], object]
AUTEUR = "Bench 1"
_PACKAGES = {"openapi-python-client": "made_by_python_client", "openapi-generator-cli": "made_by_generator"}


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
        raise LeftOutError(f"{tool} is not installed; the extra bench brings it")
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
        raise LeftOutError(f"{error.name} is not installed; the extra bench brings it") from None
    finally:
        sys.path.remove(str(folder))


@contextmanager
def python_client(folder: Path, url: str, certificate: ClientCertificate) -> Iterator[Send]:
    """The client of openapi-python-client: attrs models, ``to_dict``, and httpx with our own TLS context."""
    package = _make("openapi-python-client", folder)
    made, call, models = _imported(folder, package, f"{package}{_CALL}", f"{package}.models")
    with made.Client(base_url=url, verify_ssl=client_context(certificate), httpx_args={"trust_env": False}) as client:

        def send(adviezen: Sequence[Advies]) -> object:
            body = models.Schooladviezenlijst(
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
            body = made.Schooladviezenlijst(
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
