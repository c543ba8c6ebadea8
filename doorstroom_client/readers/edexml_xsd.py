"""Holds an EDEXML file to the XSDs that the user has; a help next to the rules of the reader, and never a gate.

The published XSDs end at school year 2024-2025 and leave out most of what the chain needs. They are not part of this library:
download them from edustandaard.nl.
"""

from __future__ import annotations

import re
from pathlib import Path
from typing import Any

from doorstroom_client.errors import ConfigurationError, DoorstroomError
from doorstroom_client.readers.meldingen import Melding, Plek
from doorstroom_client.readers.xml_events import MAX_BYTES, XmlFile, etree, strict_options

__all__ = ["MAX_FOUND", "validate_edexml"]

MAX_FOUND = 1000
"""Findings that are told; one wrong setting in a LAS gives one for every pupil."""
_MAX_ELEMENTS = 1_000_000
_MAIN = "EDEXML.structuur.xsd"
_KNOWN = {
    *("EDEX", "school", "schooljaar", "peildatum", "brincode", "dependancecode", "instellingsnummer", "schoolkey"),
    *("aanmaakdatum", "auteur", "xsdversie", "commentaar", "vestigingen", "vestiging", "naam", "omschrijving"),
    *("mutatiedatum", "groepen", "groep", "samengestelde_groep", "samengestelde_groepen", "jaargroep", "leerlingen"),
    *("leerling", "achternaam", "voorvoegsel", "voornamen", "voorletters-1", "roepnaam", "geboortedatum", "geslacht"),
    *("start_ondw_jgr3", "gebruikersnaam", "emailadres", "fotourl", "etniciteit", "land", "land_vader", "land_moeder"),
    *("sofinummer", "bsn", "onderwijsnummer", "bsn_ondwnr-4", "rijksregisternummer", "gewicht_nieuw", "gewicht"),
    *("postcodenl", "postnummerbe", "postcodeoverig", "instroomdatum", "uitstroomdatum", "leerkrachten", "leerkracht"),
}
"""Elements of the standard; another name in a file may be anything, so it is not repeated."""
_STEP = re.compile(r"([^/\[\]]+)(\[[0-9]+\])?")
_TYPE_NAME = re.compile(r"[A-Z0-9_]{1,60}")


def validate_edexml(source: Path | bytes, xsd: Path, *, max_bytes: int = MAX_BYTES) -> tuple[Melding, ...]:
    """Validate a file against XSDs.

    Elements ``toevoegingen`` are left out first, because every supplier has its own. A schooljaar that the XSD does not know
    is no more than something to know: its list ends with 2024-2025.

    Args:
        source: the file, or its content.
        xsd: the folder with the XSDs of one version, of which ``EDEXML.structuur.xsd`` is read; or the main file itself.
            Other XSDs are found in the same folder only.
        max_bytes: a larger file is refused.

    Returns:
        At most `MAX_FOUND` findings: line, element and the name that libxml2 has for the broken rule; never a value.

    Raises:
        ConfigurationError: the XSDs cannot be used, a file cannot be read, or the extra ``xml`` is not installed.
        MessageError: the file is not XML that may be read at all; see `read_edexml`.
    """
    schema = _schema(xsd)
    file = XmlFile(source, max_bytes)
    del source
    found = _validated(file, schema)
    if file.failure is not None:
        raise file.failure.with_traceback(None)
    return tuple(found)


def _schema(xsd: Path) -> Any:
    made, failure = _compiled(xsd)
    if failure is not None:
        raise failure
    return made


def _compiled(xsd: object) -> tuple[Any, DoorstroomError | None]:
    lxml = etree()
    if not isinstance(xsd, Path):
        return None, ConfigurationError("xsd must be a Path to a folder or file", setting="xsd")
    main = xsd / _MAIN if xsd.is_dir() else xsd
    parser = lxml.XMLParser(**strict_options())
    parser.resolvers.add(_only_from(lxml, main.parent.resolve())())
    hint = "Name the folder with the four XSDs of one version of EDEXML"
    try:
        document = lxml.fromstring(main.read_bytes(), parser, base_url=str(main.resolve()))
        return lxml.XMLSchema(document), None
    except OSError as error:
        reason = error.strerror or type(error).__name__
    except lxml.LxmlError as error:
        reason = f"line {getattr(error, 'lineno', 0) or 0}: not an XSD that can be used"
    text = f'"{main.name}" cannot be read: {reason}'
    return None, ConfigurationError(text, setting="xsd", hint=hint)


def _only_from(lxml: Any, folder: Path) -> Any:
    """A resolver that finds XSDs in one folder, and nothing anywhere else."""

    class OnlyFrom(lxml.Resolver):  # type: ignore[misc]
        def resolve(self, url: str | None, _public: object, context: object) -> Any:
            path = Path(url or "")
            if url and path.suffix == ".xsd" and path.resolve().parent == folder and path.is_file():
                return self.resolve_string(path.read_bytes(), context, base_url=str(path.resolve()))
            return self.resolve_string(b"<not-from-here/>", context)

    return OnlyFrom


def _validated(file: XmlFile, schema: Any) -> list[Melding]:
    """What is wrong; does not raise."""
    root: Any = None
    for _, element in file.events(_MAX_ELEMENTS):
        root = element if root is None else root
    if file.failure is None and (root is None or root.tag != "EDEX"):
        file.refuse("is not EDEXML: its root is not EDEX", hint="Export EDEXML (EDEX.XML) from your LAS")
    if file.failure is not None or root is None:
        return []
    for element in list(root.iter("toevoegingen")):
        element.getparent().remove(element)
    if schema.validate(root):
        return []
    seen: dict[tuple[int, str, str], Melding] = {}
    for entry in schema.error_log:
        code = entry.type_name if _TYPE_NAME.fullmatch(entry.type_name or "") else "SCHEMA"
        plek = Plek(entry.line or 0, _path(entry.path or ""))
        late = plek.element == "school/schooljaar"
        make, text = (plek.let_op, _LATE) if late else (plek.fout, f"does not fit the XSD ({code})")
        seen.setdefault((plek.regel, plek.element, "" if late else code), make("xsd", text))
        if len(seen) >= MAX_FOUND:
            break
    return list(seen.values())


_LATE = "is not in the list of the XSD, which ends with an earlier year"


def _path(path: str) -> str:
    """The path of an element, in names of the standard only; libxml2 gives none for a reference that leads nowhere."""
    if not path:
        return "EDEX"
    steps = [_STEP.fullmatch(step) for step in path.strip("/").split("/")]
    names = [f"{step[1] if step[1] in _KNOWN else '*'}{step[2] or ''}" if step else "*" for step in steps]
    return "/".join(names[1:] if names[:1] == ["EDEX"] and len(names) > 1 else names)
