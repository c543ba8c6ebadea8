"""Reads hostile files in a process of its own, and tells what was touched.

Python's audit events do not show what a C library opens, so Linux itself is asked (inotify) who opens the bait.
"""

from __future__ import annotations

import ctypes
import gzip
import json
import os
import sys
import traceback
from pathlib import Path

IN_OPEN_OR_ACCESS = 0x21
BAIT = "Lokaas-geheim"


class Watch:
    """Everything that is opened or read in a folder."""

    def __init__(self, folder: Path) -> None:
        self._libc = ctypes.CDLL(None, use_errno=True)
        self._fd = self._libc.inotify_init1(os.O_NONBLOCK)
        assert self._fd >= 0
        assert self._libc.inotify_add_watch(self._fd, os.fsencode(folder), IN_OPEN_OR_ACCESS) >= 0

    def count(self) -> int:
        try:
            return len(os.read(self._fd, 65536))
        except BlockingIOError:
            return 0


def edex(inner: str, before: str = "", attributes: str = "") -> bytes:
    """A file in order but for what is put in; a pupil with that as its surname."""
    return (
        f"{before}<EDEX{attributes}><school><schooljaar>2025-2026</schooljaar></school>"
        '<groepen><groep key="g"><naam>8A</naam><jaargroep>8</jaargroep></groep></groepen>'
        f'<leerlingen><leerling key="k"><achternaam>{inner}</achternaam><voorletters-1>A</voorletters-1><roepnaam>A</roepnaam>'
        "<geboortedatum>2014-05-01</geboortedatum><geslacht>1</geslacht><jaargroep>8</jaargroep>"
        '<groep key="g"/></leerling></leerlingen></EDEX>'
    ).encode()


def laughs(depth: int = 12) -> str:
    names = [f'<!ENTITY l{n} "{f"&l{n - 1};" * 10}">' for n in range(1, depth)]
    return f'<!DOCTYPE EDEX [<!ENTITY l0 "{BAIT}">{"".join(names)}]>'


def hostile(bait: Path, address: str) -> dict[str, bytes]:
    """What is refused. `bait` is a folder with a text, a DTD and a catalog."""
    secret, dtd, catalog = ((bait / name).as_uri() for name in ("geheim.txt", "extern.dtd", "catalog.xml"))
    big = "A" * 50_000
    return {
        "an external entity": edex("&x;", f'<!DOCTYPE EDEX [<!ENTITY x SYSTEM "{secret}">]>'),
        "an external entity with a plain path": edex("&x;", f'<!DOCTYPE EDEX [<!ENTITY x SYSTEM "{bait}/geheim.txt">]>'),
        "an external entity over the network": edex("&x;", f'<!DOCTYPE EDEX [<!ENTITY x SYSTEM "{address}">]>'),
        "a public entity": edex("&x;", f'<!DOCTYPE EDEX [<!ENTITY x PUBLIC "-//X" "{secret}">]>'),
        "an external DTD": edex("&x;", f'<!DOCTYPE EDEX SYSTEM "{dtd}">'),
        "an external DTD over the network": edex("Berg", f'<!DOCTYPE EDEX SYSTEM "{address}">'),
        "a public DTD": edex("Berg", f'<!DOCTYPE EDEX PUBLIC "-//W3C//DTD XHTML 1.0//EN" "{address}">'),
        "a parameter entity": edex("&x;", f'<!DOCTYPE EDEX [<!ENTITY % p SYSTEM "{dtd}"> %p;]>'),
        "a parameter entity over the network": edex("Berg", f'<!DOCTYPE EDEX [<!ENTITY % p SYSTEM "{address}"> %p;]>'),
        "a catalog and a DTD": edex(
            "&x;", f'<?oasis-xml-catalog catalog="{catalog}"?><!DOCTYPE EDEX PUBLIC "-//LOKAAS" "urn:lokaas">'
        ),
        "an internal entity": edex("van &x; Berg", f'<!DOCTYPE EDEX [<!ENTITY x "{BAIT}">]>'),
        "a DOCTYPE and nothing else": edex("Berg", "<!DOCTYPE EDEX>"),
        "defaults of attributes": edex("Berg", '<!DOCTYPE EDEX [<!ATTLIST leerling eckid CDATA "lokaas">]>'),
        "a billion laughs": edex("&l11;", laughs()),
        "a billion laughs in an attribute": edex("Berg", laughs(), ' a="&l11;"'),
        "laughs that are not told": edex("Berg", laughs()),
        "a quadratic blow-up": edex("&a;" * 20_000, f'<!DOCTYPE EDEX [<!ENTITY a "{big}">]>'),
        "a bomb of parameter entities": edex(
            "Berg",
            "<!DOCTYPE EDEX [<!ENTITY % a '" + "b" * 100 + "'>"
            + "".join(f"<!ENTITY % a{n} '{f'%a{n - 1 or str()};' * 10}'>" for n in range(1, 12))
            + "%a11;]>",
        ),
        "an entity that is not there": edex("van &x; Berg"),
        "gzip": gzip.compress(edex("Berg")),
        "a gzip bomb": gzip.compress(b"<EDEX>" + b"<a>0</a>" * 4_000_000 + b"</EDEX>"),
        "a zip": b"PK\x03\x04" + edex("Berg"),
        "many elements": b"<EDEX><leerlingen><leerling>" + b"<a/>" * 4_000_000 + b"</leerling></leerlingen></EDEX>",
        "one long text": edex("A" * 11_000_000),
        "deep elements": edex("<a>" * 300 + "</a>" * 300),
        "declared as UTF-16": edex("Berg", '<?xml version="1.0" encoding="UTF-16"?>'),
        "declared as nothing known": edex("Berg", '<?xml version="1.0" encoding="klingon"?>'),
        "declared as UTF-7": edex("+ADw-b+AD4-", '<?xml version="1.0" encoding="UTF-7"?>').replace(b"<EDEX>", b"+ADw-EDEX>"),
        "declared as UTF-8 and Latin-1": edex("Fèbre", '<?xml version="1.0" encoding="utf-8"?>').decode().encode("latin-1"),
        "Latin-1 and not declared": edex("Fèbre").decode().encode("latin-1"),
        "UTF-16 declared as UTF-8": edex("Berg", '<?xml version="1.0" encoding="utf-8"?>').decode().encode("utf-16"),
        "UTF-16 without a mark": edex("Berg", '<?xml version="1.0" encoding="utf-8"?>').decode().encode("utf-16-le"),
        "UTF-8 with a mark, declared as Latin-1": b"\xef\xbb\xbf" + edex("Berg", '<?xml version="1.0" encoding="latin-1"?>'),
        "UTF-32": edex("Berg").decode().encode("utf-32"),
        "half a UTF-16 letter": edex("Berg").decode().encode("utf-16")[:-1],
        "a NUL": edex("Be\0rg"),
        "a control character": edex("Be\x08rg"),
        "over the limit": edex("Berg") + b" " * (20 * 1024**2),
    }  # fmt: skip


def harmless(bait: Path, address: str) -> dict[str, bytes]:
    """What is read, and leads nowhere."""
    secret = (bait / "geheim.txt").as_uri()
    include = f'<xi:include xmlns:xi="http://www.w3.org/2001/XInclude" parse="text" href="{secret}"/>'
    instance = ' xmlns:xsi="http://www.w3.org/2001/XMLSchema-instance"'
    return {
        "an XInclude elsewhere": edex("Berg").replace(b"<leerlingen>", f"<leerlingen>{include}".encode()),
        "a stylesheet": edex("Berg", f'<?xml-stylesheet type="text/xsl" href="{address}"?>'),
        "a catalog": edex("Berg", f'<?oasis-xml-catalog catalog="{(bait / "catalog.xml").as_uri()}"?>'),
        "the place of an XSD": edex("Berg", "", f'{instance} xsi:noNamespaceSchemaLocation="{secret}"'),
        "the address of an XSD": edex("Berg", "", f'{instance} xsi:schemaLocation="urn:x {address}"'),
        "many attributes": edex("Berg", "", "".join(f' a{n}=""' for n in range(200_000))),
        "a base": edex("Berg", "", f' xml:base="{address}"'),
    }


def peak_mb() -> float:
    """Most memory of this process so far; what getrusage tells begins with that of the parent."""
    status = Path("/proc/self/status")
    if not status.exists():
        return 0.0
    fields = dict(line.split(":", 1) for line in status.read_text("utf-8").splitlines())
    return int(fields["VmHWM"].split()[0]) / 1024


def main(folder: Path, address: str) -> None:
    from doorstroom_client.errors import MessageError
    from doorstroom_client.readers import edexml, xml_events

    etree = xml_events.etree()
    edexml.read_edexml(edex("Berg"))  # everything is loaded now, the time zone included
    bait = folder / "lokaas"
    watch = Watch(bait)
    unsafe = etree.XMLParser(resolve_entities=True, load_dtd=True)
    unsafe_text = etree.fromstring(hostile(bait, address)["an external entity"], unsafe).findtext(".//achternaam")
    seen_by_watch = watch.count()
    events: list[str] = []
    sys.addaudithook(
        lambda event, arguments: (
            events.append(f"{event} {arguments[:1]}")
            if event.startswith(("socket.", "subprocess.", "os.", "shutil.", "urllib.", "ctypes."))
            or (event == "open" and not str(arguments[0]).endswith((".py", ".pyc")))
            else None
        )
    )
    outcomes: dict[str, str] = {}
    texts: list[str] = []
    for name, content in {**hostile(bait, address), **harmless(bait, address)}.items():
        try:
            found = edexml.read_edexml(content)
            outcomes[name] = f"read {len(found.deelnemers)}"
            texts += [item.achternaam for item in found.deelnemers]
        except MessageError as error:
            outcomes[name] = "refused"
            stack = traceback.StackSummary.extract(list(traceback.walk_tb(error.__traceback__))[1:], capture_locals=True)
            texts += [str(error), repr(error), *stack.format()]
        except Exception as error:
            outcomes[name] = f"{type(error).__name__}: {error}"
    sys.stdout.write(
        json.dumps(
            {
                "outcomes": outcomes,
                "events": [*events],  # without those of measuring
                "touched": watch.count(),
                "control": [unsafe_text, seen_by_watch],
                "leaked": [text for text in texts if BAIT in text or "A" * 50 in text or ("Berg" in text and "line" in text)],
                "peak_mb": peak_mb(),
            }
        )
    )


if __name__ == "__main__":
    main(Path(sys.argv[1]), sys.argv[2])
