"""What the OSR says: a mandate, and what it means for a school, in Dutch."""

from __future__ import annotations

import datetime as dt
from dataclasses import dataclass, field

from doorstroom_client.errors import ConfigurationError
from doorstroom_client.exchange.auth import ApiKey, Auth, NoAuth
from doorstroom_client.exchange.http import Peer, check_base_url
from doorstroom_client.exchange.leverancier import Leverancier
from doorstroom_client.messages.identifiers import Oin
from doorstroom_client.messages.school import School

DIENST = "DOORSTROOM – Logistiek proces doorstroomtoets po"
"""The service as a school sees it in the OSR."""


@dataclass(frozen=True, slots=True)
class Osr:
    """Where and how the OSR is asked.

    The address, the namespace of the service version (it changes per school year) and the name of the API-key header are
    not public or differ per environment, so they have no default.

    Attributes:
        base_url: https address with the version prefix, ``https://osr.example.nl/api/v2``.
        namespace: the namespace of the service version of this school year, exactly as registered.
        api_key: an `ApiKey` (header name and key), or just the key together with `api_key_header`. Needed only to ask for
            one's own mandates.
        api_key_header: the name of the header, when `api_key` is just the key.
        service_code: code of the service.
        oin: the OIN that the certificate of the OSR must carry; not checked when left out.

    Raises:
        ConfigurationError: names the setting that is missing or wrong.
    """

    base_url: str = field(repr=False)
    namespace: str
    api_key: ApiKey | str | None = field(default=None, repr=False)
    api_key_header: str | None = None
    service_code: str = "DOORSTROOM"
    oin: str | None = None

    def __post_init__(self) -> None:
        object.__setattr__(self, "base_url", check_base_url(self.base_url, "osr.base_url"))
        if not isinstance(self.namespace, str) or not self.namespace.strip():
            raise ConfigurationError(
                "osr.namespace is missing",
                setting="osr.namespace",
                hint="It is the namespace of this school year's service version, as the OSR lists it; it changes per year",
            )
        if self.namespace != self.namespace.strip():
            raise ConfigurationError("osr.namespace starts or ends with a space", setting="osr.namespace")
        if isinstance(self.api_key, str) and not self.api_key_header:
            raise ConfigurationError(
                "osr.api_key is set but osr.api_key_header is not",
                setting="osr.api_key_header",
                hint="The name of the header stands in the API documentation of the OSR",
            )
        if self.api_key_header and self.api_key is None:
            raise ConfigurationError("osr.api_key_header is set but osr.api_key is not", setting="osr.api_key")
        if isinstance(self.api_key, ApiKey) and self.api_key_header:
            raise ConfigurationError(
                "osr.api_key already names a header, so osr.api_key_header must be left out", setting="osr.api_key_header"
            )
        if self.oin is not None and not Oin.fits(self.oin):
            raise ConfigurationError(f"osr.oin: {Oin.rule}", setting="osr.oin")

    @property
    def auth(self) -> Auth:
        """The API key as headers."""
        if isinstance(self.api_key, ApiKey):
            return self.api_key
        return ApiKey(self.api_key_header, self.api_key) if self.api_key and self.api_key_header else NoAuth()

    def peer(self, *, with_key: bool) -> Peer:
        """The OSR as a party that can be called; the key goes along only where it is needed."""
        return Peer("OSR", self.base_url, self.oin, self.auth if with_key else NoAuth())


@dataclass(frozen=True, slots=True)
class Mandaat:
    """The answer to: may this supplier exchange messages on behalf of this school? True when it may.

    Attributes:
        school: the school.
        leverancier: the supplier that was looked up.
        gemandateerd: whether the supplier has a mandate on `peildatum`.
        las_gemandateerd: the same for this LAS; None when that was not checked (it needs an API key).
        peildatum: the day that was asked about.
        start_datum: start of the LAS's own mandate, when the OSR told it.
        eind_datum: end of the LAS's own mandate; None when open or not told.
    """

    school: School
    leverancier: Leverancier
    gemandateerd: bool
    las_gemandateerd: bool | None
    peildatum: dt.date
    start_datum: dt.date | None = None
    eind_datum: dt.date | None = None

    def __bool__(self) -> bool:
        """Whether messages can be exchanged: no half of the mandate is known to be missing."""
        return self.gemandateerd and self.las_gemandateerd is not False

    @property
    def uitleg(self) -> str:
        """What is right or wrong and who can repair it, in Dutch, for whoever calls from a school."""
        if self:
            return self._in_orde()
        return self._niet_in_orde()

    def _in_orde(self) -> str:
        las = "" if self.las_gemandateerd is None else " en het leerlingadministratiesysteem"
        staat = "staan" if las else "staat"
        einde = (
            f" Het mandaat van het leerlingadministratiesysteem loopt tot en met {_dag(self.eind_datum)}."
            if self.eind_datum
            else ""
        )
        niet_gekeken = (
            " Of het leerlingadministratiesysteem zelf gemandateerd is, is niet nagekeken."
            if self.las_gemandateerd is None
            else ""
        )
        return (
            f"In orde: voor {self.school.label} {staat} {self.leverancier.naam}{las} op {_dag(self.peildatum)} als "
            f"gemandateerd in het Onderwijs Serviceregister (OSR).{einde}{niet_gekeken} U hoeft niets te doen."
        )

    def _niet_in_orde(self) -> str:
        ontbreekt = [] if self.gemandateerd else [f"de toetsleverancier ({self.leverancier.naam})"]
        if self.las_gemandateerd is False:
            ontbreekt.append("het leerlingadministratiesysteem")
        wie = " en ".join(ontbreekt)
        zinnen = [
            (
                f"Niet in orde: voor {self.school.label} staat in het Onderwijs Serviceregister (OSR) op "
                f"{_dag(self.peildatum)} geen geldig mandaat voor {wie}."
            ),
            "Daarom kunnen gegevens voor de doorstroomtoets nu niet worden uitgewisseld.",
            (
                "Dit kan alleen de OSR-beheerder van uw bestuur herstellen, meestal iemand op het bestuursbureau; leraren en "
                "directeuren kunnen het OSR zelf niet inzien."
            ),
            (
                f"Vraag de OSR-beheerder om in het OSR bij de dienst “{DIENST}” voor deze school een mandaat te geven aan "
                f"{wie}, met een ingangsdatum die al is bereikt."
            ),
        ]
        if self.las_gemandateerd is None:
            zinnen.append("Laat ook nagaan of het leerlingadministratiesysteem een mandaat heeft; dat is hier niet nagekeken.")
        if not self.gemandateerd:
            zinnen.append(
                f"Heeft uw school een andere toets gekozen dan die van {self.leverancier.naam}? Dan is dit mandaat niet nodig."
            )
        return " ".join(zinnen)


_MAANDEN = (
    "januari",
    "februari",
    "maart",
    "april",
    "mei",
    "juni",
    "juli",
    "augustus",
    "september",
    "oktober",
    "november",
    "december",
)


def _dag(day: dt.date) -> str:
    return f"{day.day} {_MAANDEN[day.month - 1]} {day.year}"
