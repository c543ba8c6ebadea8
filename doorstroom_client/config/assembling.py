"""Puts a configuration together from the values that were collected, and finds everything that is wrong with them."""

from __future__ import annotations

import warnings
from collections.abc import Callable, Collection, Mapping, Sequence
from functools import partial
from typing import Any, TypeVar

from doorstroom_client.config import makers
from doorstroom_client.config.collected import BY_NAME, Collected
from doorstroom_client.config.examples import EXAMPLES
from doorstroom_client.config.settings import Settings
from doorstroom_client.config.table import SETTINGS
from doorstroom_client.config.testperiodes import Testperiode, check_testperiodes
from doorstroom_client.errors import ConfigurationError, MessageError
from doorstroom_client.messages.afspraak import Afspraak
from doorstroom_client.messages.identifiers import Schooljaar
from doorstroom_client.messages.jaargangen import Jaargang, Jaargangen
from doorstroom_client.messages.school import School
from doorstroom_client.parties.certificate import ClientCertificate
from doorstroom_client.parties.leverancier import Leverancier, check_leveranciers
from doorstroom_client.parties.osr import Osr
from doorstroom_client.store.location import veiled
from doorstroom_client.transport.request import Timeouts

_MISSING = "is missing"
_OF_TWO = ("holds another", "lies before", "is given without")
"""Words of errors about a value beside another one: those say nothing of a value among examples."""
T = TypeVar("T")


class Assembling:
    """Makes the parts of a configuration of their values; what is wrong with them is added to the problems.

    Args:
        values: as they were taken in.
        given: names of arguments that may be missing.
    """

    def __init__(self, values: Collected, given: Collection[str]) -> None:
        self._values = values
        self._given = given

    def settings(self) -> Settings | None:
        """Everything, checked; None when there are problems."""
        self._check_all_required()
        parts = {**self._plain(), **self._lists(), **self._sections()}
        return None if self._values.problems else Settings(**parts)

    def _plain(self) -> dict[str, Any]:
        """What stands at the top."""
        top = {name: value for name, value in self._values.sections.get("", {}).items() if value is not None}
        if "schooljaar" in top and not Schooljaar.fits(top["schooljaar"]):
            self._note("schooljaar", Schooljaar.rule)
        return {**top, "store": veiled(str(top["store"]))} if "store" in top else top

    def _lists(self) -> dict[str, Any]:
        """What may stand there several times, and the agreement, which is one of them or a shipped one."""
        afspraken = self._each("afspraken", makers.make_afspraak)
        named = self._values.sections.get("", {}).get("afspraak", "1.1")
        if not self._values.has_problem("afspraken"):  # the one that is named may be among those
            self._together("afspraak", lambda: Afspraak.met_naam(named, {item.naam: item for item in afspraken}))
        leveranciers = self._each("leveranciers", makers.make_leverancier)
        self._together("leveranciers", lambda: check_leveranciers(leveranciers))
        jaargangen = self._jaargangen(afspraken)
        made: dict[str, Any] = {"afspraken": afspraken, "leveranciers": leveranciers, "schooljaren": jaargangen}
        made["testperiodes"] = self._testperiodes(leveranciers)
        made["scholen"] = self._each("scholen", School)
        return {**made, "afspraak": None} if jaargangen else made

    def _jaargangen(self, afspraken: Sequence[Afspraak]) -> tuple[Jaargang, ...]:
        """The school years; they take the place of one namespace and one agreement."""
        made = self._each("schooljaren", Jaargang)
        if not self._values.has_problem("afspraken"):
            self._together("schooljaren", lambda: Jaargangen.of(made).resolved({item.naam: item for item in afspraken}))
        sections = self._values.sections
        afspraak, namespace = (sections.get(name, {}).get(key) for name, key in (("", "afspraak"), ("osr", "namespace")))
        if "schooljaren" in self._values.lists:
            for name, found in (("afspraak", afspraak), ("osr.namespace", namespace)):
                if found is not None:
                    self._values.note(name, "must be left out when there are [[schooljaren]], which have one each")
        elif "osr" in sections and namespace in (None, ""):
            self._note("osr.namespace", f"{_MISSING} ({BY_NAME['osr.namespace'].help})")
        return made

    def _testperiodes(self, leveranciers: Sequence[Leverancier]) -> tuple[Testperiode, ...]:
        """The periods in which the chain tests; the suppliers in them are looked up once those are in order."""
        made = self._each("testperiodes", Testperiode)
        if not self._values.has_problem("leveranciers"):
            self._together("testperiodes", lambda: check_testperiodes(made, leveranciers))
        return made

    def _sections(self) -> dict[str, Any]:
        """What stands in a section of its own; one that is not there keeps its defaults."""
        kinds: dict[str, Callable[..., object]] = {
            "osr": Osr,
            "certificate": ClientCertificate,
            "timeouts": Timeouts,
            "retention": makers.make_retention,
            "edexml": makers.make_keuze,
            "retry": makers.make_retry,
        }
        sections = self._values.sections
        made = {name: self._part(name, name, sections[name], make) for name, make in kinds.items() if name in sections}
        if sections.get("serve"):
            own = made.get("certificate")
            serve = partial(makers.make_serve, own if isinstance(own, ClientCertificate) else None)
            made["serve"] = self._part("serve", "serve", sections["serve"], serve)
        return made

    def _each(self, name: str, make: Callable[..., T]) -> tuple[T, ...]:
        items = enumerate(self._values.lists.get(name, []))
        made = [self._part(f"{name}[{at}]", f"{name}[]", item, make) for at, item in items]
        return tuple(item for item in made if item is not None)

    def _part(self, path: str, section: str, values: Mapping[str, Any], make: Callable[..., T]) -> T | None:
        """Make a part; None when something in it is wrong, and then each of its values has been looked at."""
        if not self._values.has_problem(path):
            try:
                return make(**values)
            except (ConfigurationError, MessageError) as error:
                for name, text, hint in _said(error):
                    self._values.note(f"{path}.{name}", text, hint)
        self._look_at_each(path, section, values, make)
        return None

    def _look_at_each(self, path: str, section: str, values: Mapping[str, Any], make: Callable[..., object]) -> None:
        """Note every value that is wrong by itself, among values that are known to fit."""
        fit = {item.key: EXAMPLES[item.name] for item in SETTINGS if item.section == section and item.required}
        fit |= {name: EXAMPLES[f"{section}.{name}"] for name in values if f"{section}.{name}" in EXAMPLES}
        for name, value in values.items():
            if value is not None and not self._values.has_problem(f"{path}.{name}"):
                for text, hint in _wrong_in(make, {**fit, name: value}, name):
                    self._values.note(f"{path}.{name}", text, hint)

    def _together(self, path: str, check: Callable[[], object]) -> None:
        """Look at parts together, once each of them is in order."""
        if self._values.has_problem(path):
            return
        try:
            check()
        except ConfigurationError as error:
            for name, text, hint in _said(error):
                self._values.note(error.setting or name or path, text, hint)

    def _check_all_required(self) -> None:
        sections, lists = self._values.sections, self._values.lists
        self._check_required("", sections.get("", {}), "")
        for section in ("certificate", "osr"):
            if (section == "certificate" and section not in self._given) or section in sections:
                self._check_required(section, sections.get(section, {}), section)
        for name, items in lists.items():
            for at, item in enumerate(items):
                self._check_required(f"{name}[]", item, f"{name}[{at}]")

    def _check_required(self, section: str, values: Mapping[str, Any], path: str) -> None:
        for setting in SETTINGS:
            missing = setting.required and values.get(setting.key) in (None, "", ()) and setting.name not in self._given
            if setting.section == section and missing:
                self._note(f"{path}.{setting.key}" if path else setting.key, f"{_MISSING} ({setting.help})")

    def _note(self, name: str, text: str) -> None:
        """Note what is wrong, unless the value has a problem already: one of the wrong kind is not missing too."""
        if not self._values.has_problem(name):
            self._values.note(name, text)


def _said(error: ConfigurationError | MessageError) -> list[tuple[str, str, str]]:
    """The key, the text and the next step of each thing that an error says."""
    if isinstance(error, MessageError):
        return [(item.path.rpartition(".")[2], item.text, "") for item in error.problems]
    return [(error.setting.rpartition(".")[2], error.message.removeprefix(error.setting).lstrip(": "), error.hint)]


def _wrong_in(make: Callable[..., object], values: Mapping[str, Any], name: str) -> list[tuple[str, str]]:
    """What is wrong with one of the values by itself: a text and the next step."""
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")  # they were told of the part as a whole, or concern an example
        try:
            make(**values)
        except (ConfigurationError, MessageError) as error:
            said = [(text, hint) for key, text, hint in _said(error) if key == name]
            return [item for item in said if not any(words in item[0] for words in _OF_TWO)]
    return []
