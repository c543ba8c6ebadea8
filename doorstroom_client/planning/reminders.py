"""What is to be done now: reminders before each milestone and test period, gone when it can be seen that they are done."""

from __future__ import annotations

import datetime as dt
import shlex
from collections.abc import Iterable, Iterator, Sequence

from doorstroom_client.basics.frozen import frozen
from doorstroom_client.config import Settings, Testperiode
from doorstroom_client.errors import ConfigurationError
from doorstroom_client.messages.afspraak import Afspraak
from doorstroom_client.messages.identifiers import Schooljaar
from doorstroom_client.messages.values import in_dutch
from doorstroom_client.planning.day_words import period
from doorstroom_client.planning.milestones import FIRST, mijlpalen
from doorstroom_client.planning.stand import Ketenteststand

WITHIN = 14
"""Days before a milestone or test period at which it is said, unless asked otherwise."""
CHECK_BEFORE = 28
"""Days before a test period at which namespace, mandates, addresses and certificate have to be looked at."""
SELF_BEFORE = 42
"""Days before the first test period of a school year at which its agreement has to be tried alone; older tests do not count."""
_DAY = dt.timedelta(days=1)


@frozen(kw_only=True)
class Herinnering:
    """Something to do.

    Attributes:
        key: tells it apart from any other; the same tomorrow.
        day: the day that it is about; in the past for what is late.
        since: from which day on it is said, whatever was asked.
        tekst: what to do, in Dutch.
        commando: the command that helps; empty when there is none.
    """

    key: str
    day: dt.date
    since: dt.date
    tekst: str
    commando: str = ""


def herinneringen(
    settings: Settings, today: dt.date, *, within: int = WITHIN, standen: Iterable[Ketenteststand] = ()
) -> tuple[Herinnering, ...]:
    """What is to be done, the most urgent first.

    A test period is told from 14 days before it, its checks from 28 and the test alone from 42, or from earlier when more days
    are asked for; milestones only within the days that are asked for.

    Args:
        settings: test periods, suppliers, school years and certificates.
        today: the day.
        within: so many days ahead.
        standen: the chain tests of this side.
    """
    known = tuple(standen)
    until = today + within * _DAY
    found = [
        *_of_mijlpalen(today, within),
        *(item for periode in settings.testperiodes for item in _of_periode(periode, settings, today, known)),
        *_of_own_test(settings, today, known),
        *_of_schooljaren(settings, today),
        *_of_certificates(settings, today),
        *_of_waiting(known, today),
    ]
    said = [item for item in found if item.since <= today or item.day <= until]
    return tuple(sorted(said, key=lambda item: (item.day, item.key)))


def in_schooljaar(periodes: Iterable[Testperiode], schooljaar: str) -> tuple[Testperiode, ...]:
    """The test periods that begin in a school year, in order.

    Args:
        periodes: all of them.
        schooljaar: ``"2026-2027"``.
    """
    here = (item for item in periodes if Schooljaar.on(item.van) == schooljaar)
    return tuple(sorted(here, key=lambda item: (item.van, item.naam)))


def suppliers_of(periode: Testperiode, settings: Settings) -> dict[str, frozenset[str]]:
    """The suppliers of a test period, each with the names by which it may be called.

    Args:
        periode: which one.
        settings: knows the configured suppliers.
    """
    configured = {item.toetssoort: item.keys for item in settings.leveranciers}
    if not periode.met:
        return configured
    chosen = dict[str, frozenset[str]]()
    for name in periode.met:
        folded = name.casefold()
        soort = next((key for key, known in configured.items() if folded in {item.casefold() for item in known}), name)
        chosen[soort] = configured.get(soort, frozenset({name}))
    return chosen


# --- milestones


def _of_mijlpalen(today: dt.date, within: int) -> Iterator[Herinnering]:
    """Before its first day, and again before its last one when that is later."""
    year, last = (max(Schooljaar.on(day), FIRST) for day in (today, today + max(within, 0) * _DAY))
    years = [year]
    while years[-1] < last:
        years.append(years[-1].volgende)
    for item in (found for year in years for found in mijlpalen(year)):
        for day, what in ((item.first, "" if item.is_deadline else "begint: "), (item.last, "loopt af: ")):
            if day >= today and (day == item.first or today > item.first):
                more = "".join(f" Let op: {text}." for text in item.opmerkingen)
                # Nothing but the days that are asked for counts: one who looks ahead a week wants a week.
                since = day - within * _DAY
                key = f"{item.id}:{day}"
                yield Herinnering(key=key, day=day, since=since, tekst=f"{what}{item.titel} ({item.wie}).{more}")
                break


# --- test periods


def _of_periode(
    periode: Testperiode, settings: Settings, today: dt.date, standen: Sequence[Ketenteststand]
) -> Iterator[Herinnering]:
    """The checks before it, and one test with each supplier."""
    if today > periode.tot:
        return
    named = f"testperiode {periode.naam} ({period(periode.van, periode.tot)})"
    if today <= periode.van:
        yield Herinnering(
            key=f"controle:{periode.naam}:{periode.van}",
            day=periode.van,
            since=periode.van - CHECK_BEFORE * _DAY,
            tekst=f"{named}: controleer namespace, mandaten, adressen en certificaten, van ons en van de leveranciers.",
            commando="doorstroom osr check; doorstroom mandaat check --all",
        )
    for soort in suppliers_of(periode, settings):
        told = _with_supplier(named, soort, _stand_with(soort, periode, settings, standen), today >= periode.van)
        if told is not None:
            day, since = periode.tot if today > periode.van else periode.van, periode.van - WITHIN * _DAY
            key = f"test:{periode.naam}:{periode.van}:{soort}"
            yield Herinnering(key=key, day=day, since=since, tekst=told[0], commando=told[1])


def _stand_with(
    soort: str, periode: Testperiode, settings: Settings, standen: Sequence[Ketenteststand]
) -> Ketenteststand | None:
    """The newest test with a supplier for this period: played not long before it or in it, else one that has a plan only.

    What was played in the period before this one was for that one.
    """
    before = [item.tot for item in settings.testperiodes if item.tot < periode.van and soort in suppliers_of(item, settings)]
    since = max([periode.van - SELF_BEFORE * _DAY, *(day + _DAY for day in before)])
    theirs = [item for item in standen if not item.alleen and _is_with(soort, item, settings)]
    # A plan of which nothing was played and whose days are over before this was for a period of then.
    fresh = [item for item in theirs if since <= (item.laatst or item.tot or periode.tot)]
    fresh = [item for item in fresh if item.laatst is None or item.laatst <= periode.tot]
    return max(fresh, key=lambda item: item.laatst or dt.date.min, default=None)


def _is_with(soort: str, stand: Ketenteststand, settings: Settings) -> bool:
    """Whether a test is with this supplier: its toetssoort decides, because several may have one name and one OIN."""
    folded = {name.casefold() for name in stand.leverancier}
    known = settings.leveranciers
    by_test = [item.toetssoort for item in known if item.toetssoort.casefold() in folded]
    by_name = [item.toetssoort for item in known if folded & {item.naam.casefold(), item.oin.casefold()}]
    found = next(iter([*by_test, *by_name]), None)
    return soort.casefold() in folded if found is None else soort == found


def _with_supplier(named: str, soort: str, stand: Ketenteststand | None, begun: bool) -> tuple[str, str] | None:
    """What is to be done with a supplier; None when there is nothing, or when it is told by what the test waits for."""
    if stand is None:
        return f"{named}: plan een 1-op-1-test met {soort}.", f"doorstroom ketentest new --leverancier {shlex.quote(soort)}"
    if stand.laatst is None:
        return (
            f"{named}: de test met {soort} is gepland en niet begonnen.",
            _run(stand),
        )
    if begun and stand.gezakt:
        failed = ", ".join(stand.gezakt[:5]) + (f" en nog {len(stand.gezakt) - 5}" if len(stand.gezakt) > 5 else "")
        return f"{named} is begonnen: de test met {soort} is gezakt op {failed}.", _run(stand)
    return None


def _run(stand: Ketenteststand) -> str:
    """What goes on with a test; a folder may have a space in its name."""
    return f"doorstroom ketentest run {shlex.quote(stand.folder)}"


def _of_own_test(settings: Settings, today: dt.date, standen: Sequence[Ketenteststand]) -> Iterator[Herinnering]:
    """The agreement of a school year, tried alone before its first test period."""
    for schooljaar in sorted({Schooljaar.on(item.van) for item in settings.testperiodes}):
        first = in_schooljaar(settings.testperiodes, schooljaar)[0]
        done = any(item.schooljaar == schooljaar and item.laatst is not None for item in standen)
        if today <= first.van and not done:
            missing = _missing(settings, Schooljaar(schooljaar))
            yield Herinnering(
                key=f"zelf:{schooljaar}",
                day=first.van,
                since=first.van - SELF_BEFORE * _DAY,
                tekst=f"test zelf met de afspraak van {schooljaar}, voordat testperiode {first.naam} begint "
                f"({period(first.van, first.tot)}).{f' Eerst nodig: {missing}.' if missing else ''}",
                # Without the agreement it cannot be played, and a command that fails helps nobody.
                commando=""
                if missing
                else f"doorstroom ketentest self --schooljaar {schooljaar}{_versie(settings, schooljaar)}"
                f" --out ketentest/self-{schooljaar}",
            )


def _versie(settings: Settings, schooljaar: str) -> str:
    """The option with the version string of a school year, when the settings have it."""
    jaargang = settings.jaargangen.van(schooljaar)
    found = None if jaargang is None else jaargang.afspraak
    if not settings.schooljaren and settings.the_afspraak().geldt_in(Schooljaar(schooljaar)):
        found = settings.the_afspraak()
    return f" --versie {shlex.quote(found.versie)}" if isinstance(found, Afspraak) else ""


# --- settings


def _of_schooljaren(settings: Settings, today: dt.date) -> Iterator[Herinnering]:
    """This school year and the next one, when its agreement or namespace is not in the settings."""
    now = Schooljaar.on(today)
    for schooljaar in (now, now.volgende):
        missing = _missing(settings, schooljaar)
        if not missing:
            continue
        begins = dt.date(int(schooljaar[:4]), 8, 1)
        first = next(iter(in_schooljaar(settings.testperiodes, schooljaar)), None)
        leads = [begins - CHECK_BEFORE * _DAY, *([] if first is None else [first.van - SELF_BEFORE * _DAY])]
        yield Herinnering(
            key=f"schooljaar:{schooljaar}",
            day=begins,
            since=min(leads),
            tekst=f"schooljaar {schooljaar}: {missing}. Vraag het na bij het ketenoverleg en zet het onder [[schooljaren]].",
            commando="doorstroom osr check",
        )


def _missing(settings: Settings, schooljaar: Schooljaar) -> str:
    """What the settings do not have of a school year, in Dutch; empty when they have all."""
    jaargangen = settings.jaargangen
    if jaargangen:
        return "" if jaargangen.van(schooljaar) else "namespace en afspraak staan niet in de instellingen"
    return (
        ""
        if settings.the_afspraak().geldt_in(schooljaar)
        else "de afspraak staat niet in de instellingen; controleer ook de namespace"
    )


def _of_certificates(settings: Settings, today: dt.date) -> Iterator[Herinnering]:
    """Our certificates, before they end and before a test period that they do not outlive."""
    ours = (("het certificaat van de ontvanger", settings.receiving.certificate), ("het certificaat", settings.certificate))
    # The one of the receiver may be the same file: then it is told once, by the last name.
    files = {certificate.cert: (name, certificate) for name, certificate in ours if certificate is not None}
    for name, certificate in files.values():
        try:
            ends = certificate.facts().not_after.date()
        except ConfigurationError:
            continue  # config check and health tell what is wrong with it; it has no day
        early = [
            item.van
            for item in settings.testperiodes
            if item.tot >= ends and item.tot >= today and item.van - CHECK_BEFORE * _DAY < ends
        ]
        yield Herinnering(
            key=f"certificaat:{certificate.cert}",
            day=ends,
            since=min([ends, *early]) - CHECK_BEFORE * _DAY,
            tekst=f"{name} {'eindigt' if ends >= today else 'eindigde'} op {in_dutch(ends)}: laat een nieuw maken"
            f"{' en plaats het voor de testperiode' if early else ''}.",
            commando="doorstroom config check",
        )


# --- what is waited for


def _of_waiting(standen: Sequence[Ketenteststand], today: dt.date) -> Iterator[Herinnering]:
    """What chain tests of this school year still wait for after its term."""
    for stand in standen:
        if stand.schooljaar < Schooljaar.on(today):
            continue
        for wacht in stand.wacht:
            if wacht.tot is not None and wacht.tot < today:
                yield Herinnering(
                    key=f"wacht:{stand.folder}:{wacht.scenario}",
                    day=wacht.tot,
                    since=wacht.tot + _DAY,
                    tekst=f"de termijn van {wacht.scenario} met {stand.naam} is voorbij: {wacht.tekst}",
                    commando=_run(stand),
                )
