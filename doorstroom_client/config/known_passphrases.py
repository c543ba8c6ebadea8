"""The passphrases that were set down for certificates: in a file, and in the variables of the settings."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from pathlib import Path

from doorstroom_client.config.secret_files import read_secret
from doorstroom_client.config.table import SETTINGS
from doorstroom_client.errors import ConfigurationError
from doorstroom_client.parties.passphrase import why_none as why_none
from doorstroom_client.parties.passphrase import why_not_new as why_not_new

_SETTINGS = ("certificate.password", "serve.password")


def known_passphrases(file: Path | None, environment: Mapping[str, str]) -> list[str]:
    """All of them, that of the file first.

    Args:
        file: holds one; None when there is no such file.
        environment: the variables.

    Raises:
        ConfigurationError: a file cannot be read.
    """
    found = [] if file is None else [passphrase_in(file, "--password-file")]
    return list(dict.fromkeys([*found, *_of_settings(environment)]))


def passphrase_in(file: Path, named_by: str) -> str:
    """The passphrase in a file: all of its text, but for the end of its line.

    Raises:
        ConfigurationError: it cannot be read, or is empty.
    """
    text, problem = read_secret(file, named_by)
    if text is None:
        hint = "Write the passphrase into it, and nothing else; chmod 600"
        raise ConfigurationError(problem, setting="file", hint=hint)
    return text


def _of_settings(environment: Mapping[str, str]) -> Iterator[str]:
    variables = [item.variable for item in SETTINGS if item.name in _SETTINGS and item.variable]
    for variable in variables:
        if environment.get(variable):
            yield environment[variable]
        if environment.get(f"{variable}_FILE"):
            yield passphrase_in(Path(environment[f"{variable}_FILE"]), f"{variable}_FILE")
