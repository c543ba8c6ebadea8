"""Has a LAS do what a scenario asks: one that uses this library, or one in any language behind a command."""

from __future__ import annotations

import datetime as dt
import json
import subprocess
import tempfile
from collections.abc import Callable, Iterable, Sequence
from pathlib import Path
from typing import Any, Protocol

from doorstroom_client import Adviezenlijst, Client, Deelnemerslijst
from doorstroom_client.errors import DoorstroomError
from doorstroom_client.ketentest.frame import Frame
from doorstroom_client.ketentest.outcomes import Driven
from doorstroom_client.ketentest.pupils import CHANGED, KLAS, Proefleerling
from doorstroom_client.ketentest.role_hands import Driver
from doorstroom_client.ketentest.steps import Drive
from doorstroom_client.messages.leerlingen import Advies, Deelnemer, Leerling, Stamgroep
from doorstroom_client.messages.school import School
from doorstroom_client.messages.vocabulary import Geslacht

_SECONDS = 120.0
_LATER = dt.timedelta(hours=2)


class SdkDriver:
    """A LAS that uses this library.

    Args:
        open_client: makes a client of that LAS, whose clock is so far ahead.
        leverancier: the supplier that is sent to.
        push: has that supplier push the results of pupils, by label.
    """

    def __init__(
        self,
        open_client: Callable[[dt.timedelta], Client],
        leverancier: str,
        push: Callable[[Sequence[str]], object],
    ) -> None:
        self._open_client = open_client
        self._leverancier = leverancier
        self._push = push
        self._ahead = dt.timedelta(0)

    def drive(self, step: Drive, frame: Frame) -> Driven:
        """Do it."""
        pupils = [KLAS[label] for label in step.pupils]
        if step.action == "rapport":
            self._ahead += _LATER  # as if the LAS had waited: its store says when a report may be asked for again
        try:
            with self._open_client(self._ahead) as client:
                if step.action == "rapport":
                    return Driven(counts={"rapporten": self._fetch(client, step.pupils)})
                lijst = _deelnemers(frame, pupils) if step.action == "deelnemers" else _adviezen(frame, pupils, step.changed)
                client.send(lijst, leverancier=self._leverancier)
        except DoorstroomError as error:
            return Driven(ok=False, error=type(error).__name__, told=error.uitleg)
        return Driven()

    def _fetch(self, client: Client, pupils: Sequence[str]) -> int:
        """How many reports were filed of those that are due."""
        self._push(pupils)
        with tempfile.TemporaryDirectory() as folder:
            for _ in client.fetch_leerlingrapporten(folder):
                pass
            return len(list(Path(folder).rglob("*.pdf")))


def leerling_of(frame: Frame, pupil: Proefleerling) -> Leerling:
    """The identities of a pupil of the class, as a LAS has them."""
    eck_id = frame.keys.eck_id(pupil.label) if pupil.has_eck_id else None
    las_key = frame.keys.las_key(pupil.label) if pupil.has_las_key or not pupil.has_eck_id else None
    return Leerling(eck_id=eck_id, las_key=las_key)


def _adviezen(frame: Frame, pupils: Iterable[Proefleerling], changed: bool) -> Adviezenlijst:
    advice = ((item, CHANGED.get(item.label, item.advies) if changed else item.advies) for item in pupils)
    return Adviezenlijst(frame.school, [Advies(leerling_of(frame, item), advies) for item, advies in advice if advies])


def _deelnemers(frame: Frame, pupils: Sequence[Proefleerling]) -> Deelnemerslijst:
    niveaus = {"7/8": "C", "SO": "S"}
    prefix = frame.school.routeringskenmerk
    names = dict.fromkeys(item.groep for item in pupils)
    groepen = [Stamgroep(f"{prefix}-{name}", name, niveau=niveaus.get(name, "8")) for name in names]
    deelnemers = [
        Deelnemer(
            leerling=leerling_of(frame, item),
            achternaam=item.achternaam,
            voorvoegsel=item.voorvoegsel or None,
            roepnaam=item.roepnaam,
            voorletters=item.voorletters,
            geboortedatum=frame.geboortedatum,
            groep=f"{prefix}-{item.groep}",
            jaargroep=item.niveau,
            geslacht=Geslacht.NIET_GESPECIFICEERD,
        )
        for item in pupils
    ]
    return Deelnemerslijst(frame.school, groepen, deelnemers)


class Las(Protocol):
    """A LAS under test behind methods of its maker; each may raise whatever it raises.

    What goes in are the school and plain values with the names that a LAS has, as `pupil_data` gives them: ``eck_id``,
    ``las_key``, ``achternaam``, ``advies`` and so on.
    """

    def stuur_deelnemers(self, school: School, leerlingen: list[dict[str, Any]]) -> object:
        """Sign pupils up."""
        ...

    def stuur_adviezen(self, school: School, leerlingen: list[dict[str, Any]]) -> object:
        """Send their advice."""
        ...

    def haal_rapporten(self, school: School) -> int:
        """Fetch the reports that are due; how many were filed."""
        ...


class LasDriver:
    """A LAS behind methods of its maker.

    Args:
        las: with the methods of `Las`.
        push: has the supplier push the results of pupils, by label.
    """

    def __init__(self, las: Las, push: Callable[[Sequence[str]], object]) -> None:
        self._las = las
        self._push = push

    def drive(self, step: Drive, frame: Frame) -> Driven:
        """Do it; an error with a ``uitleg`` is what the school reads."""
        pupils = [pupil_data(frame, KLAS[label], step.changed) for label in step.pupils]
        try:
            if step.action == "rapport":
                self._push(step.pupils)
                return Driven(counts={"rapporten": int(self._las.haal_rapporten(frame.school))})
            act = self._las.stuur_deelnemers if step.action == "deelnemers" else self._las.stuur_adviezen
            act(frame.school, pupils)
        except Exception as error:  # noqa: BLE001 - of whoever made it; what went over the line is judged all the same
            return Driven(ok=False, error=type(error).__name__, told=str(getattr(error, "uitleg", "")))
        return Driven()


def as_driver(las: Driver | Las, push: Callable[[Sequence[str]], object]) -> Driver:
    """What drives a LAS, of either kind."""
    return las if isinstance(las, Driver) else LasDriver(las, push)


class PersonDriver:
    """A LAS that a person drives: says what to do, and leaves it to what comes in whether it was done.

    Args:
        say: tells the person.
    """

    def __init__(self, say: Callable[[str], object]) -> None:
        self._say = say

    def drive(self, step: Drive, frame: Frame) -> Driven:
        """Say what to do."""
        self._say(f"{frame.scenario}: {step.asks}")
        return Driven(by_person=True)


class CommandDriver:
    """A LAS behind a command of its maker, in whatever language.

    The command gets one JSON object on its standard input: ``actie``, ``leerlingen`` (what a LAS knows of each), ``school`` and
    ``schooljaar``; and gives one on its standard output: ``gelukt``, and when there is something to say ``fout``, ``tekst`` and
    ``aantallen``.

    Args:
        command: the program and its arguments.
        seconds: how long it may take.
    """

    def __init__(self, command: Sequence[str], seconds: float = _SECONDS) -> None:
        self._command = tuple(command)
        self._seconds = seconds

    def drive(self, step: Drive, frame: Frame) -> Driven:
        """Do it."""
        asked = {
            "actie": step.action,
            "bijgesteld": step.changed,
            "schooljaar": frame.schooljaar,
            "school": frame.deelnemersgroep() | {"routeringskenmerk": frame.school.routeringskenmerk, "oin": frame.school.oin},
            "leerlingen": [pupil_data(frame, KLAS[label], step.changed) for label in step.pupils],
        }
        try:
            done = subprocess.run(  # noqa: S603 - the command of whoever tests a LAS
                self._command, input=json.dumps(asked), capture_output=True, text=True, timeout=self._seconds, check=False
            )
        except subprocess.TimeoutExpired:
            return Driven(ok=False, error="timeout")
        except OSError as error:
            return Driven(ok=False, error=type(error).__name__)
        return _driven(done.stdout, done.returncode)


def pupil_data(frame: Frame, pupil: Proefleerling, changed: bool) -> dict[str, Any]:
    """What a LAS knows of a pupil of the class, as plain values."""
    leerling = leerling_of(frame, pupil)
    return {
        "label": pupil.label,
        "eck_id": leerling.eck_id,
        "las_key": leerling.las_key,
        "achternaam": pupil.achternaam,
        "voorvoegsel": pupil.voorvoegsel,
        "roepnaam": pupil.roepnaam,
        "voorletters": pupil.voorletters,
        "geboortedatum": frame.geboortedatum.isoformat(),
        "groep": pupil.groep,
        "niveau": pupil.niveau,
        "advies": CHANGED.get(pupil.label, pupil.advies) if changed else pupil.advies,
    }


def _driven(text: str, code: int) -> Driven:
    """What a command said; one that says nothing has done it when it ended well."""
    try:
        found = json.loads(text or "{}")
        counts = {str(name): int(number) for name, number in dict(found.get("aantallen", {})).items()}
        error, told = str(found.get("fout", "")), str(found.get("tekst", ""))
        ok = bool(found.get("gelukt", code == 0))
    except (ValueError, TypeError, AttributeError):
        return Driven(ok=False, error="geen JSON")
    return Driven(ok=ok, error=error, told=told, counts=counts)
