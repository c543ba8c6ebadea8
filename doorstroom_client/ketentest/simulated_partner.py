"""A partner that is a simulator in another process: what its control address says of it, made into the other side."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import fields
from pathlib import Path
from typing import Any

from doorstroom_client import Leverancier
from doorstroom_client.errors import ConfigurationError
from doorstroom_client.ketentest.control_address import ControlAddress
from doorstroom_client.ketentest.pupils import Keys
from doorstroom_client.ketentest.simulated import Simulated
from doorstroom_client.ketentest.undo import FILE, Undo
from doorstroom_client.messages.school import School

_LAS = "las"


def find_partner(file: Path, folder: Path, leverancier: Leverancier, keys: Keys) -> Simulated:
    """The simulator, with what a run that was killed had set taken back.

    Args:
        file: its ``control.json``.
        folder: of the test; keeps how the simulator was before something was set.
        leverancier: the supplier that it plays.
        keys: the identities of the run.

    Raises:
        ConfigurationError: no simulator runs there, or it plays another supplier.
        TransportError: it does not answer.
        UnexpectedResponse: another one runs there.
    """
    control = ControlAddress(file)
    undo = Undo(control.ask, folder / FILE, control.identity)
    index, states = control.ask("GET", "/"), control.ask("GET", "/standen")
    toetssoort, oins = str(leverancier.toetssoort), index["oins"]
    if oins.get(toetssoort) != leverancier.oin:
        raise ConfigurationError(
            f"the simulator plays no {toetssoort} with the OIN of the configuration",
            setting="simulator",
            hint="Take the configuration that it wrote itself",
        )
    schools = {item["oin"]: _school(item) for item in index["scholen"]}
    mandates = states["osr"]["mandaten"]
    return Simulated(
        control.ask,
        toetssoort,
        supplier_oin=leverancier.oin,
        las_oin=oins[_LAS],
        spare=schools[_first(mandates, lambda given: not any(given.values()), "no school without mandates")],
        other=schools[_first(mandates, lambda given: _of_another(given, toetssoort), "no school of another supplier")],
        keys=keys,
        undo=undo,
    )


def _of_another(given: Mapping[str, bool], toetssoort: str) -> bool:
    """Whether a school has mandated the LAS, and a supplier that is not the one that is tested."""
    suppliers = {name for name, is_given in given.items() if is_given and name != _LAS}
    return given[_LAS] and bool(suppliers) and toetssoort not in suppliers


def _first(mandates: Mapping[str, Mapping[str, bool]], fits: Any, lacking: str) -> str:
    found = next((oin for oin, given in mandates.items() if fits(given)), None)
    if found is None:
        raise ConfigurationError(
            f"the simulator has {lacking}",
            setting="simulator",
            hint="Set it back as it was: POST /reset at its control address",
        )
    return found


def _school(item: Mapping[str, Any]) -> School:
    return School(**{one.name: item[one.name] for one in fields(School) if one.init})
