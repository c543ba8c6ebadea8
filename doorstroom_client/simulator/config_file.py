"""Writes the settings of a simulated chain as a TOML file."""

from __future__ import annotations

import json
import os
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from doorstroom_client import ApiKey, ClientCertificate
from doorstroom_client.messages.school import School

_SCHOOL = (
    "naam",
    "instellingscode",
    "vestigingscode",
    "onderwijsaanbiedercode",
    "onderwijslocatiecode",
    "administratienr",
    "routeringskenmerk",
)


def config_text(arguments: Mapping[str, Any], serve: ClientCertificate, folder: Path) -> str:
    """The file for the arguments of a client.

    Args:
        arguments: as `Keten.arguments` gives them.
        serve: the certificate of the receiver.
        folder: where the file will stand; paths are written relative to it.
    """
    certificate, osr = arguments["certificate"], arguments["osr"]
    key: ApiKey = osr.api_key
    parts = [
        "# Made by the simulator: invented schools, throw-away certificates, nothing real.",
        _lines({name: arguments[name] for name in ("auteur", "schooljaar")} | {"store": _relative(arguments["store"], folder)}),
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
        _section("[serve]", {"certificate": _relative(serve.cert, folder), "key": _relative(serve.key_file, folder)}),
    ]
    return "\n".join(parts)


def _school(school: School) -> dict[str, str]:
    return {name: getattr(school, name) for name in _SCHOOL}


def _relative(path: str | os.PathLike[str], folder: Path) -> str:
    return os.path.relpath(path, folder)


def _section(head: str, values: Mapping[str, str]) -> str:
    return f"{head}\n{_lines(values)}"


def _lines(values: Mapping[str, str]) -> str:
    # A JSON text is a TOML text too, for what stands here.
    return "".join(f"{name} = {json.dumps(str(value), ensure_ascii=False)}\n" for name, value in values.items())
