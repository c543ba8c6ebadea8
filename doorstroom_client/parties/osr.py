"""Where and how the OSR is asked."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import field, replace

from doorstroom_client.basics.frozen import frozen
from doorstroom_client.errors import ConfigurationError
from doorstroom_client.messages.identifiers import Oin
from doorstroom_client.parties.auth import ApiKey, Auth, NoAuth
from doorstroom_client.parties.osr_profile import OsrProfile, the_profile
from doorstroom_client.parties.url import Peer, check_base_url

OMGEVINGEN = ("productie", "kwalificatie", "sandbox")
"""The environments that the OSR is known to have. Their addresses are not public, so they are settings."""


@frozen
class Osr:
    """Where and how the OSR is asked.

    The address, the namespace of the service version (it changes per school year) and the name of the API-key header are
    not public or differ per environment, so they have no default.

    Attributes:
        base_url: https address with the version prefix, ``https://osr.example.nl/api/v2``.
        namespace: the namespace of the service version of this school year, exactly as registered. Left out when the client
            has one per school year (`Jaargang`).
        api_key: an `ApiKey` (header name and key), or just the key together with `api_key_header`. Needed only to ask for
            one's own mandates.
        api_key_header: the name of the header, when `api_key` is just the key.
        service_code: code of the service.
        oin: the OIN that the certificate of the OSR must carry; not checked when left out.
        version: ``"v2"``, ``"v3"`` or an `OsrProfile` of your own. When left out: as the address ends, else V2.
        names: how names are sent: ``"snake"``, or ``"camel"`` if a version turns out to want that.
        renamed: single names that are sent otherwise: ``"routing_id=routingId"``, or for one path only
            ``"service-versions.service_code=code"``.
        api_key_always: send the API key with every question, and not only where the documentation asks for it.
        environment: ``"productie"``, ``"kwalificatie"`` or ``"sandbox"``. Everything but production is said in the texts for a
            school, so that nobody repairs a mandate that is missing in a test environment only.
        per_second: how many calls a check of many schools may start in a second, retries included. The OSR names no number;
            ask Kennisnet before it is raised.
        suspect_from: when the mandates of at least so many schools, and of most that had one, are gone within a day, the
            register is told to be suspect, and they count as before for that day; 0 for never.

    Raises:
        ConfigurationError: names the setting that is missing or wrong.
    """

    base_url: str = field(repr=False)
    namespace: str = ""
    api_key: ApiKey | str | None = field(default=None, repr=False)
    api_key_header: str | None = None
    service_code: str = "DOORSTROOM"
    oin: str | None = None
    version: OsrProfile | str | None = None
    names: str = "snake"
    renamed: Sequence[str] = ()
    api_key_always: bool = False
    environment: str = "productie"
    per_second: float = 20.0
    suspect_from: int = 5
    profile: OsrProfile = field(init=False, repr=False, compare=False)

    def __post_init__(self) -> None:
        object.__setattr__(self, "base_url", check_base_url(self.base_url, "osr.base_url"))
        if not isinstance(self.namespace, str) or (self.namespace and not self.namespace.strip()):
            raise no_namespace()
        if self.namespace != self.namespace.strip():
            raise ConfigurationError("osr.namespace starts or ends with a space", setting="osr.namespace")
        self._check_key()
        if self.oin is not None and not Oin.fits(self.oin):
            raise ConfigurationError(f"osr.oin: {Oin.rule}", setting="osr.oin")
        if self.environment not in OMGEVINGEN:
            raise ConfigurationError(f"osr.environment must be one of: {', '.join(OMGEVINGEN)}", setting="osr.environment")
        object.__setattr__(self, "per_second", check_rate(self.per_second, "osr.per_second"))
        least: object = self.suspect_from
        if isinstance(least, bool) or not isinstance(least, int | float) or not 0 <= least <= 1_000_000 or least % 1:
            raise ConfigurationError("osr.suspect_from must be a whole number, 0 or more", setting="osr.suspect_from")
        object.__setattr__(self, "suspect_from", int(least))
        object.__setattr__(self, "renamed", tuple(self.renamed))
        object.__setattr__(self, "profile", the_profile(self.version, self.base_url, self.names, tuple(self.renamed)))

    def _check_key(self) -> None:
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

    @property
    def auth(self) -> Auth:
        """The API key as headers."""
        if isinstance(self.api_key, ApiKey):
            return self.api_key
        return ApiKey(self.api_key_header, self.api_key) if self.api_key and self.api_key_header else NoAuth()

    @property
    def is_test(self) -> bool:
        """Whether what is found there says nothing about the real register."""
        return self.environment != "productie"

    def peer(self, *, with_key: bool) -> Peer:
        """The OSR as a party that can be called; the key goes along only where it is needed."""
        return Peer("OSR", self.base_url, self.oin, self.auth if with_key or self.api_key_always else NoAuth())

    def with_namespace(self, namespace: str) -> Osr:
        """These settings with the namespace of another school year."""
        return self if namespace == self.namespace else replace(self, namespace=namespace)


def no_namespace() -> ConfigurationError:
    """The error for a missing namespace."""
    return ConfigurationError(
        "osr.namespace is missing",
        setting="osr.namespace",
        hint="It is the namespace of this school year's service version, as the OSR lists it; it changes per year",
    )


def check_rate(per_second: float, setting: str = "per_second") -> float:
    """Refuse a rate that is none.

    Raises:
        ConfigurationError: it is not above 0 and at most 1000.
    """
    given: object = per_second
    if isinstance(given, bool) or not isinstance(given, int | float) or not 0 < given <= 1000:
        raise ConfigurationError(f"{setting} must be a number of calls above 0 and at most 1000", setting=setting)
    return float(given)
