"""Plays the chain test against a faulty peer, and holds what failed against what should have."""

from __future__ import annotations

import tempfile
from collections.abc import Iterable, Iterator, Mapping
from concurrent.futures import ProcessPoolExecutor
from contextlib import AbstractContextManager
from multiprocessing import get_context
from pathlib import Path

from doorstroom_client.basics.frozen import frozen
from doorstroom_client.ketentest.faulty import FAULTY, peer_named
from doorstroom_client.ketentest.faulty.faulty_peer import NEXT_VERSIE, NEXT_YEAR, THIS_YEAR, FaultyPeer, Pair
from doorstroom_client.ketentest.player import Played
from doorstroom_client.ketentest.run import Choice
from doorstroom_client.ketentest.scenario import Rol
from doorstroom_client.ketentest.scenarios import REGISTER
from doorstroom_client.ketentest.selftest import Chain, make_keten, played
from doorstroom_client.ketentest.verdicts import Oordeel, worst
from doorstroom_client.simulator.keten import Keten

SOUND: Mapping[Pair, Oordeel] = {
    ("TS-207", "OAS:schooladviezen:ouder"): Oordeel.GEZAKT,
    ("TS-305", "OAS:versie"): Oordeel.AFWIJKEND,
    ("TS-502", "RFC9110:204"): Oordeel.AFWIJKEND,
    ("TW-104", "Q1:waarde"): Oordeel.GEZAKT,
    ("ON-201", "OAS:leerlingresultaat:422"): Oordeel.AFWIJKEND,
    ("ON-204", "OAS:profiel"): Oordeel.AFWIJKEND,
    ("ON-304", "OAS:leerlingresultaat:401"): Oordeel.AFWIJKEND,
    ("ON-306", "OAS:edu-to:las"): Oordeel.AFWIJKEND,
    ("LA-108", "LAS:alleen-wijzigingen"): Oordeel.GEZAKT,
}
"""What does not pass with the chain on this machine as it is; those that fail are good to know only."""
_FAILS_ANYWAY = frozenset(pair for pair, oordeel in SOUND.items() if oordeel is Oordeel.GEZAKT)
_CAME_TO_A_VERDICT = (Oordeel.GEZAKT, Oordeel.AFWIJKEND, Oordeel.GESLAAGD)
_SECONDS = 0.2
"""How long to wait for what has to come in: on this machine it is there at once, or never."""
Weighing = tuple[str, str]
"""What is played: the name of a faulty peer, or a role when all are sound; and the school year."""


@frozen(kw_only=True)
class Weighed:
    """What came of the checks of one role.

    Attributes:
        failed: checks that failed, or could not be held because their scenario could not go on.
        deviating: checks that did not pass, but can be lived with.
        silent: checks that were not held, in a scenario in which nothing was wrong.
        odd: scenarios that came to no verdict, with why.
    """

    failed: frozenset[Pair]
    deviating: frozenset[Pair]
    silent: frozenset[Pair]
    odd: tuple[str, ...]

    @property
    def worse(self) -> frozenset[Pair]:
        """The checks that came out worse than with a sound peer."""
        return (self.deviating - SOUND.keys()) | (self.failed - _FAILS_ANYWAY)


def weigh(found: Iterable[Played]) -> Weighed:
    """Take the checks of scenarios together."""
    failed: set[Pair] = set()
    deviating: set[Pair] = set()
    silent: set[Pair] = set()
    odd: list[str] = []
    for item in found:
        held = _held(item)
        unheld = {(item.scenario.id, eis) for eis in item.scenario.eisen} - held.keys()
        wrong = {pair for pair, oordeel in held.items() if oordeel is not Oordeel.GESLAAGD}
        failed |= {pair for pair in wrong if held[pair] is Oordeel.GEZAKT}
        deviating |= {pair for pair in wrong if held[pair] is Oordeel.AFWIJKEND}
        if item.oordeel is Oordeel.GEZAKT and item.why:
            failed |= unheld
        elif item.oordeel not in _CAME_TO_A_VERDICT:
            odd.append(f"{item.scenario.id} {item.oordeel.value}: {item.why}")
        elif not wrong:
            silent |= unheld
    return Weighed(failed=frozenset(failed), deviating=frozenset(deviating), silent=frozenset(silent), odd=tuple(odd))


def _held(item: Played) -> dict[Pair, Oordeel]:
    by_eis: dict[str, list[Oordeel]] = {}
    for keuring in item.keuringen:
        by_eis.setdefault(keuring.eis, []).append(keuring.oordeel)
    return {(item.scenario.id, eis): worst(verdicts) for eis, verdicts in by_eis.items()}


def played_with(peer: FaultyPeer | None, folder: Path, keten: Keten) -> AbstractContextManager[Chain]:
    """Start a chain in which one peer is faulty, and test it; the same as `played` when there is none.

    Args:
        peer: which.
        folder: where the journal is made.
        keten: the chain, not yet started; of a school year in which the peer is faulty.
    """
    if peer is None:
        return played(folder, keten, seconds=_SECONDS)
    return played(folder, keten, peer.spoil, around=lambda driver: peer.drive(keten, driver), seconds=_SECONDS)


def play_role(rol: Rol, schooljaar: str, peer: FaultyPeer | None = None) -> Weighed:
    """Play every scenario of a role against a chain of its own.

    Args:
        rol: which.
        schooljaar: that is played.
        peer: the faulty peer; the chain is sound when left out.
    """
    keten = make_keten(schooljaar, versie_of(schooljaar))
    with tempfile.TemporaryDirectory(prefix="ketentest-faulty-") as folder, played_with(peer, Path(folder), keten) as here:
        return weigh(here.run().play(Choice(roles=(rol,))))


def versie_of(schooljaar: str) -> str | None:
    """The version string with which a year is played; None where the library knows it."""
    return NEXT_VERSIE if schooljaar == NEXT_YEAR else None


def everything() -> list[Weighing]:
    """All that there is to play: every faulty peer in each of its years, and the sound chain in both."""
    sound = [(rol.value, year) for rol in Rol for year in (THIS_YEAR, NEXT_YEAR)]
    return [*sound, *((peer.name, year) for peer in FAULTY for year in peer.years)]


def problems_in_all(wanted: Iterable[Weighing], jobs: int) -> Iterator[tuple[Weighing, list[str]]]:
    """Play several, each in a process that others share.

    Args:
        wanted: what is played.
        jobs: how many at a time. They wait more than they work, so more than there are processors.

    Yields:
        Each with what is wrong about it, in the order in which they were given.
    """
    given = list(wanted)
    with ProcessPoolExecutor(jobs, mp_context=get_context("spawn")) as pool:
        yield from zip(given, pool.map(problems, given), strict=True)


def problems(of: Weighing) -> list[str]:
    """Play a faulty peer or a sound chain, and say in which way what failed is not what should have."""
    name, schooljaar = of
    if name in list(Rol):
        return _problems_without(Rol(name), schooljaar)
    peer = peer_named(name)
    found, kills, declared = play_role(peer.rol, schooljaar, peer), peer.kills(), peer.declared()
    told = _each("failed and should not have", found.worse - declared)
    told += _each("passed and should have failed", kills - found.failed)
    told += _each("passed, and was said not to", declared - kills - found.worse - _FAILS_ANYWAY)
    return [*told, *_each("was not held, and nothing was wrong", found.silent), *found.odd]


def _problems_without(rol: Rol, schooljaar: str) -> list[str]:
    found = play_role(rol, schooljaar)
    known = {pair for pair in SOUND if REGISTER[pair[0]].rol is rol}
    told = _each("did not pass", found.worse)
    told += _each("passed, and was said not to", known - found.failed - found.deviating)
    return [*told, *_each("was not held", found.silent), *found.odd]


def _each(what: str, pairs: Iterable[Pair]) -> list[str]:
    return [f"{what}: {scenario} {eis}" for scenario, eis in sorted(pairs)]
