"""Keeps a test away from production: every rule is held before the first connection."""

from __future__ import annotations

from collections.abc import Iterable
from pathlib import Path
from urllib.parse import urlsplit

from doorstroom_client import Leverancier
from doorstroom_client.config import Settings, load_settings
from doorstroom_client.config.reader import file_in_use
from doorstroom_client.errors import ConfigurationError
from doorstroom_client.ketentest.agreed import Plan

TEST = "test"
"""What has to be typed for the environment."""
_IN_A_PLAN = ('omgeving = "test" in plan.toml', "host in plan.toml")
_AS_OPTIONS = ("--environment test", "--host NAME")


def check_plan(plan: Plan, settings: Settings, production: Settings | None) -> Leverancier:
    """Refuse a plan that could reach production.

    Args:
        plan: what was agreed.
        settings: the configuration of the test.
        production: the configuration that this machine works with otherwise; None when there is none.

    Returns:
        The supplier of the plan, as it is configured.

    Raises:
        ConfigurationError: names the first rule that is broken; no connection was made.
    """
    if settings.osr is None:
        raise _refused("osr", "the configuration of the test names no OSR", "Name that for qualification")
    if settings.osr.environment == "productie":
        raise _refused(
            "osr.environment",
            "the configuration of the test names the OSR of production (which it does when osr.environment is left out)",
            'Set osr.environment = "kwalificatie", or "sandbox"',
        )
    supplier = plan.supplier_in(settings.leveranciers)
    if supplier is None:
        raise _refused("leverancier", f'the configuration of the test has no supplier "{plan.leverancier}"', "Add it there")
    check_typed(plan.omgeving, plan.host, supplier.base_url, production, _IN_A_PLAN)
    if settings.store is None:
        raise _refused("store", "the configuration of the test names no store", "Give the test a store of its own")
    if production is not None and production.store is not None and _same(production.store, settings.store):
        raise _refused("store", "the store of the test is that of production", "Give the test a store of its own")
    return supplier


def check_typed(
    environment: str, host: str, url: str, production: Settings | None, where: tuple[str, str] = _AS_OPTIONS
) -> None:
    """Refuse an address that nobody typed the host name of, and one that production uses.

    Args:
        environment: as it was typed.
        host: as it was typed.
        url: the address that would be called.
        production: as in `check_plan`.
        where: where environment and host are typed.

    Raises:
        ConfigurationError: names the rule that is broken; no connection was made.
    """
    meant = _host(url)
    if environment != TEST:
        raise _refused("omgeving", 'the environment was not typed as "test"', f"Give {where[0]}")
    if not meant or host.lower() != meant:
        raise _refused(
            "host",
            "the host name that was typed is not that of the address",
            f"Type the host name of the test server yourself: {where[1]}",
        )
    if meant in production_hosts(production):
        raise _refused(
            "host", f"{meant} is a host that your own configuration works with", "Take the address of the test server"
        )


def production_hosts(production: Settings | None) -> frozenset[str]:
    """The hosts that a configuration works with; those of this machine are nobody's production."""
    if production is None:
        return frozenset()
    urls: Iterable[str] = [item.base_url for item in production.leveranciers]
    named = {_host(url) for url in (*urls, *([] if production.osr is None else [production.osr.base_url]))}
    return frozenset(named - {"localhost", "127.0.0.1", "::1", ""})


def production_settings(tested: Path | None) -> Settings | None:
    """The configuration that this machine works with when none is named; None when it is that of the test, or is not there.

    Args:
        tested: the configuration of the test.

    Raises:
        ConfigurationError: it is there, but cannot be read: then nobody knows what production is.
    """
    found = file_in_use()
    if found is None or (tested is not None and found.resolve() == tested.resolve()):
        return None
    return load_settings(found)


def _host(url: str) -> str:
    try:
        return (urlsplit(url).hostname or "").lower()
    except ValueError:
        return ""


def _same(one: str, other: str) -> bool:
    return one == other or ("://" not in one and "://" not in other and Path(one).resolve() == Path(other).resolve())


def _refused(setting: str, problem: str, hint: str) -> ConfigurationError:
    return ConfigurationError(f"{problem}; nothing was called", setting=setting, hint=hint)
