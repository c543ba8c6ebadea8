"""Writes the settings of a simulated chain as a TOML file, or as JSON for a program in another language."""

from __future__ import annotations

import json
import os
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from doorstroom_client import Afspraak, ApiKey, ClientCertificate
from doorstroom_client.messages.afspraak import NEWEST

_HEAD = "# Made by the simulator: invented schools, throw-away certificates, nothing real.\n"
_USUAL = "productie"
_LEVERANCIER = ("toetssoort", "naam", "oin", "base_url")
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


def config_text(arguments: Mapping[str, Any], serve: ClientCertificate, path: Path) -> str:
    """The file for the arguments of a client.

    Args:
        arguments: as `Keten.arguments` gives them.
        serve: the certificate of the receiver.
        path: the file; other paths are written relative to its folder, and its name says whether it is JSON.
    """
    settings = _settings(arguments, serve, path.parent)
    if path.suffix == ".json":
        return json.dumps(settings, ensure_ascii=False, indent=2) + "\n"
    plain = {name: value for name, value in settings.items() if isinstance(value, str)}
    sections = (_section(name, value) for name, value in settings.items() if name not in plain)
    return "\n".join((_HEAD + _lines(plain), *sections))


def _settings(arguments: Mapping[str, Any], serve: ClientCertificate, folder: Path) -> dict[str, Any]:
    certificate, osr = arguments["certificate"], arguments["osr"]
    key: ApiKey = osr.api_key

    def relative(path: str | os.PathLike[str]) -> str:
        return os.path.relpath(path, folder)

    return {
        **{name: arguments[name] for name in ("auteur", "schooljaar")},
        **({"afspraak": arguments["afspraak"].naam} if "afspraak" in arguments else {}),
        "store": relative(arguments["store"]),
        "certificate": {name: relative(getattr(certificate, name)) for name in ("cert", "key", "trust")},
        "osr": {
            "base_url": osr.base_url,
            "namespace": osr.namespace,
            "api_key": key.key,
            "api_key_header": key.header,
            "oin": osr.oin,
            **({} if osr.environment == _USUAL else {"environment": osr.environment}),
        },
        "leveranciers": [{name: getattr(item, name) for name in _LEVERANCIER} for item in arguments["leveranciers"]],
        "scholen": [{name: getattr(item, name) for name in _SCHOOL} for item in arguments["scholen"]],
        **({"afspraken": [_afspraak(item) for item in arguments["afspraken"]]} if arguments.get("afspraken") else {}),
        "serve": {"certificate": relative(serve.cert), "key": relative(serve.key_file)},
    }


def _afspraak(afspraak: Afspraak) -> dict[str, Any]:
    values = {
        name: getattr(afspraak, name) for name in ("naam", "versie", "eerste_schooljaar", "laatste_schooljaar", "geslacht")
    }
    values |= {name: getattr(afspraak, name) for name in _AS_NEWEST if getattr(afspraak, name) != getattr(NEWEST, name)}
    return {name: value for name, value in values.items() if value is not None}


def _section(name: str, value: Any) -> str:
    if isinstance(value, list):
        return "\n".join(f"[[{name}]]\n{_lines(item)}" for item in value)
    return f"[{name}]\n{_lines(value)}"


def _lines(values: Mapping[str, Any]) -> str:
    # A JSON text, true and a list of texts are TOML too, for what stands here.
    return "".join(f"{name} = {json.dumps(_plain(value), ensure_ascii=False)}\n" for name, value in values.items())


def _plain(value: object) -> object:
    return value if isinstance(value, bool | tuple) else str(value)
