"""Which pages the reference of the API has, and which public names stand on each."""

from __future__ import annotations

import importlib
from collections.abc import Iterator
from dataclasses import dataclass
from functools import cache

from api_source import defined
from api_types import PACKAGE


@dataclass(frozen=True)
class Page:
    """One page: names of the package itself by the room they are defined in, or all names of another public module.

    Attributes:
        file: the name of the page, without its ending.
        title: what stands above it.
        intro: who needs it.
        rooms: for names of the package itself: where they are defined, below the package.
        module: else the module that has the names.
    """

    file: str
    title: str
    intro: str
    rooms: tuple[str, ...] = ()
    module: str = ""


PAGES = (
    Page(
        "client",
        "The client",
        "Where everything starts: the client, its parts, and the same for an event loop.",
        ("client", "faces", "async_client", "async_faces"),
    ),
    Page("lists", "Schools, pupils and lists", "What a LAS hands in, and by which agreement.", ("messages", "")),
    Page("outcomes", "What became of a list", "What sending gives back, at once or from the outbox.", ("sending", "basics")),
    Page(
        "results",
        "Results",
        "What comes back about a pupil, and what it is made of.",
        ("messages.leerlingresultaat", "receiving.received", "reports"),
    ),
    Page("values", "Value lists", "The codes of the standard. What comes in may hold others.", ("messages.vocabulary",)),
    Page(
        "parties",
        "Parties, certificates and keys",
        "Who you are, whom you talk to, and how each knows the other.",
        ("parties",),
    ),
    Page("osr", "The OSR and connections", "What the register says, and what a check finds.", ("osr", "checkup")),
    Page("keeping", "Receiving and keeping", "What comes in, and where it is kept.", ("receiving", "store")),
    Page("calls", "How a call goes", "Time, repeating, events, and transports.", ("transport", "exchange", "events")),
    Page(
        "errors",
        "Errors and their attributes",
        "Each error with its attributes. Cause and next step of each: [Errors](../../errors.md).",
        ("errors",),
    ),
    Page("readers", "Files", "Read lists, schools and EDEXML from files.", module="readers"),
    Page("overview", "The overview", "Whose advice must be reconsidered, and fields for DUO.", module="overview"),
    Page("season", "The season", "What is still missing before the dates of the season.", module="season"),
    Page("planning", "The school year", "The dates of the school year, and what is to be done in it.", module="planning"),
    Page("school-texts", "Texts for schools", "Ready texts in Dutch, for screens and mails.", module="school_texts"),
    Page("config", "Settings without a client", "The settings of a file, to look at or to pass on.", module="config"),
    Page("transport", "A transport of your own", "What goes to a transport, and what comes back from it.", module="transport"),
    Page("receiving", "Receiving behind your own server", "Limits, proxies, and why a sender was refused.", module="receiving"),
    Page("server", "A receiving server", "uvicorn as a server that asks for a certificate.", module="receiving.server"),
    Page("simulator", "The simulator", "The whole chain on your own machine, for your own tests.", module="simulator"),
    Page("faults", "Faults to play", "Answers and connections that go wrong, to test a client.", module="simulator.faults"),
    Page("pytest", "Fixtures for pytest", "What the extra `pytest` brings.", module="pytest_plugin"),
    Page("mandate-table", "What the OSR may answer", "The table by which answers are read.", module="osr.mandate_table"),
    Page("otel", "OpenTelemetry", "Spans for each call.", module="otel"),
)


@cache
def names_of(page: Page) -> tuple[str, ...]:
    """The public names of a page: the client first, errors last."""
    module = module_of(page)
    public = [name for name in importlib.import_module(module).__all__ if page.module or page_of_own(name) is page]
    return tuple(sorted(public, key=lambda name: (name != "Client", name.startswith("Async"), name)))


def module_of(page: Page) -> str:
    """The module that the names of a page are imported from."""
    return f"{PACKAGE}.{page.module}" if page.module else PACKAGE


@cache
def page_of_own(name: str) -> Page:
    """The page of a name of the package itself: that of the nearest room."""
    room = defined(PACKAGE, name)[0].removeprefix(PACKAGE).removeprefix(".")
    while True:
        for page in PAGES:
            if room in page.rooms:
                return page
        if not room:
            raise SystemExit(f"{name}: no page of tools/api_pages.py has its room")
        room = room.rpartition(".")[0]


def told_at(page: Page, name: str) -> tuple[Page, str] | None:
    """Where a name is told of that a page mentions: on the page itself, with the package, or elsewhere."""
    if name in names_of(page):
        return _first(page, name), name
    return next(((each, name) for each in PAGES if not each.module and name in names_of(each)), None)


def _first(page: Page, name: str) -> Page:
    """The page that tells of a thing that several modules have under one name: that of the package itself, else the first."""
    home = defined(module_of(page), name)
    same = (each for each in PAGES if name in names_of(each) and defined(module_of(each), name) == home)
    return next(same, page)


def is_told_elsewhere(page: Page, name: str) -> Page | None:
    """The other page on which a name of this one stands in full."""
    first = _first(page, name)
    return first if first is not page else None


def all_names() -> Iterator[tuple[str, Page]]:
    """Every public name with the page that tells of it."""
    for page in PAGES:
        yield from ((name, page) for name in names_of(page))
