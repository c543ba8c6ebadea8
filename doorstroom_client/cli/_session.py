"""What every command that talks to the chain starts with."""

from __future__ import annotations

import os
from collections.abc import Callable, Collection, Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import cast

from doorstroom_client import Client, Uitleg
from doorstroom_client.cli import _terminal as terminal
from doorstroom_client.cli._pupil_lines import lines_of
from doorstroom_client.cli._told_errors import ExplainedError
from doorstroom_client.config.reader import DEFAULT_FILE, load_settings
from doorstroom_client.config.settings import Settings
from doorstroom_client.config.table import PREFIX
from doorstroom_client.errors import (
    ConfigurationError,
    DoorstroomError,
    GeenMandaat,
    LeerlingOnbekend,
    MessageError,
    StoreError,
)
from doorstroom_client.messages.leerlingen import Leerling
from doorstroom_client.messages.school import School, find_school
from doorstroom_client.osr.mandaat import uitleg_van
from doorstroom_client.transport.request import Outcome, Request


def load(config: Path | None) -> Settings:
    """Read the configuration.

    Raises:
        ConfigurationError: it is not in order; says so when there is no file at all.
    """
    try:
        return load_settings(config)
    except ConfigurationError as error:
        if config is None and f"{PREFIX}CONFIG" not in os.environ and not Path(DEFAULT_FILE).is_file():
            error.hint = (
                f"There is no {DEFAULT_FILE} in this folder: name a file with --config, or make one with: "
                "doorstroom config init. All settings: doorstroom config show"
            )
        raise


class _CallsNobody:
    """The transport of a client that works in the store only."""

    def send(self, request: Request) -> Outcome:
        """Never used: none of these commands calls anybody."""
        raise ConfigurationError(f"{request.peer.naam} is not called without a certificate", setting="certificate")

    def close(self) -> None:
        """Nothing is open."""


def on_the_store(settings: Settings) -> Client:
    """A client for a command without network; use it in a with block. What was kept is at hand without a certificate too."""
    try:
        return Client(**settings.arguments())
    except ConfigurationError as error:
        if not (error.setting or "").startswith("certificate"):
            raise
        problem = error.message
    terminal.warn(f"{problem}. This command calls nobody and goes on without")
    return Client(**settings.arguments() | {"certificate": None, "transport": _CallsNobody()})


def the_school(settings: Settings, key: str | None) -> School:
    """The school that is meant.

    Raises:
        ConfigurationError: it is not configured, or not named while there are several.
    """
    if key is not None:
        return find_school(settings.scholen, key)
    if len(settings.scholen) == 1:
        return settings.scholen[0]
    if not settings.scholen:
        raise ConfigurationError("no school is configured", setting="scholen", hint="Add one under [[scholen]]")
    known = ", ".join(school.instellingscode for school in settings.scholen[:10])
    raise ConfigurationError(
        f"{len(settings.scholen)} schools are configured: {known}",
        setting="scholen",
        hint="Say which one is meant with --school",
    )


def only_school(client: Client, key: str | None) -> School | None:
    """The school to look at; None means all."""
    return None if key is None else client.find_school(key)


@contextmanager
def explained(
    client: Client,
    school: School,
    leverancier: str | None = None,
    names: Callable[[Collection[Leerling]], Sequence[str]] | None = None,
) -> Iterator[None]:
    """Add a Dutch text to a refusal that a school has to know about.

    Args:
        client: to look up mandates with.
        school: whose list it was.
        leverancier: key of the supplier, when it was named.
        names: names pupils, for whoever asked for that.
    """
    try:
        yield
    except DoorstroomError as error:
        if isinstance(error, ConfigurationError | MessageError | StoreError):
            raise  # of this machine or this file: for whoever typed the command
        nederlands = error.uitleg
        if isinstance(error, GeenMandaat):
            nederlands = _with_mandates(nederlands, _mandaat(client, school, leverancier))
        unknown = cast(Collection[Leerling], error.onbekend if isinstance(error, LeerlingOnbekend) else ())
        raise ExplainedError(error, nederlands, lines_of(unknown), names(unknown) if names and unknown else ()) from None


def _with_mandates(refusal: Uitleg, found: Uitleg) -> Uitleg:
    """The refusal, with what the OSR says of each mandate in place of what it may be."""
    return Uitleg(refusal.kop, (found.kop, *found.alineas), punten=found.punten, stappen=found.stappen) if found else refusal


def _mandaat(client: Client, school: School, leverancier: str | None) -> Uitleg:
    """Look up who is missing; when that fails, the refusal itself says enough."""
    asked = [leverancier] if leverancier else [item.toetssoort for item in client.leveranciers]
    try:
        mandaten = [client.osr.check_mandaat(school, item) for item in asked]
    except DoorstroomError:
        return Uitleg()
    return uitleg_van(mandaten) if mandaten and not any(mandaten) else Uitleg()
