"""The ready texts by their names: screens, mails, and what each error says to a school."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from difflib import get_close_matches
from enum import StrEnum
from functools import partial
from typing import Any

from doorstroom_client.basics.frozen import frozen
from doorstroom_client.basics.uitleg import Uitleg
from doorstroom_client.errors import (
    AanleveringGesloten,
    ConfigurationError,
    ConnectError,
    DeadlineExceeded,
    DoorstroomError,
    GeenMandaat,
    LeerlingOnbekend,
    MessageError,
    NoAnswer,
    OngeldigBericht,
    OutboxNotEmpty,
    Phase,
    RapportOnbekend,
    RedirectRefused,
    SchoolOnbekend,
    StoreError,
    TlsError,
    Unavailable,
    UnexpectedResponse,
    WrongPeer,
)
from doorstroom_client.school_texts import mails, screens
from doorstroom_client.school_texts.filling import PLACES, Invulling


class Tekstsoort(StrEnum):
    """Where a text is for."""

    SCHERM = "scherm"
    """A page of the LAS."""
    MAIL = "mail"
    """A passage of a mail or a newsletter."""
    FOUT = "fout"
    """What the `uitleg` of an error says."""


@frozen
class Schooltekst:
    """A ready text. Its name does not change, and its wording may.

    Attributes:
        naam: the key of the text.
        soort: where it is for.
        voor: what it is for, in Dutch.
        maak: makes it with names.
    """

    naam: str
    soort: Tekstsoort
    voor: str
    maak: Callable[[Invulling], Uitleg]

    def uitleg(self, namen: Invulling | None = None) -> Uitleg:
        """The text.

        Args:
            namen: the names in it; general words when left out, and ``Invulling.open()`` keeps the places free.
        """
        return self.maak(Invulling() if namen is None else namen)

    def as_dict(self, namen: Invulling | None = None) -> dict[str, Any]:
        """The text with its parts, under stable keys, for a program.

        Args:
            namen: as for `uitleg`.
        """
        told, kept = self.uitleg(namen), self.uitleg(Invulling.open())
        return {
            "naam": self.naam,
            "soort": self.soort.value,
            "voor": self.voor,
            "tekst": str(told),
            **told.as_dict(),
            "plaatsen": [name for name in PLACES if f"{{{name}}}" in kept],
        }


def _told(kind: type[DoorstroomError], more: dict[str, Any], namen: Invulling) -> Uitleg:
    error = kind("", **more)
    error.peer, error.las_naam = namen.leverancier, namen.las_naam
    return error.uitleg


def _error(naam: str, voor: str, kind: type[DoorstroomError], **more: Any) -> Schooltekst:
    return Schooltekst(naam, Tekstsoort.FOUT, voor, partial(_told, kind, more))


def _texts() -> Iterator[Schooltekst]:
    scherm, mail = Tekstsoort.SCHERM, Tekstsoort.MAIL
    yield Schooltekst("scherm-leerlingen-versturen", scherm, "Waar leerlingen worden verstuurd", screens.leerlingen_versturen)
    yield Schooltekst("scherm-advies-versturen", scherm, "Waar adviezen worden verstuurd", screens.advies_versturen)
    yield Schooltekst("scherm-advies-verstuurd", scherm, "Nadat de adviezen zijn ontvangen", screens.advies_verstuurd)
    yield Schooltekst("scherm-advies-mislukt", scherm, "Als het versturen niet lukt", screens.advies_mislukt)
    yield Schooltekst(
        "mail-mandaat-nakijken", mail, "Voor de mail van een leverancier: controleer uw mandaat", mails.mandaat_nakijken
    )
    yield Schooltekst("nieuwsbrief-doorstroomtoets", mail, "Voor de nieuwsbrief van een LAS", mails.nieuwsbrief)
    yield _error("fout-geen-mandaat", "Er ontbreekt een mandaat", GeenMandaat)
    yield _error("fout-aanlevering-gesloten", "De aanlevering is gesloten", AanleveringGesloten)
    yield _error("fout-school-onbekend", "De school is niet bekend", SchoolOnbekend)
    yield _error("fout-leerling-onbekend", "Een leerling is niet bekend", LeerlingOnbekend)
    yield _error("fout-ongeldig-bericht", "De inhoud is afgekeurd", OngeldigBericht)
    yield _error("fout-past-niet", "Een bericht of bestand past niet bij de afspraken", MessageError)
    yield _error("fout-rapport-onbekend", "Een rapport is niet bekend", RapportOnbekend)
    yield _error("fout-oudere-lijst-eerst", "Er wacht nog een andere lijst", OutboxNotEmpty)
    yield _error("fout-niet-bereikbaar", "De andere partij is even niet bereikbaar", Unavailable)
    yield _error("fout-geen-verbinding", "Er kwam geen verbinding", ConnectError)
    yield _error("fout-niet-veilig", "De verbinding is niet veilig", TlsError, phase=Phase.NOT_SENT)
    yield _error("fout-andere-partij", "Er antwoordt een andere organisatie", WrongPeer)
    yield _error("fout-geen-antwoord", "Er kwam geen volledig antwoord", NoAnswer)
    yield _error("fout-te-laat", "Er kwam niet op tijd antwoord", DeadlineExceeded)
    yield _error("fout-doorverwezen", "De andere partij verwijst door", RedirectRefused)
    yield _error("fout-vreemd-antwoord", "Het antwoord past niet bij de afspraken", UnexpectedResponse)
    yield _error("fout-instelling", "Er klopt iets niet in de instellingen", ConfigurationError)
    yield _error("fout-opslag", "Er kon iets niet worden bewaard", StoreError)


TEKSTEN: dict[str, Schooltekst] = {item.naam: item for item in _texts()}
"""Every ready text, by its name."""


def find_tekst(naam: str) -> Schooltekst:
    """A ready text by its name.

    Raises:
        ConfigurationError: there is none of that name.
    """
    found = TEKSTEN.get(naam)
    if found is None:
        close = get_close_matches(naam, TEKSTEN, 1)
        meant = f'; did you mean "{close[0]}"?' if close else ""
        raise ConfigurationError(f"there is no text {naam!r}{meant}", setting="naam", hint=f"There are: {', '.join(TEKSTEN)}")
    return found
