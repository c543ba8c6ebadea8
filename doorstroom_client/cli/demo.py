"""``doorstroom demo``: a whole school year, played on this machine in a few seconds."""

from __future__ import annotations

import time
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from doorstroom_client import Adviezenlijst, Client, Deelnemerslijst
from doorstroom_client.cli import _terminal as terminal
from doorstroom_client.cli._demo_files import OVERVIEW, PAGE, READ_ME, REPORTS, Played, overview_of, prepare, write_overview
from doorstroom_client.cli._demo_story import Story
from doorstroom_client.cli._options import JsonOption
from doorstroom_client.cli._program import program
from doorstroom_client.cli.simulator import make_keten
from doorstroom_client.errors import GeenMandaat
from doorstroom_client.messages.leerlingen import Advies
from doorstroom_client.osr.mandaat import uitleg_van
from doorstroom_client.overview.rangorde import Oordeel

if TYPE_CHECKING:
    from doorstroom_client.simulator.keten import Keten

_PUPILS = 27


def demo(
    out: Annotated[
        Path, typer.Option("--out", metavar="DIR", help="Folder for the reports and the overview; made when needed.")
    ] = Path("doorstroom-demo"),
    as_json: JsonOption = False,
) -> None:
    """Play a whole school year on this machine, with invented pupils and three invented test suppliers.

    Shows every step with the line of Python behind it, what goes wrong and what a school then reads. Takes a few seconds,
    needs no configuration and no network. Needs the extra simulator.

    Example:
      doorstroom demo --out ./doorstroom-demo
    """
    terminal.set_mode(as_json=as_json)
    started = time.monotonic()
    console = terminal.out()
    console.quiet = as_json
    with make_keten(None) as keten, keten.client() as client:
        reports = prepare(out)
        play = _Play(keten, client, Story(console))
        play.send_everything()
        play.receive_everything(reports)
        play.write(out)
        seconds = time.monotonic() - started
        play.conclude(out, seconds)
    if as_json:
        terminal.emit_json({"out": str(out), "seconds": round(seconds, 2), "leveranciers": play.counts()})


class _Play:
    """The demo.

    Args:
        keten: the simulated chain.
        client: the LAS.
        story: tells what happens.
    """

    def __init__(self, keten: Keten, client: Client, story: Story) -> None:
        self._keten = keten
        self._client = client
        self._story = story
        tests = list(keten.toetssystemen)
        self._played = [
            Played(school, test, keten.leerlingen(_PUPILS, seed=seed))
            for seed, (school, test) in enumerate(zip(keten.scholen, tests, strict=False), start=1)
        ]

    def send_everything(self) -> None:
        """Autumn to February: mandates, participants, advice."""
        self._story.title(
            f"The doorstroomtoets in school year {self._keten.schooljaar}, played on this computer",
            "You are the LAS. The schools, the pupils and the three test suppliers are invented; the messages and the "
            "mutual TLS are real. Nothing leaves this machine.",
        )
        first, second, third = self._played
        self._mandate(first)
        self._participants(first)
        self._advice(first)
        self._without_mandate(first)
        self._refused_list(second)
        self._third(third)

    def receive_everything(self, reports: Path) -> None:
        """February and March: results and reports."""
        self._results()
        self._reports(reports)

    def write(self, folder: Path) -> None:
        """The overview, for people and as a table."""
        self._story.step(
            "A school's first question: whose toetsadvies is higher than our advice?",
            "maak_overzicht(client.resultaten(alle=True), scholen=..., ...)",
        )
        overview = overview_of(self._played, self._keten.schooljaar)
        write_overview(folder, overview)
        must, pupils = overview.aantallen[Oordeel.HEROVERWEGEN], overview.aantal_leerlingen
        self._story.say(
            f"{must} pieces of advice are to be reconsidered. {folder / PAGE} says whose, in Dutch, with names: the results "
            "themselves carry only keys. It is a page of one file, asks nothing of the internet and prints on A4."
        )
        self._story.step("You process the results; here they became a CSV file.", "als_csv(overzicht)\nresult.done()")
        for part in self._played:
            for item in part.resultaten:
                item.done()
        without = pupils - sum(len(part.resultaten) for part in self._played)
        forgetful = self._played[1].school.naam
        self._story.say(
            f"{pupils} pupils written to {folder / OVERVIEW}; {without} of them has no result, because {forgetful} did not "
            "sign that pupil up. Every result is marked as processed: it is not handed out again. "
            f"Left to process: {len(list(self._client.resultaten()))}."
        )

    def conclude(self, folder: Path, seconds: float) -> None:
        """What arrived, and where to go next."""
        columns = ("Supplier", "School", "Pupils", "Advice", "Results", "Reports")
        table = terminal.new_table(*columns, title="What arrived")
        for column in table.columns[2:]:
            column.justify = "right"
        for part, count in zip(self._played, self.counts(), strict=True):
            cells = [count[name] for name in ("deelnemers", "adviezen", "resultaten", "rapporten")]
            terminal.row(table, part.toets, part.school.naam, *cells)
        self._story.table(table)
        self._story.say(f"Played in {seconds:.1f} seconds. In {folder}: {PAGE}, {OVERVIEW}, {REPORTS}/ and {READ_ME}.")
        doorstroom = program()
        self._story.close(
            [
                (f"{doorstroom} simulator", "the same chain, left running: try your own code on it"),
                (f"{doorstroom} config init", "a first settings file for a real chain, by questions"),
                (f"{doorstroom} --help", "all commands"),
            ]
        )

    def counts(self) -> list[dict[str, str | int]]:
        """What arrived, per supplier: at the supplier, and back at the LAS."""
        counted: list[dict[str, str | int]] = []
        for part in self._played:
            system = self._keten.toetssystemen[part.toets]
            counted.append(
                {
                    "leverancier": part.toets,
                    "school": part.school.instellingscode,
                    "deelnemers": len(system.deelnemers(part.school.oin)),
                    "adviezen": len(system.adviezen(part.school.oin)),
                    "resultaten": len(part.resultaten),
                    "rapporten": part.rapporten,
                }
            )
        return counted

    def _mandate(self, part: Played) -> None:
        story, school = self._story, part.school
        story.step(
            "Which supplier may receive pupils of this school? The register (OSR) knows.",
            "client.osr.find_leveranciers(school)",
        )
        for found in self._client.osr.find_leveranciers(school):
            story.say(f"{school.label} has mandated {found.toetssoort}, of {found.naam}.")
        story.dutch(self._client.osr.check_mandaat(school, part.toets).uitleg)

    def _participants(self, part: Played) -> None:
        self._story.step(
            "October: the pupils of group 8 are signed up.", "client.send(Deelnemerslijst(school, groepen, deelnemers))"
        )
        self._send_participants(part, _PUPILS)
        self._story.say("You named no supplier: the client took the one that is mandated.")

    def _advice(self, part: Played) -> None:
        self._story.step("January: the advice of the school for every pupil.", "client.send(Adviezenlijst(school, adviezen))")
        self._send_advice(part, _PUPILS)
        self._story.say("A receipt is about the list, not about single pupils; those the school checks in the test system.")

    def _without_mandate(self, first: Played) -> None:
        story, school = self._story, self._keten.scholen[-1]
        story.step("Another school never gave a mandate.", "client.send(Adviezenlijst(other_school, adviezen))")
        try:
            self._client.send(Adviezenlijst(school, _adviezen(first, _PUPILS)))
        except GeenMandaat as error:
            story.refused(f"GeenMandaat: {error.message}.")
        story.say("Nothing was sent. The client has a text for whoever calls your helpdesk:")
        asked = [self._client.osr.check_mandaat(school, item) for item in self._client.leveranciers]
        story.dutch(uitleg_van(asked))

    def _refused_list(self, part: Played) -> None:
        story = self._story
        story.step(
            f"{part.school.naam} uses {part.toets}, and forgot to sign up one pupil.",
            "client.send(Deelnemerslijst(school2, groepen, deelnemers[:26]))\n"
            "receipt = client.send(Adviezenlijst(school2, adviezen))",
        )
        self._send_participants(part, _PUPILS - 1)
        receipt = self._client.send(Adviezenlijst(part.school, _adviezen(part, _PUPILS)))
        refused = sum(attempt.outcome == "404" for attempt in receipt.attempts)
        story.refused(f"{receipt.leverancier} refuses a whole list for one unknown pupil (404), and does not say for whom.")
        story.say(
            f"The client sent the list in parts: {len(receipt.attempts)} calls, {refused} refused. {receipt.aantal} pieces of "
            f"advice were taken in; receipt.onbekend holds the {len(receipt.onbekend)} other."
        )
        story.dutch(receipt.uitleg)

    def _third(self, part: Played) -> None:
        self._story.step(
            f"{part.school.naam} uses {part.toets}: the same calls, another supplier.",
            "client.send(Deelnemerslijst(school3, groepen, deelnemers))\nclient.send(Adviezenlijst(school3, adviezen))",
        )
        self._send_participants(part, _PUPILS)
        self._send_advice(part, _PUPILS)

    def _results(self) -> None:
        story = self._story
        story.step("March: the suppliers push the results to you.", "for result in client.resultaten(): ...")
        for part in self._played:
            sent = self._keten.stuur_resultaten(part.toets)
            kept = sum(item.status == 202 for item in sent)
            part.resultaten = list(self._client.resultaten(part.school))
            story.say(f"{part.toets} sent {len(sent)} results over mutual TLS; {kept} were kept on disk before the answer.")
        without = sum(not item.leerling.eck_id for part in self._played for item in part.resultaten)
        story.say(f"{without} of these pupils have no ECK-iD; their results are found by LAS-key.")

    def _reports(self, folder: Path) -> None:
        story = self._story
        story.step("For every result there is a report in PDF.", 'client.fetch_leerlingrapport(result, to="rapporten")')
        first = self._played[0]
        system = self._keten.toetssystemen[first.toets]
        system.stel_rapport_uit()
        if self._client.fetch_leerlingrapport(first.resultaten[0]) is None:
            story.say(f"At first {first.toets} has none ready: the client gives None, and you ask again later.")
        system.maak_rapport_klaar()
        for part in self._played:
            for item in part.resultaten:
                part.rapporten += self._client.fetch_leerlingrapport(item, to=folder) is not None
        count = sum(part.rapporten for part in self._played)
        story.say(f"{count} reports fetched into {folder}; each is checked to be complete before it gets its name.")

    def _send_participants(self, part: Played, count: int) -> None:
        from doorstroom_client.simulator.keten import deelnemers_of  # brings cryptography

        receipt = self._client.send(Deelnemerslijst(part.school, *deelnemers_of(part.leerlingen[:count], part.school)))
        self._story.say(f"{receipt.leverancier} has taken in {receipt.aantal} participants.")

    def _send_advice(self, part: Played, count: int) -> None:
        receipt = self._client.send(Adviezenlijst(part.school, _adviezen(part, count)))
        self._story.say(f"{receipt.leverancier} has taken in {receipt.aantal} pieces of advice.")


def _adviezen(part: Played, count: int) -> list[Advies]:
    from doorstroom_client.simulator.keten import adviezen_of  # brings cryptography

    return adviezen_of(part.leerlingen[:count])
