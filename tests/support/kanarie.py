"""The canary: one pupil and a few secrets whose values stand nowhere else, so that finding one means that it leaked.

Nothing here needs the simulator or pytest: a process that a test starts uses it as well.
"""

from __future__ import annotations

import datetime as dt
import hashlib
from pathlib import Path

from doorstroom_client import Advies, Deelnemer, Leerling, Stamgroep
from doorstroom_client.messages.afspraak import AFSPRAKEN

HEX = hashlib.sha512(b"kanarie").hexdigest()
ECK, LAS = f"https://ketenid.nl/pilot/{HEX}", "las-kanarie-9d3f71~é"
NAAM, ROEPNAAM, GEBOREN = "Kånariepiét-qx71", "Zwàluw-7hh2", "2013-11-27"
SCORE, TOETSADVIES, ADVIES = 918273645, "kanarie-advies-7tq", "VMBO_KB_MET_LWOO"
RAPPORT, MELDING = "kanarie-rapport-5c2e", "melding over Kwikstaart-3bé"
WACHTZIN, TOKEN, SLEUTEL = "wachtzin-kanarie-71c", "token-kanarie-4410", "api-kanarie-88d2f0"
RECEIPT, PORTAL = "Kwik-3b7q2", "Portaal v Kwikstaart-5d1x"
"""Texts of a peer, as long as those of the simulator that they take the place of."""
CANARIES = {
    "eck_id": HEX[:40],
    "las_key": LAS,
    "achternaam": NAAM,
    "roepnaam": ROEPNAAM,
    "geboortedatum": GEBOREN,
    "geboortedatum als date": "datetime.date(2013, 11, 27)",
    "score": str(SCORE),
    "toetsadvies": TOETSADVIES,
    "schooladvies": ADVIES,
    "rapportid": RAPPORT,
    "melding": MELDING,
    "receipt": RECEIPT,
    "portal": PORTAL,
    "api_key": SLEUTEL,
    "wachtzin": WACHTZIN,
    "token": TOKEN,
}
HARMLESS = [repr(item.schooladviezen) for item in AFSPRAKEN.values() if item.schooladviezen]
"""The lists of all codes of an agreement: the advice of the canary is one of them."""

LEERLING = Leerling(eck_id=ECK, las_key=LAS)
GROEPEN = [Stamgroep("groep-1", "8A")]
DEELNEMER = Deelnemer(
    leerling=LEERLING, achternaam=NAAM, roepnaam=ROEPNAAM, voorletters="Z", geboortedatum=dt.date(2013, 11, 27), groep="groep-1"
)
SCHOOLADVIES = Advies(LEERLING, ADVIES)


def lock(plain: Path, locked: Path) -> Path:
    """The same private key, behind the passphrase."""
    from cryptography.hazmat.primitives import serialization  # only who makes certificates has it

    key = serialization.load_pem_private_key(plain.read_bytes(), None)
    how = serialization.BestAvailableEncryption(WACHTZIN.encode())
    locked.touch(0o600)
    locked.write_bytes(key.private_bytes(serialization.Encoding.PEM, serialization.PrivateFormat.PKCS8, how))
    return locked


def lines_of_keys(*keys: Path) -> dict[str, str]:
    """A line of each key file, by name."""
    return {f"sleutelbestand {number}": key.read_text().splitlines()[1] for number, key in enumerate(keys)}
