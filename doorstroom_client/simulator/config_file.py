"""Writes the settings of a simulated chain as a TOML file."""

from __future__ import annotations

import json
import os
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from doorstroom_client import Afspraak, ApiKey
from doorstroom_client.messages.afspraak import NEWEST
from doorstroom_client.messages.school import School
from doorstroom_client.simulator.pki import Issued

_SCHOOL = (
    "naam",
    "instellingscode",
    "vestigingscode",
    "onderwijsaanbiedercode",
    "onderwijslocatiecode",
    "administratienr",
    "routeringskenmerk",
)
_AS_NEWEST = ("schooladviezen", "toetssoorten", "profiel_deelnemers", "profiel_schooladviezen", "profiel_resultaat")
"""What a registered agreement has of the newest shipped one when it is left out."""


def config_text(arguments: Mapping[str, Any], folder: Path, serve: Issued | None = None) -> str:
    """The file for the arguments of a client.

    Args:
        arguments: as `Keten.arguments` gives them.
        folder: where the file will stand; paths are written relative to it.
        serve: the certificate of the receiver, when it is another one.
    """
    certificate, osr = arguments["certificate"], arguments["osr"]
    key: ApiKey = osr.api_key
    parts = [
        "# Made by the simulator: invented schools, throw-away certificates, nothing real.",
        _lines({name: arguments[name] for name in ("auteur", "schooljaar")} | {"store": _relative(arguments["store"], folder)})
        + (_lines({"afspraak": arguments["afspraak"].naam}) if "afspraak" in arguments else ""),
        _section(
            "[certificate]",
            {
                "cert": _relative(certificate.cert, folder),
                "key": _relative(certificate.key, folder),
                "trust": _relative(certificate.trust, folder),
            },
        ),
        _section(
            "[osr]",
            {
                "base_url": osr.base_url,
                "namespace": osr.namespace,
                "api_key": key.key,
                "api_key_header": key.header,
                "oin": osr.oin,
            },
        ),
        *(
            _section("[[leveranciers]]", {name: getattr(item, name) for name in ("toetssoort", "naam", "oin", "base_url")})
            for item in arguments["leveranciers"]
        ),
        *(_section("[[scholen]]", _school(item)) for item in arguments["scholen"]),
        *(_section("[[afspraken]]", _afspraak(item)) for item in arguments.get("afspraken", ())),
        *(() if serve is None else [_section("[serve]", _server_files(serve, folder))]),
    ]
    return "\n".join(parts)


def _server_files(issued: Issued, folder: Path) -> dict[str, str]:
    return {"certificate": _relative(issued.cert, folder), "key": _relative(issued.key, folder)}


def _school(school: School) -> dict[str, str]:
    return {name: getattr(school, name) for name in _SCHOOL}


def _afspraak(afspraak: Afspraak) -> dict[str, Any]:
    values = {
        name: getattr(afspraak, name) for name in ("naam", "versie", "eerste_schooljaar", "laatste_schooljaar", "geslacht")
    }
    values |= {name: getattr(afspraak, name) for name in _AS_NEWEST if getattr(afspraak, name) != getattr(NEWEST, name)}
    return {name: value for name, value in values.items() if value is not None}


def _relative(path: str | os.PathLike[str], folder: Path) -> str:
    return os.path.relpath(path, folder)


def _section(head: str, values: Mapping[str, Any]) -> str:
    return f"{head}\n{_lines(values)}"


def _lines(values: Mapping[str, Any]) -> str:
    # A JSON text, true and a list of texts are TOML too, for what stands here.
    return "".join(f"{name} = {json.dumps(_plain(value), ensure_ascii=False)}\n" for name, value in values.items())


def _plain(value: object) -> object:
    return value if isinstance(value, bool | tuple) else str(value)
