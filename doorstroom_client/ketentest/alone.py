"""A server that is tested without a plan: everything about it is typed."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import field
from pathlib import Path
from urllib.parse import urlsplit

from doorstroom_client import ClientCertificate, Leverancier
from doorstroom_client.basics.frozen import frozen
from doorstroom_client.errors import ConfigurationError, MessageError
from doorstroom_client.ketentest.certificates import in_folder, shown_from
from doorstroom_client.ketentest.frame import Frame
from doorstroom_client.ketentest.journal import JOURNAL, Head, begin_or_go_on, new_run
from doorstroom_client.ketentest.outcomes import Arranged
from doorstroom_client.ketentest.partner import Planned, afspraak_of, known_schooljaar, school_values
from doorstroom_client.ketentest.pupils import Keys
from doorstroom_client.ketentest.requester import ANSWER_SECONDS, Requester, Shown, Target
from doorstroom_client.ketentest.role_hands import RoleHands
from doorstroom_client.ketentest.run import Run
from doorstroom_client.ketentest.scenario import Rol
from doorstroom_client.ketentest.scenarios import EISEN, REGISTER
from doorstroom_client.ketentest.steps import Ours
from doorstroom_client.messages.school import School

_NOBODYS = ("0000000700099ZZ00530", "0000000700099YY00530")
"""Routeringskenmerken of schools that do not exist: no BRIN is like that."""


class Nobody(Planned):
    """Without a plan nobody set anything. Who does not exist can be named all the same, and must not be accepted.

    Args:
        school: the test school, which does exist.
    """

    def __init__(self, school: School) -> None:
        super().__init__({}, ())
        self._school = school

    def arrange(self, name: str, frame: Frame) -> Arranged | None:  # noqa: ARG002 - as a counterpart has it
        """A school that nobody knows; everything else has to be agreed with the other side."""
        if name != "school_onbekend":
            return None
        found = next(school_of(item) for item in _NOBODYS if school_of(item).oin != self._school.oin)
        return Arranged(value=school_values(found), made_up=True)


@frozen(kw_only=True)
class Alone:
    """A server that is tested without a plan.

    Attributes:
        url: its address, path prefix included.
        certificate: ours, and the roots that we trust.
        oin: that its certificate must carry.
        school: the administration that messages are about.
        toetssoort: of the supplier.
        schooljaar: of the messages.
        versie: version string of the agreement.
        others: certificates of ours that are shown to see them refused: PEM files by their name in a plan.
        seconds: how long an answer may take.
        versie_las: name and version of the LAS, where its server is tested; empty when nobody told.
    """

    url: str
    certificate: ClientCertificate
    oin: str
    school: School
    toetssoort: str
    schooljaar: str
    versie: str
    others: Mapping[str, Path] = field(default_factory=dict[str, Path])
    seconds: float = ANSWER_SECONDS
    versie_las: str = ""

    @classmethod
    def typed(
        cls,
        url: str,
        *,
        certificate: ClientCertificate,
        oin: str,
        routeringskenmerk: str,
        toetssoort: str,
        schooljaar: str | None,
        versie: str | None,
        certificates: Path | None = None,
        versie_las: str = "",
    ) -> Alone:
        """Make one of what was typed.

        Args:
            url: its address.
            certificate: ours, and the roots that we trust.
            oin: that its certificate must carry.
            routeringskenmerk: of the test school.
            toetssoort: of the supplier.
            schooljaar: of the messages.
            versie: version string of the agreement.
            certificates: folder with certificates of ours that have to be refused.
            versie_las: name and version of the LAS, where its server is tested.

        Raises:
            ConfigurationError: something in it is not in order; nothing was called.
        """
        url = Leverancier(toetssoort, oin, url).base_url  # checks all three
        certificate.facts()  # or it is told now that it cannot be used
        others = {} if certificates is None else in_folder(certificates)
        shown_from(others)
        year, afspraak = known_schooljaar(schooljaar, versie)
        return cls(
            url=url,
            certificate=certificate,
            oin=oin,
            school=school_of(routeringskenmerk),
            toetssoort=toetssoort,
            schooljaar=year,
            versie=afspraak.versie,
            others=others,
            versie_las=versie_las,
        )

    @contextmanager
    def opened(self, folder: Path, rol: Rol) -> Iterator[Run]:
        """Open the test.

        Args:
            folder: gets the journal; one that is there already goes on.
            rol: which half is tested: a server of a supplier or of a LAS.

        Raises:
            ConfigurationError: the journal is of another version or test.
            StoreError: the journal cannot be read or made.
        """
        path = folder / JOURNAL
        began = dt.datetime.now(dt.UTC).strftime("%Y-%m-%dT%H:%M:%SZ")
        about = {"host": urlsplit(self.url).hostname or "", "omgeving": "test", "rol": rol.value}
        about |= {"versie_las": self.versie_las} if self.versie_las else {}
        head = Head(
            run=new_run(),
            began=began,
            schooljaar=self.schooljaar,
            versie=self.versie,
            toetssoort=self.toetssoort,
            about=about,
        )
        journal = begin_or_go_on(path, head)
        keys = Keys(journal.head.run)
        counterpart = Nobody(self.school)
        hands = RoleHands(lambda *given: self._frame(rol, keys, *given), counterpart, requester=self._requester(keys))
        yield Run(journal, REGISTER, EISEN, {rol: hands})

    def _requester(self, keys: Keys) -> Requester:
        where, ours = urlsplit(self.url), self.certificate
        target = Target(
            host=where.hostname or "",
            port=where.port or 443,
            prefix=where.path.rstrip("/"),
            oin=self.oin,
            trust=ours.trust_files,
            seconds=self.seconds,
            shown={Ours.OWN: Shown(Path(ours.cert), ours.key_file, ours.password), **shown_from(self.others)},
        )
        return Requester(target, keys)

    def _frame(self, rol: Rol, keys: Keys, scenario: str, began: dt.datetime) -> Frame:
        ours = self.certificate.facts().oin or ""
        supplier_is_tested = rol is Rol.TOETSSYSTEEM
        return Frame(
            scenario,
            keys=keys,
            school=self.school,
            afspraak=afspraak_of(self.versie, self.schooljaar),
            schooljaar=self.schooljaar,
            toetssoort=self.toetssoort,
            began=began,
            las_oin=ours if supplier_is_tested else self.oin,
            supplier_oin=self.oin if supplier_is_tested else ours,
            base_url=self.url,
        )


def school_of(routeringskenmerk: str) -> School:
    """The administration with a routeringskenmerk; its other codes are invented.

    Raises:
        ConfigurationError: it is none.
    """
    try:
        brin = str(routeringskenmerk)[11:15]
        return School(
            instellingscode=brin,
            vestigingscode="00",
            onderwijsaanbiedercode="999A999",
            onderwijslocatiecode="999X999",
            administratienr="01",
            routeringskenmerk=routeringskenmerk,
            naam="Testschool",
        )
    except (MessageError, ValueError):
        raise ConfigurationError(
            "the routeringskenmerk of the test school is not in its form",
            setting="school",
            hint="20 positions, as 0000000700099AA00530",
        ) from None
