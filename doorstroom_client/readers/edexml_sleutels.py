"""The identities of a pupil in EDEXML: sent as they stand there, or told when they cannot be. Nothing here raises."""

from __future__ import annotations

from doorstroom_client.messages.identifiers import NO_KEY, LasKey, TestEckId, is_cell_error, is_no_key
from doorstroom_client.messages.leerlingen import Leerling
from doorstroom_client.readers.edexml_document import Deel
from doorstroom_client.readers.key_cells import eck_fault, key_doubt, las_fault
from doorstroom_client.readers.meldingen import Melding


class Sleutels:
    """The identities of the pupils so far.

    Args:
        as_las_key: whether the keys in the file are the LAS-keys in the chain.
    """

    def __init__(self, *, as_las_key: bool) -> None:
        self._as_las_key = as_las_key
        # Identity to the number of the first pupil with it; below zero when that pupil takes no part.
        self._seen: dict[str, dict[str, int]] = {"key": {}, "eckid": {}}
        self._count = 0

    def leerling(self, deel: Deel) -> Leerling:
        """The identities of the next pupil."""
        self._count += 1
        key, eck_id = deel.sleutels["key"], deel.sleutels["eckid"]
        las_key = key if self._as_las_key and not _is_temporary(key) else ""
        # Next to an identity, what a program writes for nothing is nothing.
        if las_key and _is_nothing(eck_id) and not is_no_key(las_key):
            eck_id = ""
        elif eck_id and _is_nothing(las_key) and not is_no_key(eck_id):
            las_key = ""
        return Leerling(eck_id or None, las_key or None, f"line {deel.plek.regel}")

    def check_once(self, deel: Deel, found: list[Melding], *, taking_part: bool) -> None:
        """Note an identity that stands there for the second time. Between pupils of whom none takes part it does no harm."""
        for name, seen in self._seen.items():
            value = deel.sleutels[name]
            if not value or is_no_key(value):
                continue
            first = seen.setdefault(value, self._count if taking_part else -self._count)
            if abs(first) != self._count:
                make = deel.fout if taking_part or first > 0 else deel.let_op
                found.append(make("dubbel", f"is that of leerling[{abs(first)}] too", f"@{name}"))


def check_identities(deel: Deel, leerling: Leerling, found: list[Melding]) -> None:
    """Note what is wrong with the identities of a pupil who takes part, and what somebody should look at."""
    temporary = _is_temporary(deel.sleutels["key"])
    if leerling == Leerling():
        text = "has no ECK-iD, and " + ("its key is temporary (#)" if temporary else "no LAS-key either")
        found.append(deel.fout("ontbreekt", text))
    elif temporary:
        found.append(deel.let_op("geen_las_key", "begins with #, so it is temporary and not sent as LAS-key", "@key"))
    identities = ((LasKey, leerling.las_key, "@key", las_fault), (TestEckId, leerling.eck_id, "@eckid", eck_fault))
    for kind, value, name, fault_of in identities:
        if value is None:
            if _is_nothing(deel.sleutels[name[1:]]):
                found.append(deel.let_op("als_leeg", "is what a program writes for nothing, and was read as empty", name))
            continue
        fault = NO_KEY if is_no_key(value) else fault_of(value)
        if not fault and not kind.fits(value):
            fault = kind.rule
        if fault:
            found.append(deel.fout("vorm", fault, name))
        elif doubt := key_doubt(value):
            found.append(deel.let_op("vorm", doubt, name))


def usable(identity: str | None) -> str | None:
    """An identity by which a pupil can be found; a NULL would be that of many pupils, and finds none."""
    return identity if identity and not is_no_key(identity) else None


def _is_temporary(key: str) -> bool:
    """Whether a LAS may change this key, so that it is nobody's LAS-key. The error of a spreadsheet begins with # as well."""
    return key.startswith("#") and not is_cell_error(key)


def _is_nothing(identity: str) -> bool:
    """Whether an identity is what a program writes for nothing; the error of a spreadsheet is a problem always."""
    return bool(identity) and is_no_key(identity) and not is_cell_error(identity)
