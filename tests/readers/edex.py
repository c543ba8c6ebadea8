"""Writes EDEXML and UWLR files with invented pupils, and spoils them."""

from __future__ import annotations

from dataclasses import dataclass, field
from xml.sax.saxutils import escape, quoteattr

UWLR = "http://www.edustandaard.nl/leerresultaten/2/leerlinggegevens"
CANARY = "Geheimzinnig"
ECK = "https://ketenid.nl/pilot/"


def eck(number: int) -> str:
    return f"{ECK}{number:0128x}"


@dataclass
class Node:
    """An element: its attributes, and a text or elements."""

    name: str
    attributes: dict[str, str] = field(default_factory=dict)
    children: list[Node] = field(default_factory=list)
    text: str = ""

    def __getitem__(self, path: str) -> Node:
        """The first element on a path, ``leerlingen/leerling``; a number picks another one, ``leerling:1``."""
        node = self
        for step in path.split("/"):
            name, _, number = step.partition(":")
            node = [child for child in node.children if child.name == name][int(number or 0)]
        return node

    def put(self, name: str, text: str = "", **attributes: str) -> Node:
        """Give an element another text, or add it."""
        for child in self.children:
            if child.name == name:
                child.text, child.attributes = text, attributes
                return self
        self.children.append(Node(name, attributes, text=text))
        return self

    def drop(self, name: str) -> Node:
        self.children = [child for child in self.children if child.name != name]
        return self

    def written(self, prefix: str = "", indent: int = 0) -> str:
        space = "\n" + "  " * indent
        attributes = "".join(f" {name}={quoteattr(value)}" for name, value in self.attributes.items())
        inner = escape(self.text) + "".join(child.written(prefix, indent + 1) for child in self.children)
        return f"{space}<{prefix}{self.name}{attributes}>{inner}{space if self.children else ''}</{prefix}{self.name}>"


def node(name: str, text: str = "", /, *children: Node, **attributes: str) -> Node:
    return Node(name, attributes, list(children), text)


def pupil(number: int, group: str = "g8a", level: str | None = "8", **more: str) -> Node:
    """An invented pupil with everything that there may be."""
    fields = {
        "achternaam": f"Achternaam{number}" if number else "Voorbeeld",
        "voorvoegsel": "van der",
        "voornamen": "Anna Bea",
        "voorletters-1": "A.B.",
        "roepnaam": f"Roep{number}",
        "geboortedatum": "2014-05-01",
        "geslacht": str(number % 2 + 1),
        "jaargroep": level or "",
        **more,
    }
    made = node("leerling", "", key=f"las-{number}", eckid=eck(number + 1))
    made.children = [node(name, text) for name, text in fields.items() if text]
    made.children.append(node("groep", key=group))
    made.children += [
        # Nothing of this may ever be read.
        node("vestiging", key="v1"),
        node("etniciteit", CANARY),
        node("bsn", "000000000"),
        node("postcodenl", "9999ZZ"),
        node("fotourl", f"https://localhost/{CANARY}.jpg"),
        node("toevoegingen", "", node("blok", "", node("achternaam", CANARY), node("jaargroep", "7"))),
    ]
    return made


def school(schooljaar: str = "2025-2026") -> Node:
    return node(
        "school",
        "",
        node("schooljaar", schooljaar),
        node("peildatum", "2025-10-01"),
        node("brincode", "11BB"),
        node("dependancecode", "00"),
        node("aanmaakdatum", "2025-10-02T10:00:00"),
        node("auteur", "Testpakket 1.0"),
        node("xsdversie", "2.1"),
        node("commentaar", CANARY),
    )


def document(*pupils: Node, versie: str = "2.1") -> Node:
    """A whole file: two groups 8, one group 7, a combination group, one of special education, and a mixed one."""
    levels = {"g8a": "8", "g8b": "8", "g7": "7", "gc": "C", "gs": "S", "g6": "6"}
    groups = [node("groep", "", node("naam", key.upper()), node("jaargroep", level), key=key) for key, level in levels.items()]
    if versie != "1.0.3":
        groups.append(node("samengestelde_groep", "", node("naam", "Rekenen"), key="mix"))
    given = list(pupils) or [pupil(0), pupil(1, "g8b"), pupil(2, "g7", "7"), pupil(3, "g6", "6")]
    root = node("EDEX", "", school(), node("groepen"), node("leerlingen"))
    root["groepen"].children = groups
    root["leerlingen"].children = given
    root.children.append(node("leerkrachten", "", node("leerkracht", "", node("achternaam", CANARY), key="l1")))
    return root if versie == "2.1" else older(root, versie)


def older(root: Node, versie: str) -> Node:
    """What an older version does not have, taken out."""
    root["school/xsdversie"].text = versie
    for item in root["leerlingen"].children:
        item.attributes.pop("eckid", None)
        if versie == "1.0.3":
            item.drop("voornamen").drop("vestiging").drop("jaargroep")
    if versie == "1.0.3":
        root["school"].drop("peildatum")
    return root


def written(root: Node, encoding: str = "utf-8", start: str | None = None) -> bytes:
    opening = f'<?xml version="1.0" encoding="{encoding}"?>' if start is None else start
    return (opening + root.written()).encode(encoding)


def uwlr(root: Node, prefix: str = "l:") -> bytes:
    """The same as the answer of a UWLR service, in its SOAP envelope."""
    inner = "".join(child.written(prefix) for child in root.children)
    name = f"xmlns:{prefix[:-1]}" if prefix else "xmlns"
    return (
        '<s:Envelope xmlns:s="http://schemas.xmlsoap.org/soap/envelope/">'
        f'<s:Header><a:autorisatie xmlns:a="urn:x"><a:klantcode>{CANARY}</a:klantcode></a:autorisatie></s:Header>'
        f'<s:Body><{prefix}leerlinggegevens_antwoord {name}="{UWLR}"><{prefix}leerlinggegevens>{inner}'
        f"</{prefix}leerlinggegevens></{prefix}leerlinggegevens_antwoord></s:Body></s:Envelope>"
    ).encode()
