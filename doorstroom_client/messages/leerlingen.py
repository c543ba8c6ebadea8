"""What a LAS hands in: pupils, groups and advice as plain values.

Nothing is checked when these are made; the list that is built from them checks everything at once and names each place
(``adviezen[3].leerling.las_key``). Their repr shows no pupil data.
"""

from __future__ import annotations

import datetime as dt
from dataclasses import field

from doorstroom_client.basics.frozen import frozen


@frozen
class Leerling:
    """The identities of one pupil.

    The ECK-iD must be used when the pupil has one; the LAS-key may go with it, and is used alone only for a pupil without
    ECK-iD. A result comes back under one of the two, so a LAS must be able to find a pupil by either.

    Attributes:
        eck_id: ``https://ketenid.nl/<namespace>/<128 lower-case hex digits>``.
        las_key: meaningless key of the LAS, unique within the chain, at most 256 characters.
        source: where a reader found the pupil, ``"line 12"``. It is not sent, not compared, and empty after the outbox.
    """

    eck_id: str | None = field(default=None, repr=False)
    las_key: str | None = field(default=None, repr=False)
    source: str = field(default="", compare=False)


@frozen
class Advies:
    """The voorlopig schooladvies of one pupil.

    Attributes:
        leerling: whose advice it is.
        advies: one of the 17 values of `Schooladvies`, such as ``"VMBO_GL/TL"``.
    """

    leerling: Leerling
    advies: str = field(repr=False)


@frozen
class Stamgroep:
    """A group of the school.

    Attributes:
        id: meaningless key, unique within the chain, at most 256 characters.
        omschrijving: the name people use, at most 64 characters ("8A", "Dolfijnen").
        niveau: ``"7"``, ``"8"``, ``"C"`` (combination) or ``"S"`` (special education).
    """

    id: str
    omschrijving: str
    niveau: str = "8"


@frozen(kw_only=True)
class Deelnemer:
    """A participant in the test, with names split as in NEN 1888.

    Attributes:
        leerling: the identities.
        achternaam: significant part only, without voorvoegsel; at most 70 characters.
        voorvoegsel: "van der" and the like, at most 10 characters; None or empty when there is none.
        roepnaam: at most 64 characters.
        voorletters: first letters of the given names, letters only, at most 6.
        geboortedatum: a date, or a text ``YYYY-MM-DD``.
        groep: id of one of the groups in the same list.
        jaargroep: ``"7"`` or ``"8"`` (8 also for leerjaar 8 and up in special education).
        geslacht: 1 man, 2 vrouw, 9 or None not specified. Only sent while the agreement has the field.
    """

    leerling: Leerling
    achternaam: str = field(repr=False)
    roepnaam: str = field(repr=False)
    voorletters: str = field(repr=False)
    geboortedatum: dt.date | str = field(repr=False)
    groep: str
    voorvoegsel: str | None = field(default=None, repr=False)
    jaargroep: str = "8"
    geslacht: int | None = field(default=None, repr=False)
