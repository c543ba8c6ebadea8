"""The periods in which the parties of the chain test with each other; they are agreed every year and published nowhere."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterable, Sequence

from doorstroom_client.basics.frozen import frozen
from doorstroom_client.errors import ConfigurationError
from doorstroom_client.messages.identifiers import Schooljaar
from doorstroom_client.messages.vocabulary import Toetssoort
from doorstroom_client.parties.leverancier import Leverancier, find_leverancier


@frozen(kw_only=True)
class Testperiode:
    """A period in which two parties test one to one.

    Attributes:
        naam: how the parties call it; no two of one school year have the same name.
        van: the first day.
        tot: the last day, itself included.
        met: the suppliers to test with, by toetssoort, name or OIN; empty for every configured one.

    Raises:
        ConfigurationError: a value is missing, or the last day lies before the first.
    """

    __test__ = False  # keep pytest from collecting the class

    naam: str
    van: dt.date
    tot: dt.date
    met: tuple[str, ...] = ()

    def __post_init__(self) -> None:
        if not self.naam.strip():
            raise ConfigurationError("testperiodes.naam is empty", setting="testperiodes.naam")
        if self.tot < self.van:
            raise ConfigurationError("testperiodes.tot lies before van", setting="testperiodes.tot")


def check_testperiodes(periodes: Iterable[Testperiode], leveranciers: Sequence[Leverancier]) -> None:
    """Check the periods together, beside the suppliers.

    Args:
        periodes: all of them.
        leveranciers: the configured suppliers.

    Raises:
        ConfigurationError: two of one school year have the same name, or one is with a supplier that is neither configured nor
            a test of the chain.
    """
    seen = set[tuple[str, str]]()
    for at, item in enumerate(periodes):
        named = item.naam, Schooljaar.on(item.van)
        if named in seen:
            raise ConfigurationError(
                f"there is another testperiode of that name in {named[1]}",
                setting=f"testperiodes[{at}].naam",
                hint="A calendar tells them apart by their names: give each its own",
            )
        seen.add(named)
        for name in item.met:
            if name not in tuple(Toetssoort):
                _find(leveranciers, name, at)


def _find(leveranciers: Sequence[Leverancier], name: str, at: int) -> None:
    try:
        find_leverancier(leveranciers, name)
    except ConfigurationError as error:
        raise ConfigurationError(error.message, setting=f"testperiodes[{at}].met", hint=error.hint) from None
