"""Certificates of ours that are shown to see them refused: named in a plan, found in a folder, or given by a simulator."""

from __future__ import annotations

import ssl
from collections.abc import Mapping
from pathlib import Path

from doorstroom_client.errors import ConfigurationError
from doorstroom_client.ketentest.requester import Shown
from doorstroom_client.ketentest.steps import Ours
from doorstroom_client.output.files import write_whole

BY_NAME: Mapping[str, Ours] = {
    "ander_certificaat": Ours.OTHER_PARTY,
    "verlopen_certificaat": Ours.EXPIRED,
    "certificaat_zonder_oin": Ours.NO_OIN,
    "certificaat_andere_uitgever": Ours.OTHER_CA,
}
"""What each is called in a plan, where it names a PEM file with certificate and key; in a folder with .pem behind it."""


def shown_from(files: Mapping[str, Path]) -> dict[Ours, Shown]:
    """Those that can be shown.

    Args:
        files: by name; names of something else are passed over.

    Raises:
        ConfigurationError: a file is not there, or holds no certificate with its key.
    """
    found: dict[Ours, Shown] = {}
    for name, file in files.items():
        if name in BY_NAME:
            _check(name, file)
            found[BY_NAME[name]] = Shown(file, file)
    return found


def in_folder(folder: Path) -> dict[str, Path]:
    """Those that stand in a folder, by name.

    Raises:
        ConfigurationError: none does.
    """
    found = {name: folder / f"{name}.pem" for name in BY_NAME if (folder / f"{name}.pem").exists()}
    if not found:
        raise ConfigurationError(
            f"{folder} holds none of {', '.join(f'{name}.pem' for name in BY_NAME)}",
            setting="certificates",
            hint="Throw-away ones: doorstroom ketentest certificates DIR",
        )
    return found


def keep(texts: Mapping[str, str], folder: Path) -> dict[str, Path]:
    """Write down those that a simulator gives: PEM by name.

    Args:
        texts: certificate and key of each.
        folder: gets them.

    Raises:
        StoreError: one cannot be written.
    """
    folder.mkdir(mode=0o700, exist_ok=True)
    files = {name: folder / f"{name}.pem" for name in texts if name in BY_NAME}
    for name, file in files.items():
        write_whole(file, texts[name].encode("ascii"))
    return files


def _check(name: str, file: Path) -> None:
    try:
        # One that has ended or is of another issuer loads too; an empty passphrase keeps OpenSSL from asking for one.
        ssl.SSLContext(ssl.PROTOCOL_TLS_CLIENT).load_cert_chain(file, password="")
    except (OSError, ValueError) as error:  # ssl.SSLError is an OSError
        why = type(error).__name__ if isinstance(error, ssl.SSLError) else getattr(error, "strerror", None) or "unusable"
        raise ConfigurationError(
            f"{file} holds no certificate with its key ({why})",
            setting=name,
            hint="One PEM file holds both, without passphrase",
        ) from None
