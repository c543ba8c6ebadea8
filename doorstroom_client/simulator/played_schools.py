"""The schools of a simulated chain: four that are always there, and any number that are invented beside them."""

from __future__ import annotations

from collections.abc import Sequence

from doorstroom_client.messages.school import School


def _school(brin: str, number: str, naam: str) -> School:
    return School(
        instellingscode=brin,
        vestigingscode="00",
        onderwijsaanbiedercode=f"{number[:3]}A{number[-3:]}",
        onderwijslocatiecode=f"{number[:3]}X{number[-3:]}",
        administratienr="01",
        routeringskenmerk=f"00000007000{brin}00530",
        naam=naam,
    )


SCHOLEN = (
    _school("99AA", "901", "De Bedachte Regenboog"),
    _school("99BB", "902", "De Verzonnen Vlieger"),
    _school("99CC", "903", "Het Denkbeeldige Kompas"),
    _school("99DD", "904", "De Gefingeerde Brug"),
)
"""Invented schools: with ICE, with DIA, with ROUTE_8, and one without any mandate."""
MOST_SCHOOLS = 9 * 26 * 26
"""So many can be invented: their BRINs begin with 90 to 98, where no real one does."""


class PlayedSchools:
    """The four and the invented ones, with the test that each of those has chosen.

    Attributes:
        scholen: all of them.
        by_address: the same by routeringskenmerk.
        chosen: toetssoort by OIN, of the invented ones.
    """

    scholen: tuple[School, ...]
    by_address: dict[str, School]
    chosen: dict[str, str]

    def __init__(self) -> None:
        """Start with the four."""
        self.reset()

    def reset(self) -> None:
        """Keep the four only."""
        self.scholen = SCHOLEN
        self.by_address = {school.routeringskenmerk: school for school in SCHOLEN}
        self.chosen = {}

    def invent(self, aantal: int, soorten: Sequence[str]) -> list[School]:
        """Add schools, that choose a test in turn.

        Args:
            aantal: how many.
            soorten: the tests.

        Raises:
            ValueError: so many BRINs that cannot be real do not exist.
        """
        start = len(self.chosen)
        if start + aantal > MOST_SCHOOLS:
            raise ValueError(f"At most {MOST_SCHOOLS} schools can be invented.")
        new = [_invented_school(number) for number in range(start, start + aantal)]
        self.chosen |= {school.oin: soorten[at % len(soorten)] for at, school in enumerate(new, start)}
        self.scholen += tuple(new)
        self.by_address |= {school.routeringskenmerk: school for school in new}
        return new


def _invented_school(number: int) -> School:
    tens, rest = divmod(number, 26 * 26)
    brin = f"{98 - tens}{chr(ord('A') + rest // 26)}{chr(ord('A') + rest % 26)}"
    place, within = divmod(number, 1000)
    return _school(brin, f"{910 + place}{within:03d}", f"De Bedachte School {number + 1}")
