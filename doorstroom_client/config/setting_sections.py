"""What each section of the settings is for, and where its facts come from: nothing in it is known by this library."""

from __future__ import annotations

from collections.abc import Mapping

from doorstroom_client.basics.frozen import frozen


@frozen
class Section:
    """One section of the settings.

    Attributes:
        purpose: what it is for.
        source: who gives its facts; empty when they are your own choice.
    """

    purpose: str
    source: str = ""


SECTIONS: Mapping[str, Section] = {
    "": Section("Who you are in every message, and where things are kept."),
    "retention": Section("How long the store keeps what is no longer needed."),
    "certificate": Section(
        "Who you are and whom you trust. Nothing is taken from the machine's own store of roots.",
        "The trust service provider gives you the certificate with its intermediates (PKIoverheid, with your OIN in it), and "
        "publishes the roots. The private key never leaves your machine.",
    ),
    "osr": Section(
        "Needed to look up mandates, to send without naming a supplier, and to receive.",
        "Kennisnet tells the address of the OSR, its OIN, the namespace of each school year, the API key and the name of its "
        "header; none of them is public.",
    ),
    "leveranciers[]": Section(
        "One section per test. The OSR does not know these addresses.",
        "The supplier of the test tells its OIN and its address.",
    ),
    "scholen[]": Section(
        "One section per school administration.",
        "The codes stand in RIO, the register of DUO; the routeringskenmerk is the one that the school has in the OSR.",
    ),
    "afspraken[]": Section(
        "Agreements of later school years.", "The version string stands in the specification of that school year."
    ),
    "edexml": Section("How EDEXML is read."),
    "schooljaren[]": Section(
        "What belongs to one school year, with the days on which it is in force: next year's can be set in advance.",
        "Kennisnet tells the namespace; the agreement stands in the specification of that school year.",
    ),
    "testperiodes[]": Section(
        "When the parties of the chain test one to one.", "It is agreed each year in the ketenoverleg and published nowhere."
    ),
    "timeouts": Section("Seconds for a whole call, waiting and repeating included."),
    "retry": Section("How often a call is repeated."),
    "serve": Section('For the command "doorstroom serve".'),
}
"""The sections by name, in the order of the table."""


def header(section: str) -> str:
    """The line that begins a section; empty for what stands at the top."""
    if section.endswith("[]"):
        return f"[[{section.removesuffix('[]')}]]"
    return f"[{section}]" if section else ""
