"""How far the chain tests in a folder are, read from their plans, journals and reports; nothing is written or sent."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

from doorstroom_client.errors import ConfigurationError, DoorstroomError, StoreError
from doorstroom_client.ketentest.agreed import FILE, Plan
from doorstroom_client.ketentest.journal import JOURNAL, Journal, Line, never_begun
from doorstroom_client.ketentest.plan import read_plan
from doorstroom_client.ketentest.report.reading import read_report
from doorstroom_client.ketentest.report.report_files import JSON_FILE
from doorstroom_client.ketentest.terms import Terms, plan_terms
from doorstroom_client.ketentest.verdicts import Oordeel
from doorstroom_client.messages.values import as_moment, dutch_day
from doorstroom_client.planning.stand import Ketenteststand, Wacht


def folders_of_tests(root: Path) -> Iterator[Path]:
    """The folders of chain tests: the one that is named, and those right in it.

    Args:
        root: where to look.

    Raises:
        ConfigurationError: it is no folder.
        StoreError: it cannot be looked in.
    """
    if not root.is_dir():
        raise ConfigurationError(f"there is no folder {root}", setting="ketentest", hint="Name the folder of your chain tests")
    try:
        found = sorted(root.iterdir())
    except OSError as error:
        raise StoreError(f"cannot look in {root}: {error.strerror}", hint="Name the folder of your chain tests") from None
    yield from filter(_may_be_test, (root, *found))


def _may_be_test(folder: Path) -> bool:
    """Whether it holds a test; one that cannot be looked in may, so that it is told and not left out."""
    try:
        return (folder / FILE).is_file() or (folder / JOURNAL).is_file()
    except OSError:
        return True


def standing_of(folder: Path) -> Ketenteststand:
    """How far a test is.

    Args:
        folder: of the test: holds its plan, its journal or both.

    Raises:
        ConfigurationError: the plan or the journal is not in order.
        StoreError: the folder or the journal cannot be read.
    """
    try:
        has_plan, has_journal = (folder / FILE).is_file(), (folder / JOURNAL).is_file()
    except OSError as error:
        raise StoreError(f"cannot look in it: {error.strerror}", hint="Look who may read it") from None
    plan = read_plan(folder, draft=True) if has_plan else None
    names = {plan.leverancier} if plan else set[str]()
    if not has_journal or never_begun(folder / JOURNAL):
        tot = None if plan is None else plan.last_day
        return Ketenteststand(folder=str(folder), leverancier=frozenset(names), alleen=_is_played(plan), tot=tot)
    journal = Journal.read(folder / JOURNAL)
    head = journal.head
    names |= {str(name) for name in (head.toetssoort, head.about.get("leverancier")) if name}
    moments = [found for item in journal.lines if (found := as_moment(item.moment)) is not None]
    return Ketenteststand(
        folder=str(folder),
        leverancier=frozenset(names),
        schooljaar=head.schooljaar,
        tot=None if plan is None else plan.last_day,
        alleen=_is_played(plan) or head.about.get("omgeving") == "simulator",
        laatst=max(map(dutch_day, moments), default=None),
        wacht=tuple(_waiting(journal, plan_terms(plan) if plan else Terms())),
        gezakt=_failed(folder),
    )


def _is_played(plan: Plan | None) -> bool:
    return plan is not None and plan.simulator is not None


def _waiting(journal: Journal, terms: Terms) -> Iterator[Wacht]:
    """The last step of each scenario, when it waits."""
    last: dict[str, Line] = {item.scenario: item for item in journal.lines}
    for scenario, line in last.items():
        if not line.final and line.outcome.get("kind") == "waiting":
            until = terms.until(journal, line)
            yield Wacht(
                scenario=scenario, tekst=str(line.outcome.get("why", "")), tot=None if until is None else dutch_day(until)
            )


def _failed(folder: Path) -> tuple[str, ...]:
    """What failed when the report was made last; nothing without one that can be read."""
    try:
        verdicts = read_report(folder / JSON_FILE).verdicts
    except DoorstroomError:
        return ()
    return tuple(sorted(name for name, oordeel in verdicts.items() if oordeel in (Oordeel.GEZAKT, Oordeel.FOUT)))
