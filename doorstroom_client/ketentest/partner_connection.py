"""What is wrong with a connection, as `Client.check_verbinding` sees it: in Dutch for both sides, and whose turn it is."""

from __future__ import annotations

from collections.abc import Mapping

from doorstroom_client import Bevinding, Controlepunt, Staat, Verbindingscontrole
from doorstroom_client.basics.frozen import frozen
from doorstroom_client.ketentest.steps import Whose

_REACHING: Mapping[str, str] = {
    "name_timeout": "de naamserver antwoordt niet",
    "name": "de naam is niet bekend",
    "refused": "er luistert niemand",
    "timeout": "de tijd was om",
    "reset": "de verbinding werd verbroken",
    "unreachable": "er is van hier geen weg naartoe",
    "silent": "er kwam geen TLS op gang",
    "closed": "de verbinding werd verbroken toen TLS begon",
    "other": "TLS lukt niet",
}
"""Because of which there is no connection, by the code of a finding: it may be over tomorrow."""
_WRONG: Mapping[str, str] = {
    "http": "er wordt http gesproken, zonder TLS",
    "not_tls": "er luistert iets dat geen TLS spreekt",
    "too_old": "de server spreekt alleen een oude versie van TLS",
    "no_cipher": "geen versleuteling die beide kanten aannemen",
    "unknown_name": "de server kent deze hostnaam niet",
    "incomplete_chain": "de server stuurt een tussencertificaat niet mee",
    "self_signed": "het certificaat is door zichzelf ondertekend",
    "untrusted": "het certificaat valt onder een andere root dan wij vertrouwen",
    "other_key": "het certificaat valt onder een root van die naam met een andere sleutel",
    "unclear": "er ontbreekt een tussencertificaat, of wij vertrouwen de root niet",
    "unseen": "het certificaat leidt niet naar een root die wij vertrouwen",
    "revoked": "het certificaat is ingetrokken",
    "wrong_purpose": "het certificaat is niet voor servers",
    "wrong_host": "het certificaat is voor een andere hostnaam",
    "no_oin": "het certificaat heeft geen OIN",
    "other_oin": "het certificaat heeft een ander OIN dan in onze instellingen staat; vraag welk OIN klopt",
    "expired": "het certificaat is verlopen",
    "not_yet_valid": "het certificaat is nog niet geldig volgens onze klok",
    "root_expired": "de root die wij vertrouwen is verlopen",
}
"""What has to be repaired, by the code of a finding."""
_OURS = ("other_oin", "untrusted", "other_key", "unclear", "unseen", "not_yet_valid", "root_expired")
"""What we look at first: it may stand wrong in our own settings."""
_REST: Mapping[Controlepunt, str] = {
    Controlepunt.TLS: "TLS lukt niet",
    Controlepunt.CHAIN: "het certificaat wordt niet vertrouwd",
    Controlepunt.OIN: "het OIN klopt niet",
    Controlepunt.OWN: "ons certificaat wordt geweigerd",
    Controlepunt.THEIR_END: "het certificaat is niet geldig",
}
_LOOKED_AT = (Controlepunt.NAME, Controlepunt.PORT, *_REST, Controlepunt.HOST)


@frozen(kw_only=True)
class Wrong:
    """What is wrong with a connection.

    Attributes:
        why: in Dutch.
        whose: whose turn it is.
        reached: whether there was a connection; without one it may be better tomorrow.
        codes: the same for a program, as the findings have them.
    """

    why: str
    whose: Whose
    reached: bool
    codes: tuple[str, ...]


def wrong_with(found: Verbindingscontrole) -> Wrong | None:
    """What is wrong with a connection; None when one can be made and both sides are who they should be.

    Whether our own certificate lasts, and what the clocks say, are looked at by themselves.

    Args:
        found: the check of the connection.
    """
    wrong = [item for item in found.bevindingen if item.staat is Staat.WRONG and item.punt in _LOOKED_AT]
    if not wrong:
        return None
    away = [item for item in wrong if _is_away(item)]
    told = "; ".join(_told(item) for item in away or wrong)
    ours = any(item.code in _OURS or item.code.startswith("crl_") for item in wrong)
    return Wrong(why=told, whose=Whose.ONS if ours else Whose.HEN, reached=not away, codes=tuple(item.code for item in wrong))


def _is_away(item: Bevinding) -> bool:
    return item.punt in (Controlepunt.NAME, Controlepunt.PORT) or (item.punt is Controlepunt.TLS and item.code in _REACHING)


def _told(item: Bevinding) -> str:
    if item.punt is Controlepunt.OWN:
        return f"{_REST[item.punt]} ({item.code})"
    return {**_WRONG, **_REACHING}.get(item.code) or f"{_REST.get(item.punt, 'er is geen verbinding')} ({item.code})"
