"""The end of a test: which invented pupils the partner can remove, as a list, and the mail that goes with the report."""

from __future__ import annotations

from collections.abc import Iterator

from doorstroom_client.ketentest.agreed import Plan
from doorstroom_client.ketentest.letters import Parties, bullets, closing, greeting, letter, paragraph, title
from doorstroom_client.ketentest.pupils import KLAS
from doorstroom_client.ketentest.report.verslag import Beurt, Opruimregel, Rapport, Stand
from doorstroom_client.ketentest.report.wording import STANDEN, summary
from doorstroom_client.ketentest.steps import Whose
from doorstroom_client.ketentest.verdicts import Oordeel
from doorstroom_client.messages.values import as_moment, moment_in_dutch
from doorstroom_client.output.words import aantal

LIST_FILE, LETTER_FILE = "opruimlijst.txt", "afsluiting.txt"
"""The names of the list and the mail in the folder of a test."""
_MOST_IN_MAIL = 40
_REQUESTS = {Oordeel.GEZAKT: "Wilt u dit herstellen? ", Oordeel.AFWIJKEND: "Wilt u hiernaar kijken? "}
"""What is asked because of what was seen; a question and what is waited for ask for something themselves."""


def cleanup_list(rapport: Rapport) -> bytes:
    """The pupils that the partner can remove, over all attempts; those that were refused every time are not there.

    Args:
        rapport: the run.
    """
    return ("\n\n".join(_list(rapport)) + "\n").encode()


def closing_letter(plan: Plan, rapport: Rapport, who: Parties) -> bytes:
    """The mail that goes with the report at the end, with the list of pupils in it.

    Args:
        plan: what was agreed.
        rapport: the run.
        who: who test with each other.
    """
    return letter(f"Ketentest doorstroomtoets {who.schooljaar}: het rapport en de opruimlijst", _letter(plan, rapport))


def _letter(plan: Plan, rapport: Rapport) -> Iterator[str]:
    yield greeting(plan)
    yield paragraph(f"Bedankt voor het testen. Dit is de uitkomst. {summary(rapport)}")
    yield paragraph("Het hele rapport staat in rapport.html. Voor programma's is er rapport.json.")
    theirs = [item for item in rapport.beurten if item.whose is Whose.HEN]
    if theirs:
        yield title("Wat wij u nog vragen")
        yield bullets(map(_turn, theirs))
    yield from _list(rapport, most=_MOST_IN_MAIL)
    yield closing(plan)


def _turn(item: Beurt) -> str:
    return f"{_REQUESTS.get(item.oordeel, '')}{item.text} Blijkt uit {', '.join(item.scenarios)}."


def _list(rapport: Rapport, most: int | None = None) -> Iterator[str]:
    """The list; when it is longer than a mail should be, of the class only, and the rest is in the file."""
    there = [item for item in rapport.opruimlijst if item.stand is not Stand.GEWEIGERD]
    yield title("Opruimlijst")
    if not there:
        yield paragraph("Er is niets op te ruimen: geen enkel bericht over een leerling is aangenomen.")
        return
    moment = as_moment(rapport.as_of)
    unsure = sum(item.stand is Stand.ONBEKEND for item in there)
    maybe = f" Van {unsure} is dat niet zeker: er kwam geen antwoord." if unsure else ""
    count = aantal(len(there), "bedachte leerling staat", "bedachte leerlingen staan")
    yield paragraph(
        f"""Deze {count} nu in uw testomgeving.{maybe} Een
        bericht kan niets verwijderen. Wilt u ze verwijderen als de test klaar is? Alle LAS-keys beginnen met
        kt-{rapport.head.run}-.
        {f"Stand van {moment_in_dutch(moment)}." if moment else ""}"""
    )
    if most is not None and len(there) > most:
        klas = [item for item in there if item.label in KLAS]
        yield paragraph(
            f"""Hieronder staan de leerlingen van de proefklas. De andere {len(there) - len(klas)}, van losse scenario's, staan
            in {LIST_FILE}, bij deze mail."""
        )
        there = klas
    for school in dict.fromkeys((item.edu_to, item.edu_from) for item in there):
        found = [item for item in there if (item.edu_to, item.edu_from) == school]
        yield "\n".join([f"edu-to {school[0] or '(geen)'}, edu-from {school[1] or '(geen)'}", *_pupils(found)])


def _pupils(found: list[Opruimregel]) -> Iterator[str]:
    for item in sorted(found, key=lambda one: one.label):
        sure = "" if item.stand is Stand.AANGENOMEN else f" ({STANDEN[item.stand]}: er kwam geen antwoord)"
        yield f"- {item.label} {item.naam}{sure}"
        for kind, value in item.identities:
            yield f"  {kind} {value}"
