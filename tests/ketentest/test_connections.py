"""What is wrong with a connection is told in Dutch, with whose turn it is and whether it may be over tomorrow."""

from __future__ import annotations

import pytest

from doorstroom_client.checkup.bevinding import Bevinding, Controlepunt, Staat, Verbindingscontrole
from doorstroom_client.checkup.chain_shown import ChainFault
from doorstroom_client.ketentest.partner_connection import Wrong, wrong_with
from doorstroom_client.ketentest.steps import Whose


def check(*found: tuple[Controlepunt, str], staat: Staat = Staat.WRONG) -> Wrong | None:
    items = tuple(Bevinding(punt, staat, code, "text") for punt, code in found)
    return wrong_with(Verbindingscontrole("ICE", "Toetsbureau Noord", "toets.example", items))


@pytest.mark.parametrize(
    ("punt", "code", "why", "whose", "reached"),
    [
        (Controlepunt.NAME, "name", "de naam is niet bekend", Whose.HEN, False),
        (Controlepunt.PORT, "unreachable", "er is van hier geen weg naartoe", Whose.HEN, False),
        (Controlepunt.TLS, "closed", "de verbinding werd verbroken toen TLS begon", Whose.HEN, False),
        (Controlepunt.TLS, "too_old", "de server spreekt alleen een oude versie van TLS", Whose.HEN, True),
        (Controlepunt.CHAIN, "incomplete_chain", "de server stuurt een tussencertificaat niet mee", Whose.HEN, True),
        (Controlepunt.CHAIN, "crl_missing", "het certificaat wordt niet vertrouwd (crl_missing)", Whose.ONS, True),
        (Controlepunt.OIN, "no_oin", "het certificaat heeft geen OIN", Whose.HEN, True),
        (Controlepunt.OWN, "unknown_ca", "ons certificaat wordt geweigerd (unknown_ca)", Whose.HEN, True),
        (Controlepunt.THEIR_END, "root_expired", "de root die wij vertrouwen is verlopen", Whose.ONS, True),
    ],
)
def test_what_is_wrong(punt: Controlepunt, code: str, why: str, whose: Whose, reached: bool) -> None:
    assert check((punt, code)) == Wrong(why=why, whose=whose, reached=reached, codes=(code,))


def test_what_is_looked_at_by_itself_or_needs_attention_only_is_not_wrong() -> None:
    assert check((Controlepunt.OWN_END, "expired"), (Controlepunt.CLOCK, "clock"), (Controlepunt.NAMESPACE, "other")) is None
    assert check((Controlepunt.THEIR_END, "ends_soon"), staat=Staat.ATTENTION) is None


def test_several_are_all_told() -> None:
    found = check((Controlepunt.OIN, "other_oin"), (Controlepunt.OWN, "unknown_ca"))
    assert found is not None
    assert "; " in found.why
    assert "unknown_ca" in found.why


@pytest.mark.parametrize("fault", list(ChainFault))
def test_every_fault_of_a_chain_has_words(fault: ChainFault) -> None:
    found = check((Controlepunt.CHAIN, str(fault)))
    assert found is not None
    assert str(fault) not in found.why
