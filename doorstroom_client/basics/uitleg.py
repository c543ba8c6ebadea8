"""`Uitleg`: a text for a school, in short paragraphs and numbered steps; it is plain text, and its parts can be had apart."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from doorstroom_client.basics.one_line import in_a_line


class Uitleg(str):
    """A text in Dutch that a school can act on. It is plain text, with a line per paragraph, point and step.

    Two are the same when their text is. An empty one says that there is nothing to tell.

    Args:
        kop: what happened, in one sentence.
        alineas: paragraphs: what that means, whether anything is lost, who has to do something.
        punten: things that are counted up, such as schools.
        stappen: what is to be done, in this order.
    """

    __slots__ = ("_alineas", "_kop", "_punten", "_stappen")

    _kop: str
    _alineas: tuple[str, ...]
    _punten: tuple[str, ...]
    _stappen: tuple[str, ...]

    def __new__(
        cls, kop: str = "", alineas: Sequence[str] = (), *, punten: Sequence[str] = (), stappen: Sequence[str] = ()
    ) -> Uitleg:
        """Put the parts together; each becomes one line, because names stand in them as somebody typed them."""
        kop, alineas, punten, stappen = in_a_line(kop), _lines(alineas), _lines(punten), _lines(stappen)
        points = "\n".join(f"- {punt}" for punt in punten)
        steps = "\n".join(f"{number}. {stap}" for number, stap in enumerate(stappen, 1))
        made = super().__new__(cls, "\n\n".join(part for part in (kop, *alineas, points, steps) if part))
        made._kop, made._alineas, made._punten, made._stappen = kop, alineas, punten, stappen
        return made

    def __reduce__(self) -> tuple[Any, ...]:
        """As its parts, so that it survives pickling."""
        return (_made, (self._kop, self._alineas, self._punten, self._stappen))

    @property
    def kop(self) -> str:
        """What happened, in one sentence."""
        return self._kop

    @property
    def alineas(self) -> tuple[str, ...]:
        """The paragraphs under it."""
        return self._alineas

    @property
    def punten(self) -> tuple[str, ...]:
        """What is counted up, such as schools; mostly nothing."""
        return self._punten

    @property
    def stappen(self) -> tuple[str, ...]:
        """What is to be done, in this order; empty when that is nothing."""
        return self._stappen

    def as_dict(self) -> dict[str, Any]:
        """The parts under the keys ``kop``, ``alineas``, ``punten`` and ``stappen``, for JSON or a screen of your own."""
        parts = {"alineas": self._alineas, "punten": self._punten, "stappen": self._stappen}
        return {"kop": self._kop, **{name: list(part) for name, part in parts.items()}}

    def filled(self, **namen: str) -> Uitleg:
        """This text with names in the places that are kept free for them.

        Args:
            namen: what stands in the place of ``{wie}`` and the like; it is never read as a place itself.
        """

        def put(parts: Sequence[str]) -> tuple[str, ...]:
            return tuple(part.format(**namen) for part in parts)

        return Uitleg(self._kop.format(**namen), put(self._alineas), punten=put(self._punten), stappen=put(self._stappen))


def _lines(parts: Sequence[str]) -> tuple[str, ...]:
    return tuple(map(in_a_line, parts))


def _made(kop: str, alineas: Sequence[str], punten: Sequence[str], stappen: Sequence[str]) -> Uitleg:
    return Uitleg(kop, alineas, punten=punten, stappen=stappen)


def samen(*teksten: Uitleg) -> Uitleg:
    """Several texts as one: what the next one says comes after the one before, and so do its steps.

    Args:
        teksten: some may be empty.
    """
    eerst, *daarna = [tekst for tekst in teksten if tekst] or [Uitleg()]
    return Uitleg(
        eerst.kop,
        (*eerst.alineas, *(alinea for tekst in daarna for alinea in (tekst.kop, *tekst.alineas))),
        punten=[punt for tekst in (eerst, *daarna) for punt in tekst.punten],
        stappen=[stap for tekst in (eerst, *daarna) for stap in tekst.stappen],
    )


def las_voluit(las_naam: str) -> str:
    """How the LAS is called the first time in a text.

    Args:
        las_naam: its name; empty when that is not known.
    """
    naam = in_a_line(las_naam)
    return f"{naam} (uw leerlingadministratiesysteem, LAS)" if naam else "uw leerlingadministratiesysteem (LAS)"


def las_kort(las_naam: str) -> str:
    """How the LAS is called after that."""
    return in_a_line(las_naam) or "uw LAS"
