"""Make what docs/ has from code: eight pages of reference/, the schema in a ninth, and the tree in architecture.md.

Run without arguments to write the pages; with --check to fail when one of them is not up to date.
"""

from __future__ import annotations

import sys
from collections.abc import Iterable, Mapping
from pathlib import Path

ROOT = Path(__file__).parent.parent
sys.path[:0] = [str(ROOT), str(ROOT / "tools")]

from api_page import api_pages  # noqa: E402 - found from the line above
from commands_page import commands_page  # noqa: E402
from file_forms import forms_text  # noqa: E402
from package_tree import with_tree  # noqa: E402
from quirks_page import PAGE as QUIRKS  # noqa: E402
from quirks_page import with_places  # noqa: E402
from scenarios_page import scenarios_page  # noqa: E402
from schema_page import with_schema  # noqa: E402
from school_year_page import school_year_page  # noqa: E402

from doorstroom_client.config.json_schema import schema_text  # noqa: E402
from doorstroom_client.config.reader import DEFAULT_FILE  # noqa: E402
from doorstroom_client.config.table import PREFIX, SETTINGS, Setting  # noqa: E402
from doorstroom_client.errors import Phase  # noqa: E402
from doorstroom_client.exchange.answer_body import Body  # noqa: E402
from doorstroom_client.exchange.decisions import ANSWERS, TABLE, Action, Row, Situation, classify  # noqa: E402
from doorstroom_client.messages.vocabulary import Schooladvies  # noqa: E402
from doorstroom_client.osr.mandate_table import ENDS, FLAGS, STARTS, STATES, Example, Meaning  # noqa: E402
from doorstroom_client.osr.mandate_table import TABLE as MANDATES  # noqa: E402
from doorstroom_client.readers.columns import ADVIEZEN, DEELNEMERS, IDENTITIES, Layout  # noqa: E402
from doorstroom_client.receiving.proxy_forms import FORMS  # noqa: E402
from doorstroom_client.receiving.reasons import Reason  # noqa: E402
from doorstroom_client.transport.request import Fault, FaultKind, Operation, Response  # noqa: E402

REFERENCE = ROOT / "docs" / "reference"
ARCHITECTURE = ROOT / "docs" / "architecture.md"
KETENTEST = REFERENCE / "ketentest-report.md"
MADE = "<!-- Made by tools/make_docs.py; change the code, not this page. -->\n"

SECTIONS: Mapping[str, tuple[str, str]] = {
    "": ("At the top of the file", ""),
    "retention": (
        "[retention]",
        "How long the store keeps what is no longer needed; see [data protection](../explanation/data-protection.md).",
    ),
    "certificate": ("[certificate]", "Who you are and whom you trust. Nothing is taken from the machine's own store of roots."),
    "osr": ("[osr]", "Needed to look up mandates, to send without naming a supplier, and to receive."),
    "leveranciers[]": ("[[leveranciers]]", "One section per test. The OSR does not know these addresses."),
    "scholen[]": ("[[scholen]]", "One section per school administration."),
    "afspraken[]": ("[[afspraken]]", "Agreements of later school years; see [the checklist](../how-to/next-school-year.md)."),
    "edexml": ("[edexml]", "How `doorstroom deelnemers` reads [EDEXML](edexml.md)."),
    "schooljaren[]": (
        "[[schooljaren]]",
        "What belongs to one school year, with the days on which it is in force: next year's can be set in advance.",
    ),
    "testperiodes[]": (
        "[[testperiodes]]",
        "When the parties of the chain test one to one. It is agreed each year in the ketenoverleg and published nowhere.",
    ),
    "timeouts": ("[timeouts]", "Seconds for a whole call, waiting and repeating included."),
    "retry": ("[retry]", "How often a call is repeated; what may be repeated stands in [the decisions](decisions.md)."),
    "serve": ("[serve]", "For the command `doorstroom serve`."),
}
"""Section -> its heading and what it is for."""

SETTINGS_INTRO = f"""# Settings

`Client.from_config()` and the command line read one TOML file and the environment variables that start with `{PREFIX}`.
[First configuration](../how-to/first-configuration.md): `doorstroom config init` writes one.

- **Which file**: the one you pass, else the one that `{PREFIX}CONFIG` names, else `{DEFAULT_FILE}` in the current folder when
  it is there, else none. An argument of `from_config` wins over a variable, and a variable wins over the file. What is
  required has to stand in the file or a variable all the same.
- **Paths** in the file count from the folder of the file; paths in variables from the current folder. Where several files are
  allowed, a variable separates them as `PATH` does.
- **Secrets** (marked so) may also come from a file of their own: `api_key_file` under `[osr]`, or `{PREFIX}OSR_API_KEY_FILE`,
  names one that holds the key. A file with a secret that others on the machine can read gives a `SecurityWarning`.
- **A name that does not exist** is an error in the file. A variable whose name is nearly that of a setting is one too; any
  other that starts with `{PREFIX}` gives an `UnknownVariableWarning`, as it may be another program's.
- **All problems with names and values are told at once**, each with its line in the file or its variable (`SettingProblem`).
  The files that they name (certificate, key, trust) are opened after that, and what is wrong with those is told one at a
  time; `doorstroom config check` looks at all of it.
- **An editor** that reads JSON schemas completes and checks the file with [settings.schema.json](settings.schema.json), which
  `doorstroom config schema` prints too.
- Sections in double brackets may stand in the file several times and have no variables.
- *Required* means: its section cannot do without it. `[certificate]` itself is required, the other sections are not.

A whole file looks like this; every value in it is invented:

```toml
auteur = "MijnLAS 4.2"
store = "doorstroom.db"

[certificate]
cert = "las.pem"
key = "las.key"
trust = "roots.pem"

[osr]
base_url = "https://osr.example/api/v2"
namespace = "https://osr.example/namespace-of-this-school-year"
api_key_header = "X-Example-Key"
api_key = "secret"

[[leveranciers]]
toetssoort = "ICE"
oin = "00000003990000110000"
base_url = "https://toets.example/dst"

[[scholen]]
naam = "De Bedachte Regenboog"
instellingscode = "99AA"
vestigingscode = "00"
onderwijsaanbiedercode = "901A901"
onderwijslocatiecode = "901X901"
administratienr = "01"
routeringskenmerk = "0000000700099AA00530"
```
"""

CSV_INTRO = """# CSV files and workbooks

What `doorstroom deelnemers send`, `doorstroom adviezen send`, `read_deelnemers` and `read_adviezen` read: one line per pupil,
under a line with the names of the columns. A reader gives the right value, or a problem with line, column and what to do.
Problems are told together and never with a value; nothing of the file is used then. What was read, and somebody should look
at, is told as a note. `doorstroom bestand check` says all of it [before anything is sent](../how-to/check-a-file.md).

"""

CSV_IDENTITIES = """## Identities, in both files

At least one of these columns must be there, and on every line at least one of them must be filled. Every pupil may stand in a
file once.

"""

COLUMNS: Mapping[str, tuple[str, str]] = {
    "eck_id": (
        "`https://ketenid.nl/<namespace>/` and 128 lower-case hexadecimal digits; required for a pupil who has one",
        "ketenid",
    ),
    "las_key": (
        "the meaningless key of the pupil in your LAS: 1 to 256 characters without spaces, no `NULL`. Not the leerlingnummer",
        "las-sleutel",
    ),
    "advies": (
        "one of the [17 codes](#the-17-advice-codes)",
        "schooladvies, voorlopig schooladvies, voorlopig advies, basisschooladvies, advice",
    ),
    "achternaam": ("1 to 70 characters, without the voorvoegsel", "familienaam, surname, last name"),
    "voorvoegsel": ("at most 10 characters (“van der”), or empty", "voorvoegsels, tussenvoegsel, tussenvoegsels, prefix"),
    "roepnaam": ("1 to 64 characters", "voornaam, first name, calling name"),
    "voorletters": ("1 to 6 letters; dots and spaces are taken out", "voorletter, initialen, initials"),
    "geboortedatum": (
        "`YYYY-MM-DD` or `DD-MM-YYYY` (also with slashes, also `1-2-2014` and `1-2-14`, also with midnight behind it)",
        "geb. datum, date of birth, birth date",
    ),
    "groep": ("name of the group of pupils, such as 8A; 1 to 64 characters", "groepsnaam, stamgroep, klas, group, class"),
    "jaargroep": (
        "`7` or `8` (also “groep 8”); empty or absent means 8, which also stands for leerjaar 8 and up in special education",
        "leerjaar, year, grade",
    ),
    "geslacht": (
        "`1` or `m` (man), `2` or `v` (vrouw), `9` or `x` (not specified); empty or absent means 9",
        "sekse, m/v, gender, sex",
    ),
    "deelname": (
        "`verhinderd` or `ontheffing`: the pupil takes no part in the test; else empty or absent. It is never sent",
        "",
    ),
}
"""Column -> what a cell may hold, and the other names that the column may have."""

ADVICE: Mapping[Schooladvies, str] = {
    Schooladvies.VSO: "voortgezet speciaal onderwijs: secondary special education",
    Schooladvies.PRAKTIJKONDERWIJS: "practical training (pro)",
    Schooladvies.VMBO_BB: "vmbo basisberoepsgericht",
    Schooladvies.VMBO_BB_MET_LWOO: "vmbo basisberoepsgericht, with learning support (leerwegondersteuning)",
    Schooladvies.VMBO_BB_TM_VMBO_KB: "vmbo basisberoepsgericht up to kaderberoepsgericht",
    Schooladvies.VMBO_BB_TM_VMBO_KB_MET_LWOO: "the same, with learning support",
    Schooladvies.VMBO_KB: "vmbo kaderberoepsgericht",
    Schooladvies.VMBO_KB_MET_LWOO: "vmbo kaderberoepsgericht, with learning support",
    Schooladvies.VMBO_KB_TM_VMBO_GL_TL: "vmbo kaderberoepsgericht up to gemengd or theoretisch",
    Schooladvies.VMBO_KB_TM_VMBO_GL_TL_MET_LWOO: "the same, with learning support",
    Schooladvies.VMBO_GL_TL: "vmbo gemengd or theoretisch",
    Schooladvies.VMBO_GL_TL_MET_LWOO: "vmbo gemengd or theoretisch, with learning support",
    Schooladvies.VMBO_GL_TL_TM_HAVO: "vmbo gemengd or theoretisch up to havo",
    Schooladvies.HAVO: "havo: senior general secondary education",
    Schooladvies.HAVO_TM_VWO: "havo up to vwo",
    Schooladvies.VWO: "vwo: pre-university education",
    Schooladvies.GEEN_SPECIFIEK_ADVIES_MOGELIJK: "no specific advice possible",
}
"""Code -> its meaning."""

ADVICE_INTRO = """
## The 17 advice codes

`doorstroom adviezen send --help` lists them too. A file may have them in small letters, with spaces or dashes for the
underscores, and with “t/m” or “tot en met” for `TM`: `havo t/m vwo`, `HAVO tm VWO` and `vmbo-gl/tl` are all understood. Nothing
is guessed: whatever else is written is told as a problem. In Python the codes are the members of `Schooladvies`.

What schools usually write is understood as well, in capitals or not, with or without “vmbo”, lwoo anywhere in it. A text
that can mean two things is not: not `vmbo` alone, not `vmbo/havo`, and not what has no code, such as `pro/bb`.

"""

SPELLED: Mapping[Schooladvies, str] = {
    Schooladvies.VSO: "vso",
    Schooladvies.PRAKTIJKONDERWIJS: "pro, praktijk",
    Schooladvies.VMBO_BB: "basis, bb, bbl, vmbo-b",
    Schooladvies.VMBO_BB_MET_LWOO: "basis met lwoo, bb + lwoo",
    Schooladvies.VMBO_BB_TM_VMBO_KB: "basis/kader, bb/kb, vmbo b/k",
    Schooladvies.VMBO_BB_TM_VMBO_KB_MET_LWOO: "basis/kader (lwoo)",
    Schooladvies.VMBO_KB: "kader, kb, kbl, vmbo-k",
    Schooladvies.VMBO_KB_MET_LWOO: "kader met leerwegondersteuning",
    Schooladvies.VMBO_KB_TM_VMBO_GL_TL: "kader/tl, vmbo kgt, kader/mavo",
    Schooladvies.VMBO_KB_TM_VMBO_GL_TL_MET_LWOO: "kader/tl met lwoo",
    Schooladvies.VMBO_GL_TL: "TL, gl, gt, mavo, vmbo-t, vmbo-(g)t",
    Schooladvies.VMBO_GL_TL_MET_LWOO: "tl met lwoo",
    Schooladvies.VMBO_GL_TL_TM_HAVO: "vmbo-t/havo, mavo/havo, tl - havo",
    Schooladvies.HAVO: "havo",
    Schooladvies.HAVO_TM_VWO: "havo/vwo, havo-vwo",
    Schooladvies.VWO: "vwo, gymnasium, atheneum",
    Schooladvies.GEEN_SPECIFIEK_ADVIES_MOGELIJK: "geen specifiek advies",
}
"""Code -> how schools write it, for example."""

DECISIONS_INTRO = """# What happens when …

What an outcome means and what is done about it. This is the table that the code walks; nothing else in the library decides.

A status code means what the chain says, not what HTTP says: 401 is a missing mandate, 403 a closed period, 405 an unknown
school, and 404 on a list probably an unknown pupil. See [the chain](../explanation/chain.md).

| action | meaning |
|---|---|
"""

WHOSE_WORDS = """
## Whose words

A proxy or gateway in front of a supplier answers with the same status codes as the supplier, and means something else. So a
status of a supplier means what the chain says only when the body can be of the chain; the table says what is done with a list.

- **Words of the chain** are an `Ontvangstmelding` or a problem document (RFC 9457). An empty body, or `{}`, may be the
  supplier's, as `melding` may be left out; but 400, 403, 413 and 415 are what proxies say without a body too, and are then
  held. After a 404 without a body unknown pupils are searched for; when nothing is accepted at all, the list is held and not
  parked.
- **What is held goes on by itself**: the outbox tries it again every hour, and delivers it when the cause is repaired. What is
  `not theirs` parks nothing, starts no search for unknown pupils, and leaves the supplier alone for the rest of the run.
- **202 stays a receipt** with any body but a page, also one that broke off: sending again would only repeat it.
- **A refusal of which the body broke off** before it was clear whose it is, counts as no answer, and is asked for again.
- **The content decides, not the content type.** A page is what begins as one (`<!doctype html`, `<html`, `<center` and so on,
  after a byte order mark, spaces, comments and an XML declaration; in any case and encoding, compressed or not) and an error
  in XML, also when it says that it is JSON. An object in JSON is judged by what is in it, also when it says that it is HTML: so
  a supplier that sends its `Ontvangstmelding` with the wrong type is understood. What else says that it is HTML is a page.
- **The body of a 204 is not read**, and that of a report goes to its file: there a content type of HTML is enough. What says
  that it is a PDF has to prove that it is a whole one, without a page around it.
- **A firewall that asks for a browser** (header `x-amzn-waf-action`) counts as a page, whatever its status.
- **5xx, 408 and 429 pass by themselves**, whoever says so; other statuses have no meaning in the chain and are held.

**A refused client certificate** is often told in HTTP instead of TLS. Status 495 or 496, and any 4xx (but 408 and 429) that is
not in the words of the chain and speaks of a client certificate as nginx, Apache, IIS, Azure Application Gateway and others
do, counts as `our certificate`: a `TlsError` with code `own_certificate`, exit code 77, held. So does a problem document,
except with 401: that may say whose certificate has no mandate. That plain HTTP was sent to an HTTPS port is something else: a
page.

"""

_ACTIONS: Mapping[Action, str] = {
    Action.ANSWER: "the call ends here, with the answer that was asked for",
    Action.RETRY: "repeated within the call, as far as `Retry` and the total time allow; then the error, with `retryable` true",
    Action.SCHEDULE: "repeated within the call only after a short pause (never for an unknown school); then the error, with "
    "`retryable` true and, when the peer named a moment, `retry_at`",
    Action.HOLD: "not repeated; somebody has to repair something first, after which the same message may be sent again",
    Action.FINAL: "not repeated; this message will not be accepted as it is",
    Action.VERIFY: "not repeated blind, because it may have been applied: the register is read first",
}


def cell(text: str) -> str:
    """A text as it may stand in a cell of a table."""
    return text.replace("|", "\\|").replace("[[afspraken]]", "`[[afspraken]]`")


def table(head: Iterable[str], rows: Iterable[Iterable[str]]) -> str:
    """A Markdown table."""
    names = list(head)
    lines = [names, ["---"] * len(names), *(list(row) for row in rows)]
    return "".join(f"| {' | '.join(line)} |\n" for line in lines)


def _notes(setting: Setting) -> str:
    notes = [setting.kind, *(["**required**"] if setting.required else []), *(["secret"] if setting.secret else [])]
    return ", ".join(notes)


def settings_page() -> str:
    """The text of settings.md."""
    parts = [MADE, SETTINGS_INTRO]
    for section in dict.fromkeys(setting.section for setting in SETTINGS):
        heading, about = SECTIONS[section]
        rows = [
            (
                f"`{setting.key}`",
                f"`{setting.variable}`" if setting.variable else "–",
                _notes(setting),
                cell(setting.help),
            )
            for setting in SETTINGS
            if setting.section == section
        ]
        parts.append(f"\n## {heading}\n\n" + (f"{about}\n\n" if about else ""))
        parts.append(table(("setting", "variable", "kind", "meaning"), rows))
    return "".join(parts)


def causes() -> dict[Situation, list[str]]:
    """What leads to each situation: status codes and faults."""
    found: dict[Situation, list[str]] = {situation: [] for situation in Situation}
    for status in range(200, 600):
        found[classify(Response(status, body=b'{"melding": ""}'), Operation.REGISTREREN)].append(str(status))
    for kind in FaultKind:
        found[classify(Fault(kind, Phase.UNKNOWN), Operation.REGISTREREN)].append(f"`{kind}`")
    found[Situation.REDIRECT] = ["300 to 399"]
    found[Situation.UNEXPECTED] = ["any other status"]
    found[Situation.NOT_THEIRS] = ["see [whose words](#whose-words)"]
    return found


def errors_of(row: Row) -> str:
    """The error classes of a row, per operation where they differ."""
    ends = [operation for operation in Operation if row.action(operation) is not Action.ANSWER]
    if not ends:
        return "–"
    kinds = {operation: row.error_for(operation).__name__ for operation in ends}
    usual = max(dict.fromkeys(kinds.values()), key=list(kinds.values()).count)
    others = [f"{operation}: `{kind}`" for operation, kind in kinds.items() if kind != usual]
    return "; ".join([f"`{usual}`", *others])


def answers_table() -> str:
    """What each status of a supplier says in each kind of body, and what is done with a list."""
    return table(
        ("status", *map(str, Body)),
        ((f"**{status}**", *(_said(said[body]) for body in Body)) for status, said in ANSWERS.items()),
    )


def _said(situation: Situation) -> str:
    return f"{situation}: {TABLE[situation].action(Operation.REGISTREREN)}"


def decisions_page() -> str:
    """The text of decisions.md."""
    by_cause = causes()
    actions = "".join(f"| **{action}** | {meaning} |\n" for action, meaning in _ACTIONS.items())
    head = ("situation", "outcome", *(f"`{operation}`" for operation in Operation), "error")
    rows = [
        (
            str(situation),
            ", ".join(by_cause[situation]),
            *(str(row.action(operation)) for operation in Operation),
            errors_of(row),
        )
        for situation, row in TABLE.items()
    ]
    texts = [(str(situation), cell(row.text), cell(row.hint)) for situation, row in TABLE.items()]
    return "".join(
        (
            MADE,
            DECISIONS_INTRO,
            actions,
            "\n## The table\n\nAn outcome is a status code, or the kind of fault when there was no (whole) answer.\n\n",
            table(head, rows),
            WHOSE_WORDS,
            answers_table(),
            "\n## The texts\n\nAn error begins with the name of the party, says what happened, and names the next step. Errors",
            " of one operation may have a text and a next step of their own; where there was no answer, the host and the cause",
            " stand behind it.\n\n",
            table(("situation", "what happened", "next step"), texts),
        )
    )


MANDATES_INTRO = """# What the OSR says about a mandate

A mandate is a yes only where the answer says yes, a no only where it says no, and otherwise an error: then nothing is said
about the mandate. This is the table that the code walks, for `mandaat check`, before a list is sent and for the sender of a
result. The bodies of the OSR are documented in part only, so more shapes are understood here than it will ever send.

A word counts in any case, with or without quotes, spaces and a full stop. A wrapper (`data`, `mandates`, `items`, `_embedded`
…) is taken off, and what is in it is read by the same rules. Dates are judged on the day that was asked about, in Dutch time,
first and last day included.

"""

_MEANINGS: Mapping[Meaning, str] = {
    Meaning.YES: "**yes**",
    Meaning.NO: "**no**",
    Meaning.ERROR: "error",
}


def example_text(example: Example) -> str:
    """An answer in one cell."""
    kind = "" if example.content_type in ("application/json", None) else f" ({example.content_type})"
    body = " ".join(example.body.split())
    return f"{example.status} `{cell(body)}`{kind}" if body else f"{example.status}, no body"


def mandates_page() -> str:
    """The text of mandates.md."""
    rows = [
        (str(said), cell(row.answer), _MEANINGS[row.meaning], "<br>".join(dict.fromkeys(map(example_text, row.examples))))
        for said, row in MANDATES.items()
    ]
    whys = [(str(said), f"OSR answered …, but {row.why}") for said, row in MANDATES.items() if row.why]
    named = [
        ("yes or no", ", ".join(f"`{name}`" for name in FLAGS)),
        ("a word", ", ".join(f"`{name}`" for name in STATES)),
        ("first day", ", ".join(f"`{name}`" for name in STARTS)),
        ("last day", ", ".join(f"`{name}`" for name in ENDS)),
    ]
    return "".join(
        (
            MADE,
            MANDATES_INTRO,
            table(("what it says", "the answer", "means", "for example"), rows),
            "\n## The texts of the errors\n\n",
            table(("what it says", "what is told"), whys),
            "\nOther status codes have the texts of [the decisions](decisions.md).\n",
            "\n## The fields\n\nIn snake_case, camelCase or with dashes.\n\n",
            table(("it holds", "names"), named),
            "\nA yes is an error when another field, wherever it stands, speaks against it: `found: false`, a `revoked_at` or",
            " `expires_at` in the past, an error or its code, a text that says that something is not so.\n",
            "\nA date is `YYYY-MM-DD`, `DD-MM-YYYY`, or a moment with or without zone; the year 9999 is no end. Empty and",
            ' `null` are not told. To try one on your own LAS: `keten.osr.says = Example(\'{"mandated": "nee"}\')` in the',
            " [simulated chain](../how-to/test-your-integration.md), with `Example` from",
            " `doorstroom_client.osr.mandate_table`; it takes `status` and `content_type` too.\n",
        )
    )


def columns_table(names: Iterable[str], layout: Layout) -> str:
    """The columns of a file, in this order."""
    rows = (
        (f"`{name}`", "**yes**" if name in layout.required else "no", COLUMNS[name][0], COLUMNS[name][1] or "–")
        for name in names
    )
    return table(("column", "required", "a cell holds", "other names"), rows)


MANY = """
## Many schools

`adviezen send-many`, `deelnemers send-many` and `read_many` read one file with a column `school` in front of the columns
above, or a folder with a file per school, such as `99AA.csv`. The school is named by any of
its codes: BRIN (`99AA`), BRIN with vestiging (`99AA00`), RIO code, School OIN or routeringskenmerk, in capitals or not.

- The lines of one school stand together. They are read one school at a time, so the file may have any size.
- What is wrong with one school is told for that school, and the others go on.
- A file whose column `school` names several schools is refused by the commands for one school.
"""


def csv_page() -> str:
    """The text of csv.md."""
    identities = ((f"`{name}`", COLUMNS[name][0], COLUMNS[name][1] or "–") for name in IDENTITIES)
    return "".join(
        (
            MADE,
            CSV_INTRO,
            forms_text(),
            CSV_IDENTITIES,
            table(("column", "a cell holds", "other names"), identities),
            f"\n## Participants (deelnemers)\n\n```text\n{DEELNEMERS.example}\n```\n\n",
            columns_table((*DEELNEMERS.required, *DEELNEMERS.optional), DEELNEMERS),
            "\nA name with a question mark is refused: that is what is left of a letter when a file was saved in an encoding",
            " that does not have it.\nAn agreement without `geslacht` leaves that column out, whatever the file holds.\n",
            "The column `deelname` stays at the school: `doorstroom seizoen` and `read_leerlingen` read it; no message has it.",
            " A pupil\nwith one of the two words is sent like the others, and is not told as missing a result.\n",
            f"\n## Advice (adviezen)\n\n```text\n{ADVIEZEN.example}\n```\n\n",
            columns_table((*ADVIEZEN.required, *ADVIEZEN.optional), ADVIEZEN),
            ADVICE_INTRO,
            table(("code", "meaning", "for example"), ((f"`{code}`", ADVICE[code], SPELLED[code]) for code in Schooladvies)),
            "\nThe codes belong to the agreement of the school year; a later one may have others, see",
            " [next school year](../how-to/next-school-year.md).\n",
            MANY,
        )
    )


LET_IN_INTRO = """# Who is let in, and why not

What [the receiver](../how-to/receive-results.md) has to go by, and what it tells when it answers 401.

## Reasons

A sender that gets 401 is told nothing more: the answer is the same for each of these. The reason stands in
[the event](../how-to/watch-calls.md), which then has `not let in` as its result; nothing of the message or a pupil is in it.

"""

FORMS_INTRO = """
A request that the server refused before the application saw it has a reason too, such as `headers too large`.

A sender that TLS itself refused gets no answer at all: its connection is closed, which `curl` calls an empty reply. `doorstroom
serve` tells it in an event `no TLS`, in the words of OpenSSL. What is met most:

| `outcomes` | `reason` | it means |
| --- | --- | --- |
| `PEER_DID_NOT_RETURN_A_CERTIFICATE` | | no client certificate was shown |
| `CERTIFICATE_VERIFY_FAILED` | `unable to get local issuer certificate` | another root, or no intermediates came along |
| `CERTIFICATE_VERIFY_FAILED` | `unsuitable certificate purpose` | a certificate for servers only, without clientAuth |
| `CERTIFICATE_VERIFY_FAILED` | `certificate has expired` | it has, or one above it; look at the clock too |
| `CERTIFICATE_VERIFY_FAILED` | `certificate revoked` | `certificate.crls` names it |
| `CERTIFICATE_VERIFY_FAILED` | `unable to get certificate CRL` | `certificate.crls` has no list that covers it |
| `UNSUPPORTED_PROTOCOL` | | TLS 1.1 or older |
| `HTTP_REQUEST` | | plain HTTP |

## Forms of the header

What `proxy_format` can be [behind a proxy](../how-to/receive-behind-a-proxy.md). `proxy_header` gives the header another name.

"""

FORMS_AFTER = """
What is not exactly of the form is refused, as `certificate header of another form`: a header that is there twice, two
certificates where one belongs, something in front or behind, an encoding too many. Certificates that come along may complete
the chain and are never trusted by themselves. At most six different ones may come along, and four may stand below a root; that
is looked at before any signature is. Copies, and roots, are left out.
"""


def let_in_page() -> str:
    """The text of let-in.md."""
    return "".join(
        (
            MADE,
            LET_IN_INTRO,
            table(("reason", "it means"), ((f"`{reason}`", cell(reason.meaning)) for reason in Reason)),
            FORMS_INTRO,
            table(
                ("`proxy_format`", "usual header", "what stands in it", "written by"),
                ((f"`{form.name}`", f"`{form.header}`", cell(form.written), form.by) for form in FORMS.values()),
            ),
            FORMS_AFTER,
        )
    )


def main() -> int:
    """Write or check."""
    pages = {
        REFERENCE / "settings.md": settings_page(),
        REFERENCE / "settings.schema.json": schema_text(),
        REFERENCE / "decisions.md": decisions_page(),
        REFERENCE / "mandates.md": mandates_page(),
        REFERENCE / "csv.md": csv_page(),
        REFERENCE / "let-in.md": let_in_page(),
        **{REFERENCE / name: text for name, text in api_pages(MADE).items()},
        REFERENCE / "command-options.md": commands_page(MADE, table),
        QUIRKS: with_places(QUIRKS.read_text("utf-8"), ROOT),
        REFERENCE / "school-year.md": school_year_page(MADE, table),
        ARCHITECTURE: with_tree(ARCHITECTURE.read_text("utf-8"), ROOT),
        REFERENCE / "ketentest-scenarios.md": scenarios_page(MADE, table),
        KETENTEST: with_schema(KETENTEST.read_text("utf-8"), ROOT),
    }
    if "--check" in sys.argv:
        stale = [path.name for path, text in pages.items() if not path.is_file() or path.read_text("utf-8") != text]
        if stale:
            print(f"not up to date: {', '.join(stale)}; run: python tools/make_docs.py", file=sys.stderr)
        return 1 if stale else 0
    for path, text in pages.items():
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(text, "utf-8")
    return 0


if __name__ == "__main__":
    raise SystemExit(main())
