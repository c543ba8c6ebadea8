"""What a user chooses when EDEXML is read: the facts that do not stand in such a file."""

from __future__ import annotations

import datetime as dt
from collections.abc import Mapping
from dataclasses import field

from doorstroom_client.basics.frozen import frozen
from doorstroom_client.errors import ConfigurationError
from doorstroom_client.messages.identifiers import Schooljaar

_LEVELS = ("7", "8")


@frozen(kw_only=True)
class Keuze:
    """Which pupils take part, and what is done where EDEXML leaves something open.

    Attributes:
        jaargroepen: the levels that take part: ``"8"``, ``"7"`` or both.
        jaargroep_voor_s: the level of pupils in jaargroep S (SO, SBO), which EDEXML does not tell: ``"7"``, ``"8"``, or
            ``""`` when none of them takes part but those in `jaargroep_van`. None: every such pupil is told as a problem.
        jaargroep_van: the level of single pupils, by LAS-key or ECK-iD; goes before everything else. ``""``: takes no part.
        vestiging: only the pupils with this key of a vestiging.
        schooljaar: what the file has to be of; None: any.
        peildag: the day on which a pupil has to be at the school; None: today.
        sleutel_is_las_key: whether the keys in the file are the LAS-keys that the chain knows.
        roepnaam_uit_voornamen: take the first of the voornamen for a pupil without roepnaam.
        voorletters_uit_voornamen: make the voorletters of a pupil without them from the voornamen.

    Raises:
        ConfigurationError: a choice that there is not.
    """

    jaargroepen: tuple[str, ...] = ("8",)
    jaargroep_voor_s: str | None = None
    jaargroep_van: Mapping[str, str] = field(default_factory=dict[str, str], repr=False)
    vestiging: str | None = field(default=None, repr=False)
    schooljaar: str | None = None
    peildag: dt.date | None = None
    sleutel_is_las_key: bool = True
    roepnaam_uit_voornamen: bool = False
    voorletters_uit_voornamen: bool = False

    def __post_init__(self) -> None:
        object.__setattr__(self, "jaargroepen", tuple(self.jaargroepen))
        wrong = (
            ("jaargroepen", not self.jaargroepen or not set(self.jaargroepen) <= set(_LEVELS), 'expected "7", "8" or both'),
            ("jaargroep_voor_s", self.jaargroep_voor_s not in (None, "", *_LEVELS), 'expected "7", "8" or ""'),
            ("jaargroep_van", not set(self.jaargroep_van.values()) <= {"", *_LEVELS}, 'expected "7", "8" or "" for each pupil'),
            ("schooljaar", self.schooljaar is not None and not Schooljaar.fits(self.schooljaar), Schooljaar.rule),
        )
        for name, applies, rule in wrong:
            if applies:
                raise ConfigurationError(f"{name}: {rule}", setting=name)
