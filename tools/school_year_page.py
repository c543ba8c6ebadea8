"""The page school-year.md: the milestones of two school years, made from the rules in doorstroom_client/planning/."""

from __future__ import annotations

from collections.abc import Callable, Iterable

from doorstroom_client.planning.day_words import with_weekday
from doorstroom_client.planning.holidays import BRON, Feestdag
from doorstroom_client.planning.milestones import Basis, Mijlpaal, feestdagen_in, mijlpalen
from doorstroom_client.planning.reminders import CHECK_BEFORE, SELF_BEFORE, WITHIN

YEARS = ("2026-2027", "2027-2028")
"""The school years that the page shows."""
_INTRO = """# The school year

What `doorstroom planning` shows, for two school years. The rules hold for every year; another one is a command away:

```bash
doorstroom planning --schooljaar 2028-2029
```

Each line says where its days come from:

| basis | what it is | how sure |
|---|---|---|
| `wet` | a law or decree, as the page that is named quotes it | the rule is sure; which days it gives was computed |
| `pagina` | a public page about an earlier school year | check it: nothing says that it holds in this one |

*Computed* means that the days follow from a rule about weeks or terms. *Check* means that nobody has confirmed them for that
school year: look at the source, or ask in the ketenoverleg. Those of 24 and 25 to 31 March
were confirmed for 2026 only.

A working day is no weekend and no public holiday; what is in the way of a first or last day stands beside it. School holidays
(*vakanties*) differ by region and are not in here. The digital test may be a week earlier than the law's two weeks; that is
taken as the week, from Monday to Friday, before the first one that lies in February as a whole.

**Test periods** are not in here either: they are agreed each year in the ketenoverleg and published nowhere. Put them in the
settings, under [`[[testperiodes]]`](settings.md#testperiodes); without them the planning says so and guesses nothing.
"""
_SAID = """
## What is said when

"""
_REMINDERS = (
    ("a milestone", f"{WITHIN} days before, or what `--within` says", "its first day, and again before its last one"),
    (
        "test one to one with each supplier of a test period",
        f"{WITHIN} days before",
        "its last day, or a test with that supplier that was played",
    ),
    ("what failed in such a test", "the first day of the test period", "its last day, or a test that no longer fails"),
    ("namespace, mandates, addresses, certificates", f"{CHECK_BEFORE} days before a test period", "its first day"),
    (
        "the chain test alone, with the agreement of that school year",
        f"{SELF_BEFORE} days before its first test period",
        "that day, or a test that was played",
    ),
    (
        "a school year without agreement or namespace in the settings",
        f"{CHECK_BEFORE} days before 1 August, or {SELF_BEFORE} before its first test period",
        "they are there",
    ),
    (
        "a certificate of ours that ends",
        f"{CHECK_BEFORE} days before, or before the test period in which it does",
        "there is a new one",
    ),
    ("what a chain test waits for", "the day after its term", "it came, or the next school year"),
)
_AFTER = f"""
`--within DAYS` with more days has all of it said earlier. What was played is read from the folders of the chain tests
(`--ketentest DIR`). A test against a simulator is no test with a supplier, and one of more than {SELF_BEFORE} days before a
test period, or in the period before it with that supplier, does not count for it.
"""

Table = Callable[[Iterable[str], Iterable[Iterable[str]]], str]


def school_year_page(made: str, table: Table) -> str:
    """The text of school-year.md.

    Args:
        made: the first line of a page that is made.
        table: writes a table.
    """
    parts = [made, _INTRO]
    for year in YEARS:
        parts.append(f"\n## {year}\n\n")
        head = ("first day", "last day", "what (Dutch, as in the calendar)", "who", "from where")
        parts.append(table(head, map(_row, mijlpalen(year))))
        days = (
            (f"{item.day} ({with_weekday(item.day)[:2]})", item.naam, item.opmerking or "–") for item in feestdagen_in(year)
        )
        parts.append(f"\nPublic holidays ({BRON}):\n\n")
        parts.append(table(("day", "name", "note"), days))
    return "".join([*parts, _SAID, table(("reminder", "from", "until"), _REMINDERS), _AFTER])


def _holiday(item: Feestdag) -> tuple[str, ...]:
    return f"{item.day} ({with_weekday(item.day)[:2]})", item.naam, item.opmerking or "–"


def _row(item: Mijlpaal) -> tuple[str, ...]:
    what = "<br>".join([item.titel, *(f"*let op: {text}*" for text in item.opmerkingen)])
    said = ", ".join(
        [
            f"`{item.basis}`",
            *(["computed"] if item.berekend else []),
            *(["**check**"] if not item.zeker else ["sure"] if item.basis is Basis.WET else ["confirmed"]),
        ]
    )
    return item.first.isoformat(), item.last.isoformat(), what, item.wie, f"{said}: {item.bron}"
