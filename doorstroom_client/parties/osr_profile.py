"""The versions of the OSR's interface as data. What is not public about them can be set, and is never guessed at in code.

Known of V3 are the paths, and a uuid as the id of an endpoint. Whether its other names became camelCase is not public.
"""

from __future__ import annotations

import re
from dataclasses import replace

from doorstroom_client.basics.frozen import frozen
from doorstroom_client.errors import ConfigurationError, MessageError, Problem

_NUMBER = r"[0-9]{1,18}"
_UUID = r"[0-9a-fA-F]{8}(?:-[0-9a-fA-F]{4}){3}-[0-9a-fA-F]{12}"


@frozen
class OsrProfile:
    """How one version of the interface is spoken.

    Attributes:
        versie: ``"v2"`` or ``"v3"``.
        endpoint_id: pattern of the id of an endpoint.
        camel: whether names are sent in camelCase. What comes in is read in either spelling.
        renamed: pairs of a documented name and the one to send: ``("routing_id", "routingId")``, or for one path only
            ``("service-versions.service_code", "code")``. They win over `camel`.
        true: how "yes" is written in a query.
    """

    versie: str
    endpoint_id: str = _NUMBER
    camel: bool = False
    renamed: tuple[tuple[str, str], ...] = ()
    true: str = "true"

    def sent(self, path: str, name: str) -> str:
        """A documented name as it is sent to a path."""
        renamed = dict(self.renamed)
        return renamed.get(f"{path}.{name}") or renamed.get(name) or (_camel(name) if self.camel else name)

    def check_id(self, value: str) -> str:
        """The id of an endpoint, as it may stand in a path.

        Raises:
            MessageError: it does not have the form that ids have in this version.
        """
        if not re.fullmatch(self.endpoint_id, value):
            raise MessageError([Problem("id", f"expected an id of endpoints as {self.versie} of the OSR has them")])
        return value


def _camel(name: str) -> str:
    first, *rest = name.split("_")
    return first + "".join(part.capitalize() for part in rest)


PROFIELEN = {
    "v2": OsrProfile("v2"),
    "v3": OsrProfile("v3", _UUID),
}
"""The versions that are spoken."""


def the_profile(version: OsrProfile | str | None, base_url: str, names: str, renamed: tuple[str, ...]) -> OsrProfile:
    """The profile that the settings mean.

    Args:
        version: as set; None takes it from the end of the address, and V2 when nothing stands there.
        base_url: the address.
        names: ``"snake"`` or ``"camel"``.
        renamed: texts like ``"routing_id=routingId"``.

    Raises:
        ConfigurationError: a setting is unusable, or contradicts another one.
    """
    if isinstance(version, OsrProfile):
        if names != "snake" or renamed:
            raise ConfigurationError(
                "osr.version is a profile, so osr.names and osr.renamed belong in it", setting="osr.version"
            )
        return version
    ending = re.search(r"/(v[0-9]+)\Z", base_url, re.IGNORECASE)
    in_address = ending.group(1).lower() if ending else None
    chosen = version if version is not None else in_address or "v2"
    if not isinstance(chosen, str) or chosen not in PROFIELEN:
        setting = "osr.base_url" if version is None else "osr.version"
        raise ConfigurationError(f"{setting} names a version that is not spoken; known are: v2, v3", setting=setting)
    if in_address not in (None, chosen):
        raise ConfigurationError(
            f"osr.version is {chosen}, but osr.base_url ends in {in_address}", setting="osr.version", hint="Make them agree"
        )
    if names not in ("snake", "camel"):
        raise ConfigurationError('osr.names must be "snake" or "camel"', setting="osr.names")
    profile = PROFIELEN[chosen]
    return replace(profile, camel=names == "camel", renamed=tuple(_pair(text) for text in renamed))


def _pair(text: str) -> tuple[str, str]:
    ours, _, theirs = text.partition("=")
    if not re.fullmatch(r"(?:[a-z-]+\.)?[a-z_]+", ours) or not re.fullmatch(r"[A-Za-z0-9_-]+", theirs):
        raise ConfigurationError('osr.renamed: expected texts like "routing_id=routingId"', setting="osr.renamed")
    return ours, theirs
