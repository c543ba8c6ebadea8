"""A test supplier as a LAS knows it: which test, where, and who it must prove to be."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import field
from enum import StrEnum

from doorstroom_client.basics.frozen import frozen
from doorstroom_client.errors import ConfigurationError
from doorstroom_client.messages.identifiers import Oin
from doorstroom_client.messages.vocabulary import TOETSNAMEN
from doorstroom_client.parties.auth import Auth, NoAuth
from doorstroom_client.parties.url import Origin, Peer, check_base_url


class BijOnbekende(StrEnum):
    """What to do when a supplier answers 404 to a list of advice: some refuse a whole list for one pupil they do not know."""

    SPLITS = "splits"
    """Send the list in parts, until it is known which pupils are refused; the advice of all others arrives."""
    REPORTS = "reports"
    """Send nothing more; the refusal is reported as it came."""
    NEVER = "never"
    """This supplier answers 202 for unknown pupils too, so a 404 says that its address is wrong."""


@frozen
class Leverancier:
    """One test system. Addresses of suppliers are not in the OSR; they are agreed between supplier and LAS.

    Attributes:
        toetssoort: which test, one of `Toetssoort`, e.g. ``"ICE"``; also the name by which the supplier is chosen.
        oin: the OIN of the supplier, 20 positions. Its mandate is looked up under it, and its certificate must carry it
            before any pupil data is sent.
        base_url: https address, with the path prefix of the supplier (``https://toets.example.nl/dst``).
        naam: how people call it; the name of the test when left out.
        auth: headers on top of the client certificate; the chain asks for none.
        bij_onbekende: what to do when it refuses a list of advice with 404: ``"splits"``, ``"reports"`` or ``"never"``.
        onbekend_422: whether this supplier refuses a list for an unknown pupil with 422 as well.
        herhaal_na: days after which advice goes out once more with ``only_changes`` while it is not known that the supplier
            knows the pupil, because no list of participants with this pupil was accepted; four times at most. 0 for never.

    Raises:
        ConfigurationError: names the setting that is missing or wrong.
    """

    toetssoort: str
    oin: str
    base_url: str = field(repr=False)
    naam: str = ""
    auth: Auth = field(default_factory=NoAuth, repr=False)
    bij_onbekende: str = field(default=BijOnbekende.SPLITS, repr=False)
    onbekend_422: bool = field(default=False, repr=False)
    herhaal_na: int = field(default=7, repr=False)

    def __post_init__(self) -> None:
        if not isinstance(self.toetssoort, str) or not self.toetssoort.strip():
            raise ConfigurationError("leveranciers.toetssoort is missing", setting="leveranciers.toetssoort")
        if not Oin.fits(self.oin):
            raise ConfigurationError(f"leveranciers.oin: {Oin.rule}", setting="leveranciers.oin")
        if self.bij_onbekende not in tuple(BijOnbekende):
            raise ConfigurationError(
                f"leveranciers.bij_onbekende must be one of {', '.join(BijOnbekende)}", setting="leveranciers.bij_onbekende"
            )
        if isinstance(self.herhaal_na, bool) or not isinstance(self.herhaal_na, int) or not 0 <= self.herhaal_na <= 366:
            raise ConfigurationError(
                "leveranciers.herhaal_na must be a whole number of days, from 0 (never) to 366",
                setting="leveranciers.herhaal_na",
            )
        object.__setattr__(self, "base_url", check_base_url(self.base_url, "leveranciers.base_url"))
        object.__setattr__(self, "naam", self.naam or TOETSNAMEN.get(self.toetssoort, self.toetssoort))

    @property
    def keys(self) -> frozenset[str]:
        """What it is chosen by: its test, its name and its OIN."""
        return frozenset({self.toetssoort, self.naam, self.oin})

    @property
    def peer(self) -> Peer:
        """The supplier as a party that can be called."""
        return Peer(self.naam, self.base_url, self.oin, self.auth)


def check_leveranciers(leveranciers: Sequence[Leverancier]) -> None:
    """Check a set of suppliers together.

    Raises:
        ConfigurationError: a test stands in it twice, or two suppliers share an address but not an OIN.
    """
    by_test: dict[str, Leverancier] = {}
    by_origin: dict[Origin, Leverancier] = {}
    for leverancier in leveranciers:
        if by_test.setdefault(leverancier.toetssoort, leverancier) is not leverancier:
            raise ConfigurationError(
                f"leveranciers: {leverancier.toetssoort} is configured twice", setting="leveranciers.toetssoort"
            )
        other = by_origin.setdefault(Origin.of(leverancier.base_url), leverancier)
        if other.oin != leverancier.oin:
            raise ConfigurationError(
                f"leveranciers: {other.toetssoort} and {leverancier.toetssoort} share a host but have different OINs",
                setting="leveranciers.oin",
                hint="One host shows one certificate, so one of the two cannot be right",
            )


def find_leverancier(leveranciers: Sequence[Leverancier], key: str) -> Leverancier:
    """Find a configured supplier by toetssoort, name or OIN.

    Raises:
        ConfigurationError: none has that key; the text lists the configured ones.
    """
    for leverancier in leveranciers:
        if key.casefold() in {item.casefold() for item in leverancier.keys}:
            return leverancier
    known = ", ".join(f"{item.toetssoort} ({item.naam})" for item in leveranciers) or "none"
    raise ConfigurationError(
        f'there is no leverancier "{key[:40]}" in the configuration'
        if key.isprintable()
        else "this leverancier is not configured",
        setting="leverancier",
        hint=f"Configured are: {known}",
    )
