"""The player: each step once, the same verdict again without traffic, and never a traceback."""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Any

import pytest

from doorstroom_client.errors import StoreError
from doorstroom_client.ketentest.frame import Frame
from doorstroom_client.ketentest.hands import Missing, Waiting
from doorstroom_client.ketentest.journal import Head, Journal
from doorstroom_client.ketentest.outcomes import Arranged, Arrival, Arrived, Outcome, Reply, Said, Shaken, Staged
from doorstroom_client.ketentest.player import FOREIGN, Played, Player
from doorstroom_client.ketentest.pupils import Keys
from doorstroom_client.ketentest.questions import answer_question, open_questions
from doorstroom_client.ketentest.requirements import Eis, Niveau, Requirements
from doorstroom_client.ketentest.scenario import Rol, Scenario
from doorstroom_client.ketentest.scenarios import EISEN as ALL_EISEN
from doorstroom_client.ketentest.scenarios import REGISTER
from doorstroom_client.ketentest.steps import Arrange, Ask, Await, CannotGoOn, Check, Effect, Pause, Send, Steps, Whose
from doorstroom_client.ketentest.verdicts import Oordeel
from doorstroom_client.messages.afspraak import Afspraak
from doorstroom_client.messages.school import School

SCHOOL = School(
    instellingscode="99AA",
    vestigingscode="00",
    onderwijsaanbiedercode="901A901",
    onderwijslocatiecode="901X901",
    administratienr="01",
    routeringskenmerk="0000000700099AA00530",
)
EISEN = Requirements(
    Eis(id="E:1", tekst="t", bron="b"),
    Eis(id="E:2", tekst="t", bron="b", niveau=Niveau.WEET, since={"2027-2028": Niveau.MOET}),
    Eis(id=FOREIGN, tekst="t", bron="b"),
)
Answer = Outcome | Waiting | Missing
NOW = dt.datetime(2026, 12, 1, 9, tzinfo=dt.UTC)


class Scripted:
    """Hands that give outcomes from a list, and note what they were asked."""

    def __init__(self, *answers: Answer) -> None:
        self.answers = list(answers)
        self.done: list[str] = []
        self.set_again: list[str] = []
        self.finished = 0

    def frame(self, scenario: str, began: dt.datetime) -> Frame:
        afspraak = Afspraak.met_naam("1.1")
        return Frame(
            scenario, keys=Keys("r"), school=SCHOOL, afspraak=afspraak, schooljaar="2025-2026", toetssoort="ICE", began=began
        )

    def do(self, step: Effect, frame: Frame, since: dt.datetime, seen: Sequence[Arrival]) -> Answer:
        self.done.append(step.name)
        return self.answers.pop(0)

    def again(self, step: Effect, frame: Frame) -> None:
        self.set_again.append(step.name)

    def finish(self) -> None:
        self.finished += 1


def before_2030(schooljaar: str) -> bool:
    return schooljaar < "2030"


def scenario(play: Callable[[Frame], Steps], eisen: tuple[str, ...] = ("E:1", "E:2")) -> Scenario:
    return Scenario(id="TS-1", titel="t", rol=Rol.TOETSSYSTEEM, eisen=eisen, applies=before_2030, play=play)


def two_sends(frame: Frame) -> Steps:
    first: Reply = yield Send(name="een", path="/a")
    yield Check(eis="E:1", expected=202, got=first.status, tolerated=(200,))
    second: Reply = yield frame.send_adviezen("K01", name="twee")
    yield Check(eis="E:1", expected=(202, 204), got=second.status)
    yield Check(eis="E:2", expected=True, got=False)


@pytest.fixture
def journal(tmp_path: Path) -> Journal:
    return Journal.begin(tmp_path / "j", Head(run="r", began="b", schooljaar="2025-2026", versie="v", toetssoort="ICE"))


def again(journal: Journal) -> Journal:
    """The journal as another process finds it."""
    return Journal.read(journal.path, mend=True)


def play(journal: Journal, hands: Scripted, steps: Callable[[Frame], Steps] = two_sends, **more: Any) -> Played:
    settings = {name: more.pop(name) for name in ("now", "patience") if name in more}
    return Player(journal, EISEN, **settings).play(scenario(steps), hands, **more)


@pytest.mark.parametrize(
    ("statuses", "oordeel"),
    [
        ((202, 204), Oordeel.GESLAAGD),
        ((200, 202), Oordeel.AFWIJKEND),
        ((202, 500), Oordeel.GEZAKT),
        ((500, 200), Oordeel.GEZAKT),
    ],
)
def test_the_worst_check_counts_and_what_is_good_to_know_does_not(
    journal: Journal, statuses: tuple[int, int], oordeel: Oordeel
) -> None:
    found = play(journal, Scripted(*(Reply(status=status) for status in statuses)))
    assert found.oordeel is oordeel
    assert [item.oordeel for item in found.keuringen if not item.counts] == [Oordeel.GEZAKT]
    assert found.whose == (None if oordeel is Oordeel.GESLAAGD else Whose.HEN)


def test_what_stands_in_the_journal_is_not_done_again(journal: Journal) -> None:
    first = Scripted(Reply(status=202), Waiting("w"))
    assert play(journal, first).oordeel is Oordeel.WACHT
    second = Scripted(Reply(status=204))
    found = play(again(journal), second)
    assert (second.done, found.oordeel) == (["twee"], Oordeel.GESLAAGD)
    third = Scripted()
    assert play(again(journal), third).keuringen == found.keuringen
    assert (third.done, third.finished) == ([], 1)


def test_judging_again_without_traffic_gives_the_same_verdict(journal: Journal) -> None:
    until = NOW + dt.timedelta(days=3)
    for answers in (
        [Missing("graag dit")],
        [Reply(status=202), Waiting("vraag?", until, Whose.HEN, asks=True)],
        [Reply(status=500)] * 2,
    ):
        played = play(journal, Scripted(*answers), again=True)
        judged = play(again(journal), Scripted(), effects=False)
        assert judged == played


def test_a_new_attempt_leaves_the_old_lines(journal: Journal) -> None:
    play(journal, Scripted(Reply(status=500), Reply(status=500)))
    found = play(journal, Scripted(Reply(status=202), Reply(status=202)), again=True)
    assert (found.attempt, found.oordeel) == (2, Oordeel.GESLAAGD)
    assert {item.attempt for item in journal.lines} == {1, 2}


def test_the_messages_of_an_attempt_are_the_same_on_every_day(journal: Journal) -> None:
    bodies = []

    def keep(frame: Frame) -> Steps:
        send = frame.send_deelnemers("K01", "K05")
        bodies.append(send.body)
        yield send

    for day in range(3):
        play(again(journal), Scripted(*[Waiting("w")]), keep, now=lambda day=day: NOW + dt.timedelta(days=day))
    assert len(set(bodies)) == 1
    play(journal, Scripted(Reply(status=202)), keep, again=True, now=lambda: NOW + dt.timedelta(days=9))
    assert len(set(bodies)) == 2


def test_a_changed_scenario_is_told_and_not_played_on(journal: Journal) -> None:
    play(journal, Scripted(Reply(status=202), Reply(status=202)))

    def other(frame: Frame) -> Steps:
        yield Send(name="een", path="/b")

    hands = Scripted()
    found = play(again(journal), hands, other)
    assert (found.oordeel, hands.done) == (Oordeel.OVERGESLAGEN, [])
    assert "--again" in found.why


def test_no_answer_waits_as_long_as_there_is_patience_and_fails_then(journal: Journal) -> None:
    days = dt.timedelta(days=2)
    silent = Reply(fault="timeout")
    first = play(journal, Scripted(silent), now=lambda: NOW, patience=days)
    assert (first.oordeel, first.until) == (Oordeel.WACHT, NOW + days)
    later = play(again(journal), Scripted(silent), now=lambda: NOW + 2 * days, patience=days)
    assert (later.oordeel, later.whose) == (Oordeel.GEZAKT, Whose.HEN)
    hands = Scripted()
    assert play(again(journal), hands, now=lambda: NOW + 3 * days, patience=days).oordeel is Oordeel.GEZAKT
    assert hands.done == [], "the last try stands"


def test_what_was_sent_without_an_answer_is_evidence_all_the_same(journal: Journal) -> None:
    """It may have come in, and then its pupils are to be removed."""
    more = {"now": lambda: NOW, "patience": dt.timedelta(days=1)}
    found = play(journal, Scripted(Reply(fault="cut", sent=True)), **more)
    assert [(item.step.name, item.outcome) for item in found.taken] == [("een", Reply(fault="cut", sent=True))]
    assert play(again(journal), Scripted(), effects=False, **more) == found


def test_an_earlier_attempt_can_be_judged(journal: Journal) -> None:
    first = play(journal, Scripted(Reply(status=500), Reply(status=204)))
    assert play(again(journal), Scripted(Reply(status=202), Reply(status=204)), again=True).oordeel is Oordeel.GESLAAGD
    assert play(again(journal), Scripted(), effects=False, attempt=1) == first


@pytest.mark.parametrize("over", [False, True])
def test_a_question_whose_term_is_over_fails_and_may_be_answered_still(over: bool, journal: Journal) -> None:
    def asks(frame: Frame) -> Steps:
        said: Said = yield Ask(name="vraag", text="Staat het er?")
        yield Check(eis="E:1", expected=True, got=said.yes)

    found = play(journal, Scripted(Waiting("Staat het er?", NOW, asks=True, over=over)), asks)
    assert (found.oordeel, found.asks, found.whose) == (Oordeel.GEZAKT if over else Oordeel.TE_BEOORDELEN, "vraag", Whose.HEN)
    assert play(again(journal), Scripted(), asks, effects=False) == found
    assert [item.number for item in open_questions(again(journal))] == [1]
    assert answer_question(again(journal), 1, yes=True, by="J. Jansen", now=NOW) == ("TS-1", None)
    assert play(again(journal), Scripted(), asks).oordeel is Oordeel.GESLAAGD
    assert open_questions(again(journal)) == []


def test_a_scenario_that_judges_silence_goes_on(journal: Journal) -> None:
    def judges(frame: Frame) -> Steps:
        reply: Reply = yield Send(name="een", path="/", may_fail=True)
        yield Check(eis="E:1", expected="tls", got=reply.fault)

    assert play(journal, Scripted(Reply(fault="tls")), judges).oordeel is Oordeel.GESLAAGD


def awaits(**more: Any) -> Callable[[Frame], Steps]:
    def play(frame: Frame) -> Steps:
        arrived: Arrived = yield Await(name="w", operation="registreren", count=1, **more)
        yield Check(eis="E:1", expected=0, got=len(arrived.arrivals))

    return play


def test_what_did_not_come_leaves_nothing_to_judge(journal: Journal) -> None:
    """Or a check of each request that came would pass because none did."""
    steps = awaits()
    found = play(journal, Scripted(Arrived(complete=False)), steps)
    assert (found.oordeel, found.whose, found.keuringen) == (Oordeel.GEZAKT, Whose.HEN, ())
    assert "w" in found.why
    judged = play(again(journal), Scripted(), steps, effects=False)
    assert judged == found
    lacking = play(journal, Scripted(Arrived(complete=False)), awaits(may_lack=True), again=True)
    assert lacking.oordeel is Oordeel.GESLAAGD


def test_a_scenario_can_say_that_it_cannot_go_on(journal: Journal) -> None:
    def stops(frame: Frame) -> Steps:
        reply: Reply = yield Send(name="een", path="/")
        yield Check(eis="E:1", expected=202, got=reply.status)
        raise CannotGoOn("er is geen rapport")

    found = play(journal, Scripted(Reply(status=202)), stops)
    assert (found.oordeel, found.why, found.whose) == (Oordeel.GEZAKT, "er is geen rapport", Whose.HEN)
    assert [item.oordeel for item in found.keuringen] == [Oordeel.GESLAAGD]


@pytest.mark.parametrize(
    ("ends", "oordeel"), [("2026-03-31", Oordeel.GEZAKT), ("2026-04-01", Oordeel.GESLAAGD), ("", Oordeel.GEZAKT)]
)
def test_until_when_a_certificate_has_to_last(journal: Journal, ends: str, oordeel: Oordeel) -> None:
    hands = Scripted(Shaken(accepted=True, ends=ends))
    found = Player(journal, ALL_EISEN).play(REGISTER["TLS-08"], hands)
    assert ([item.oordeel for item in found.keuringen], found.oordeel) == ([oordeel], Oordeel.GESLAAGD)


def test_a_state_is_set_again_when_a_scenario_goes_on(journal: Journal) -> None:
    def relies(frame: Frame) -> Steps:
        yield Arrange(name="niet klaar", asks="a")
        yield Pause(name="nu wel", within="resultaten", asks="a")
        yield Send(name="een", path="/")

    play(journal, Scripted(Arranged(), Staged(), Waiting("w")), relies)
    hands = Scripted(Reply(status=202))
    play(again(journal), hands, relies)
    assert (hands.set_again, hands.done) == (["niet klaar", "nu wel"], ["een"]), "in their order, for the last one holds"
    ended = Scripted()
    play(again(journal), ended, relies)
    assert ended.set_again == [], "what has ended needs no state"


def test_a_question_waits_for_a_person(journal: Journal) -> None:
    def asks(frame: Frame) -> Steps:
        said: Said = yield Ask(name="vraag", text="Staat het er?")
        yield Check(eis="E:1", expected=True, got=said.yes)

    found = play(journal, Scripted(Waiting("Staat het er?", asks=True)), asks)
    assert (found.oordeel, found.asks) == (Oordeel.TE_BEOORDELEN, "vraag")
    assert play(again(journal), Scripted(Said(yes=False, by="J. Jansen")), asks).oordeel is Oordeel.GEZAKT


def test_pupils_of_others_fail_a_scenario_whatever_it_checks(journal: Journal) -> None:
    def waits(frame: Frame) -> Steps:
        yield Await(name="w", operation="leerlingresultaat")

    strange = Arrived(arrivals=(Arrival(operation="leerlingresultaat", foreign=True),))
    found = play(journal, Scripted(strange), waits)
    assert found.oordeel is Oordeel.GEZAKT
    assert [item.eis for item in found.keuringen] == [FOREIGN]


def endless(frame: Frame) -> Steps:
    while True:
        yield Check(eis="E:1", expected=1, got=1)


def undeclared(frame: Frame) -> Steps:
    yield Check(eis="E:9", expected=1, got=1)


def breaks(frame: Frame) -> Steps:
    reply: Reply = yield Send(name="een", path="/")
    yield Check(eis="E:1", expected=1, got=reply.document["Proefkamp"])


@pytest.mark.parametrize("steps", [endless, undeclared, breaks])
def test_a_fault_of_our_own_is_told_as_such_without_values(journal: Journal, steps: Callable[[Frame], Steps]) -> None:
    found = play(journal, Scripted(Reply(status=202, body="{}")), steps)
    assert (found.oordeel, found.whose) == (Oordeel.FOUT, Whose.ONS)
    assert "Proefkamp" not in found.why


def test_a_school_year_that_it_is_not_about(tmp_path: Path) -> None:
    head = Head(run="r", began="b", schooljaar="2031-2032", versie="v", toetssoort="ICE")
    assert play(Journal.begin(tmp_path / "k", head), Scripted()).oordeel is Oordeel.NVT


def test_a_disk_that_is_full_ends_the_run(journal: Journal, monkeypatch: pytest.MonkeyPatch) -> None:
    def full(*_: object) -> None:
        raise StoreError("cannot write j: No space left on device")

    monkeypatch.setattr(journal, "add", full)
    with pytest.raises(StoreError, match="No space"):
        play(journal, Scripted(Reply(status=202)))
