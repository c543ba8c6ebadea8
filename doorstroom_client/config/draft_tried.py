"""Looks at a draft of the settings: what is wrong or missing, whether its agreement is of this year, what its files are."""

from __future__ import annotations

import os
import warnings
from collections.abc import Mapping, Sequence
from dataclasses import replace
from pathlib import Path

from doorstroom_client.config.examples import EXAMPLES
from doorstroom_client.config.first_file import Draft
from doorstroom_client.config.inspection import afspraak
from doorstroom_client.config.reader import problems_in, settings_in
from doorstroom_client.config.secret_files import FROM_FILE, read_secret
from doorstroom_client.config.setting_problem import SettingProblem
from doorstroom_client.config.table import PREFIX
from doorstroom_client.errors import ConfigurationError
from doorstroom_client.parties.certificate import ClientCertificate
from doorstroom_client.transport.tls import check_own, check_trust

_AGREEMENT = ("afspraak", "schooljaar")
_OF_KEY = ClientCertificate.names[2]


def problems_of(draft: Draft, folder: Path) -> Sequence[SettingProblem]:
    """What would be wrong with the file; warnings are for who reads it in the end.

    Args:
        draft: secrets in it count as if they were in their files.
        folder: where the file is going to be.
    """
    single = {name: value for name, value in draft.single.items() if name.removesuffix(FROM_FILE) not in draft.secrets}
    trial = Draft({**single, **draft.secrets}, draft.several)
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        found = problems_in(trial.bare(), folder)
    return [replace(item, source="", line=None) if item.line else item for item in found]


def without_agreement(draft: Draft) -> str:
    """Why nothing could be sent now, when the agreement is not of the school year that counts; else empty."""
    around = {name: str(EXAMPLES[name]) for name in ("auteur", "certificate.cert")} | {"certificate.trust": "roots.pem"}
    chosen = {name: value for name, value in draft.single.items() if name in _AGREEMENT}
    trial = Draft({**around, **chosen}, {"afspraken": draft.several.get("afspraken", [])})
    names = [f"{PREFIX}{name.upper()}" for name in _AGREEMENT]
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        settings = settings_in(trial.bare(), Path(), {name: os.environ[name] for name in names if name in os.environ})
    seen = afspraak(settings) if settings else None
    return seen.text if seen is not None and seen.state == "error" else ""


def doubt_about(name: str, draft: Draft, folder: Path) -> str:
    """What is wrong with the files of our certificate, as far as one setting of it goes; empty when nothing is to be said.

    Args:
        name: the setting, such as ``certificate.key``.
        draft: with the value of that setting, and of those before it.
        folder: from which paths in it count.
    """
    given = draft.single
    trust = given.get("certificate.trust", ())
    certificate = ClientCertificate(
        _path(given.get("certificate.cert", ""), folder),
        _path(given["certificate.key"], folder) if "certificate.key" in given else None,
        [_path(item, folder) for item in ([trust] if isinstance(trust, str) else trust)],
        _passphrase(draft.secrets, given, folder),
    )
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")
            (check_trust if name == "certificate.trust" else check_own)(certificate)
    except ConfigurationError as error:
        of_passphrase = f"({_OF_KEY})" in error.message
        about = _OF_KEY if of_passphrase else error.setting
        return f"{error.message}. {error.hint}" if about == name and error.hint else error.message if about == name else ""
    return ""


def _passphrase(typed: Mapping[str, str], given: Mapping[str, str], folder: Path) -> str | None:
    if _OF_KEY in typed:
        return typed[_OF_KEY]
    file = given.get(_OF_KEY + FROM_FILE)
    return read_secret(folder / file, _OF_KEY)[0] if file else None


def _path(value: str, folder: Path) -> str:
    return os.path.normpath(folder / value)
