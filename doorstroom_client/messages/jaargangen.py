"""What belongs to one school year: the agreement and the namespace in the OSR, and the days on which they are in force.

Next year's are set in advance, and take over on their first day. Everybody in the chain has to change on the same day, which is
therefore a setting and not a rule.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterable
from dataclasses import replace
from itertools import pairwise

from doorstroom_client.basics.frozen import frozen
from doorstroom_client.errors import ConfigurationError
from doorstroom_client.messages.afspraak import Afspraak
from doorstroom_client.messages.identifiers import Schooljaar


@frozen(kw_only=True)
class Jaargang:
    """What belongs to one school year.

    Attributes:
        schooljaar: ``"2026-2027"``.
        namespace: of the service version in the OSR, exactly as it is listed there.
        afspraak: the agreement to write: the name of a shipped or registered one, or an `Afspraak`.
        since: first day on which it is in force; 1 August when left out.
        until: last day, included. When left out: the day before the next one begins, and 31 July for the last one.

    Raises:
        ConfigurationError: a value is missing or does not have its form.
    """

    schooljaar: str
    namespace: str
    afspraak: Afspraak | str
    since: dt.date | None = None
    until: dt.date | None = None

    def __post_init__(self) -> None:
        if not Schooljaar.fits(self.schooljaar):
            raise ConfigurationError(f"schooljaren.schooljaar: {Schooljaar.rule}", setting="schooljaren.schooljaar")
        if not isinstance(self.namespace, str) or not self.namespace or self.namespace != self.namespace.strip():
            raise ConfigurationError(
                "schooljaren.namespace is empty, or starts or ends with a space", setting="schooljaren.namespace"
            )
        if self.until is not None and self.until < self.eerste_dag:
            raise ConfigurationError("schooljaren.until lies before since", setting="schooljaren.until")

    @property
    def eerste_dag(self) -> dt.date:
        """The first day on which it is in force."""
        return self.since or dt.date(int(self.schooljaar[:4]), 8, 1)


@frozen
class Jaargangen:
    """All school years that are configured, in order; empty when there is one namespace and one agreement for every day."""

    items: tuple[Jaargang, ...] = ()

    @classmethod
    def of(cls, jaargangen: Iterable[Jaargang]) -> Jaargangen:
        """Put them in order.

        Raises:
            ConfigurationError: a school year stands there twice, or two are in force on one day.
        """
        items = sorted(jaargangen, key=lambda item: item.eerste_dag)
        years = [item.schooljaar for item in items]
        twice = next((year for at, year in enumerate(years) if year in years[:at]), None)
        if twice is not None:
            raise ConfigurationError(f"schooljaren: {twice} is configured twice", setting="schooljaren")
        for one, following in pairwise(items):
            if one.eerste_dag == following.eerste_dag or (one.until is not None and one.until >= following.eerste_dag):
                raise ConfigurationError(
                    f"schooljaren: {one.schooljaar} and {following.schooljaar} are both in force on {following.eerste_dag}",
                    setting="schooljaren.until",
                    hint="Leave until out: a school year then lasts until the next one begins",
                )
        return cls(tuple(items))

    def __bool__(self) -> bool:
        return bool(self.items)

    def on(self, dag: dt.date) -> Jaargang | None:
        """The one that is in force on a day."""
        return next((item for item in self.items if item.eerste_dag <= dag <= self.laatste_dag(item)), None)

    def van(self, schooljaar: str) -> Jaargang | None:
        """The one of a school year, in force or not."""
        return next((item for item in self.items if item.schooljaar == schooljaar), None)

    def laatste_dag(self, jaargang: Jaargang) -> dt.date:
        """The last day on which one is in force."""
        if jaargang.until is not None:
            return jaargang.until
        at = self.items.index(jaargang)
        if at + 1 < len(self.items):
            return self.items[at + 1].eerste_dag - dt.timedelta(days=1)
        return max(dt.date(int(jaargang.schooljaar[5:]), 7, 31), jaargang.eerste_dag)

    def schooljaar_on(self, dag: dt.date, chosen: str | None) -> str:
        """The school year to write on a day: the chosen one, else the one that is in force, else the current one."""
        if chosen:
            return chosen
        in_force = self.on(dag)
        return Schooljaar.on(dag) if in_force is None else in_force.schooljaar

    def afspraak_of(self, schooljaar: str, otherwise: Afspraak) -> Afspraak:
        """The agreement of a school year, once it is `resolved`; another one for a year that is not configured."""
        found = self.van(schooljaar)
        return found.afspraak if found is not None and isinstance(found.afspraak, Afspraak) else otherwise

    def namespace_on(self, dag: dt.date) -> str:
        """The namespace on a day.

        Raises:
            ConfigurationError: no school year is configured for that day.
        """
        found = self.on(dag)
        if found is None:
            known = ", ".join(f"{item.schooljaar} ({item.eerste_dag} - {self.laatste_dag(item)})" for item in self.items)
            raise ConfigurationError(
                f"schooljaren: none is in force on {dag}; configured are: {known}",
                setting="schooljaren",
                hint="Add the school year with its namespace and agreement, or change since or until",
            )
        return found.namespace

    def with_afspraak(self, afspraak: Afspraak) -> Jaargangen:
        """This table with another agreement for every school year."""
        return Jaargangen(tuple(replace(item, afspraak=afspraak) for item in self.items))

    def resolved(self, known: dict[str, Afspraak]) -> Jaargangen:
        """This table with each agreement found by its name.

        Raises:
            ConfigurationError: there is none of that name, or it is not agreed for its school year.
        """
        return Jaargangen(tuple(_resolved(item, known) for item in self.items))


def _resolved(jaargang: Jaargang, known: dict[str, Afspraak]) -> Jaargang:
    found = jaargang.afspraak
    if not isinstance(found, Afspraak):
        found = Afspraak.met_naam(found, known)
    if not found.geldt_in(Schooljaar(jaargang.schooljaar)):
        raise ConfigurationError(
            f'schooljaren: afspraak "{found.naam}" is not agreed for {jaargang.schooljaar}',
            setting="schooljaren.afspraak",
            hint="Register the agreement of that school year under [[afspraken]]",
        )
    return replace(jaargang, afspraak=found)
