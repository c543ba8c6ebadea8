"""Which namespace the register lists for a school year, and whether that is the one that is configured.

How a namespace tells its year is documented nowhere. So a year is recognised where it stands in the text, and a single active
version is taken when none of them names a year; in every other case the choice is left to people.
"""

from __future__ import annotations

import re

from doorstroom_client.basics.frozen import frozen
from doorstroom_client.exchange.flow import Flow
from doorstroom_client.osr.asking import Budget
from doorstroom_client.osr.entries import Dienst, Dienstversie
from doorstroom_client.osr.services import find_services, find_versions
from doorstroom_client.parties.osr import Osr

_YEARS = re.compile(r"(?<![0-9])(20[0-9]{2})[-_/]?(20[0-9]{2})(?![0-9])")


@frozen
class Namespaces:
    """What the register lists for a service, and what that means for a school year.

    Attributes:
        schooljaar: the school year that was asked about.
        namespace: the one to use; None when the register does not settle it.
        reden: why, in one sentence.
        dienst: the service; None when there is none, or more than one.
        versies: its versions, as they are listed.
    """

    schooljaar: str
    namespace: str | None
    reden: str
    dienst: Dienst | None = None
    versies: tuple[Dienstversie, ...] = ()

    def __bool__(self) -> bool:
        return self.namespace is not None


@frozen
class NamespaceCheck:
    """The configured namespace beside what the register lists. True when it need not be changed.

    Attributes:
        ingesteld: what is configured for the school year; empty when nothing is.
        gevonden: what the register lists.
        in_orde: whether the configured one can be used: it is the one found or, where the register does not settle it, listed.
        advies: what to change, in one sentence; what was found, when nothing has to.
        vooruit: whether this is about a coming school year that is not configured, and need not be yet.
    """

    ingesteld: str
    gevonden: Namespaces
    in_orde: bool
    advies: str
    vooruit: bool = False

    def __bool__(self) -> bool:
        return self.in_orde


def find_namespaces(osr: Osr, budget: Budget, service: str, *schooljaren: str) -> Flow[tuple[Namespaces, ...]]:
    """Through /services and /service-versions, once for all school years.

    Args:
        osr: where to ask.
        budget: bounds of the calls.
        service: code of the service, or a part of its name.
        *schooljaren: such as ``"2026-2027"``.

    Raises:
        UnexpectedResponse: an answer cannot be understood.
    """
    found = yield from find_services(osr, budget, service)
    exact = [dienst for dienst in found if dienst.code.lower() == service.lower()]
    if not exact and len(found) != 1:
        every = yield from find_services(osr, budget, None)  # a code need not be a part of the name
        exact = [dienst for dienst in every if dienst.code.lower() == service.lower()]
    diensten = exact or list(found)
    if len(diensten) != 1:
        codes = ", ".join(dienst.code for dienst in diensten)
        reden = f'several services have "{service}" in their name: {codes}' if codes else f'there is no service "{service}"'
        return tuple(Namespaces(year, None, reden) for year in schooljaren)
    versies = yield from find_versions(osr, budget, diensten[0].code)
    return tuple(Namespaces(year, *choose(versies, year), diensten[0], versies) for year in schooljaren)


def choose(versies: tuple[Dienstversie, ...], schooljaar: str) -> tuple[str | None, str]:
    """The namespace for a school year, and why it is that one or none."""
    named = {versie.namespace for versie in versies if schooljaar in years_in(versie.namespace)}
    if len(named) == 1:
        return named.pop(), f"the OSR lists one version that names {schooljaar}"
    if named:
        return None, f"the OSR lists {len(named)} versions that name {schooljaar}"
    active = {versie.namespace for versie in versies if versie.is_actief}
    if not active:
        return None, f"the OSR lists no active version for {schooljaar}"
    if len(active) > 1:
        return None, f"the OSR lists {len(active)} active versions, and none of them names {schooljaar}"
    (only,) = active
    if years_in(only):
        return None, f"the OSR lists no version for {schooljaar} yet; the active one names {', '.join(years_in(only))}"
    return only, "the OSR lists one active version, which names no school year"


def years_in(namespace: str) -> list[str]:
    """The school years that a namespace names."""
    pairs = _YEARS.findall(namespace)
    return [f"{first}-{second}" for first, second in pairs if int(second) == int(first) + 1]


def compare(ingesteld: str, gevonden: Namespaces, setting: str = "osr.namespace") -> NamespaceCheck:
    """Say in one sentence what to change, if anything.

    Args:
        ingesteld: the configured namespace of that school year; empty when there is none.
        gevonden: what the register lists.
        setting: where the namespace is set.
    """
    year, listed = gevonden.schooljaar, [versie.namespace for versie in gevonden.versies]
    if gevonden.namespace is not None:
        if ingesteld == gevonden.namespace:
            what = f"what the OSR lists for {year}" if year in years_in(ingesteld) else "the one active version in the OSR"
            return NamespaceCheck(ingesteld, gevonden, True, f"{setting} is {what}: nothing to change now.")
        now = f' (now "{ingesteld}")' if ingesteld else ""
        advies = f'Set {setting}{now} to "{gevonden.namespace}" for {year}: {gevonden.reden}.'
        return NamespaceCheck(ingesteld, gevonden, False, advies)
    if ingesteld and ingesteld in listed and years_in(ingesteld) in ([], [year]):
        advies = f"{setting} is listed by the OSR, but whether it is the one for {year} must be asked: {gevonden.reden}."
        return NamespaceCheck(ingesteld, gevonden, True, advies)
    choice = f"; it lists {', '.join(listed)}" if listed else ""
    what = "is not set" if not ingesteld else f"cannot be the one for {year}" if ingesteld in listed else "is not listed"
    advies = f"{setting} {what}: ask Kennisnet for the namespace of {year}, because {gevonden.reden}{choice}."
    return NamespaceCheck(ingesteld, gevonden, False, advies)


def look_ahead(gevonden: Namespaces) -> NamespaceCheck:
    """Say of a coming school year that is not configured whether it can be."""
    listed = gevonden.namespace if gevonden.schooljaar in years_in(gevonden.namespace or "") else None
    advies = f"not configured, and nothing to configure yet: {gevonden.reden}."
    if listed is not None:
        advies = f'not configured yet: add it under [[schooljaren]] with namespace "{listed}", which the OSR lists already.'
    return NamespaceCheck("", gevonden, True, advies, vooruit=True)
