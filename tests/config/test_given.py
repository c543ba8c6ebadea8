"""Arguments of another kind than their own: one sentence that names them, at once, and never what they hold."""

from __future__ import annotations

import asyncio
import datetime as dt
import gc
import re
import warnings
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from support import LEVERANCIER, NOW, SCHOOL

from doorstroom_client import (
    Adreswens,
    AsyncClient,
    Client,
    ClientCertificate,
    ConfigurationError,
    Leverancier,
    Osr,
    Retention,
    School,
    Timeouts,
)
from doorstroom_client.simulator import Keten

SECRET = "geheim-4711"


class Silent:
    """A transport that nobody asks anything."""

    def send(self, request: object) -> Any:
        raise AssertionError("nothing is sent here")

    def close(self) -> None: ...


class Asynchronous(Silent):
    async def close(self) -> None: ...  # type: ignore[override]


def make(kind: type[Any], **given: Any) -> Any:
    return kind(
        **{"transport": Silent() if kind is Client else Asynchronous(), "auteur": "Test 1", "now": lambda: NOW, **given}
    )


both = pytest.mark.parametrize("kind", [Client, AsyncClient])
OTHER: tuple[Any, ...] = (SECRET, object(), 5, 5.0, [SECRET], {SECRET: 1}, b"geheim-4711", True, dt.date(2026, 1, 1), Client)
"""Values of many kinds; what an argument takes is left out below."""
TAKES: dict[str, tuple[type, ...]] = {
    "certificate": (),
    "osr": (),
    "leveranciers": (),
    "auteur": (str,),
    "las_naam": (str,),
    "afspraak": (str,),
    "afspraken": (),
    "schooljaar": (),
    "schooljaren": (),
    "scholen": (),
    "store": (str,),
    "retention": (),
    "retry": (),
    "timeouts": (),
    "transport": (type,),
    "test_identities": (bool,),
    "las_key_reden": (str,),
    "on_event": (type,),
    "now": (type,),
}
MORE: list[tuple[str, Any]] = [
    ("certificate", "las.pem"),
    ("certificate", Path("las.pem")),
    ("certificate", ("las.pem", "las.key")),
    ("certificate", ClientCertificate),
    ("osr", "https://osr.example.nl/api/v2"),
    ("leveranciers", LEVERANCIER),
    ("leveranciers", {"ICE": LEVERANCIER}),
    ("leveranciers", [LEVERANCIER, "ICE"]),
    ("leveranciers", [None]),
    ("scholen", SCHOOL),
    ("scholen", "99AA"),
    ("scholen", [SCHOOL, "99AA"]),
    ("scholen", {SCHOOL.routeringskenmerk: SCHOOL}),
    ("scholen", School),
    ("store", Path),
    ("store", 0),
    ("retry", 3),
    ("timeouts", 30),
    ("retention", 30),
    ("afspraken", "1.1"),
    ("schooljaren", "2025-2026"),
    ("schooljaar", 2025),
]


def refused(what: Callable[[], object]) -> ConfigurationError:
    with pytest.raises(ConfigurationError) as caught:
        what()
    assert "\n" not in str(caught.value)
    assert SECRET not in str(caught.value) + repr(caught.value)
    return caught.value


@both
@pytest.mark.parametrize(
    ("name", "value"),
    [*((name, value) for name, kinds in TAKES.items() for value in OTHER if not isinstance(value, kinds)), *MORE],
)
def test_an_argument_of_another_kind_is_named(kind: type[Any], name: str, value: Any) -> None:
    error = refused(lambda: make(kind, **{name: value}))
    assert (error.setting or "").startswith(name)
    assert name in str(error)


def test_every_argument_of_a_client_is_tried_here() -> None:
    import inspect

    assert set(TAKES) == set(inspect.signature(Client).parameters)


@both
@pytest.mark.parametrize(
    ("name", "value"),
    [
        ("leveranciers", "ICE"),
        ("leveranciers", LEVERANCIER),
        ("retry", 3),
        ("timeouts", 30),
        ("afspraak", 5),
        ("schooljaar", 2025),
    ],
)
def test_of_other_options_too(kind: type[Any], name: str, value: Any) -> None:
    client = make(kind)
    assert (refused(lambda: client.with_options(**{name: value})).setting or "").startswith(name)


@both
def test_an_agreement_is_named_here_as_at_the_start(kind: type[Any]) -> None:
    assert make(kind, afspraak="1.1").with_options(afspraak="1.0").afspraak == make(kind, afspraak="1.0").afspraak


@both
def test_what_fits_is_taken(kind: type[Any], tmp_path: Path) -> None:
    client = make(
        kind,
        osr=Osr("https://osr.example.nl/api/v2", "n"),
        leveranciers=iter([LEVERANCIER]),
        scholen=(school for school in [SCHOOL]),
        store=tmp_path / "x.db",
        retention=Retention(days=3),
        timeouts=Timeouts(post=3),
        on_event=print,
    )
    assert client.leveranciers == client.leveranciers == (LEVERANCIER,)
    assert client.scholen == (SCHOOL,)
    assert not (tmp_path / "x.db").exists()
    assert make(kind, leveranciers=None, scholen=None).scholen == ()


@pytest.mark.parametrize("name", ["cert", "key", "trust", "crls", "password"])
@pytest.mark.parametrize("value", [5, object(), b"las.pem", {"a": 1}, [5], Path])
def test_a_certificate_wants_paths(name: str, value: Any) -> None:
    error = refused(lambda: ClientCertificate(**{"cert": "las.pem", name: value}))
    assert (error.setting or "").removeprefix("certificate.") == name


@pytest.mark.parametrize("name", ["cert", "key", "trust", "crls"])
@pytest.mark.parametrize("many", [False, True])
def test_the_content_of_a_file_in_place_of_its_path_is_not_shown(name: str, many: bool) -> None:
    pem = f"-----BEGIN PRIVATE KEY-----\n{SECRET}\n-----END PRIVATE KEY-----\n"
    given: Any = [pem] if many and name in ("trust", "crls") else pem
    error = refused(lambda: ClientCertificate(**{"cert": "las.pem", name: given}))
    assert "is the content of one" in str(error)


def test_paths_as_text_make_a_certificate(eigen_keten: Keten) -> None:
    given = eigen_keten.arguments()["certificate"]
    as_text = ClientCertificate(str(given.cert), str(given.key_file), str(given.trust_files[0]))
    assert as_text.facts() == given.facts()
    many = ClientCertificate(str(given.cert), given.key, (path for path in given.trust_files))  # type: ignore[arg-type]
    assert many.trust_files == many.trust_files == given.trust_files
    with eigen_keten.client(certificate=as_text) as client:
        assert client.osr.check_mandaat(eigen_keten.school, "ICE")


KEYS: dict[str, Callable[[School], Any]] = {
    "itself": lambda school: school,
    "BRIN": lambda school: school.instellingscode,
    "School OIN": lambda school: school.oin,
    "routeringskenmerk": lambda school: school.routeringskenmerk,
}
ASKS: dict[str, Callable[[Any, Any, Path], Any]] = {
    "check_mandaat": lambda client, school, _: client.osr.check_mandaat(school, "ICE"),
    "find_leveranciers": lambda client, school, _: client.osr.find_leveranciers(school),
    "find_endpoints": lambda client, school, _: client.osr.find_endpoints(school),
    "plan_endpoint": lambda client, school, _: client.osr.plan_endpoint(school, "https://las.example.nl/"),
    "register_endpoint": lambda client, school, _: client.osr.register_endpoint(school, "https://las.example.nl/"),
    "check_mandaten": lambda client, school, _: client.osr.check_mandaten([school]),
    "resultaten": lambda client, school, _: client.resultaten(school),
    "watch": lambda client, school, _: client.watch(school, stop=lambda: True),
    "on_resultaat": lambda client, school, _: client.on_resultaat(print, school, stop=lambda: True),
    "fetch_leerlingrapport": lambda client, school, _: client.fetch_leerlingrapport(
        "onbekend", school=school, leverancier="ICE"
    ),
    "fetch_leerlingrapporten": lambda client, school, folder: client.fetch_leerlingrapporten(folder, school=school),
}
every_ask = pytest.mark.parametrize("ask", ASKS.values(), ids=ASKS)


def outcome(done: Callable[[], Any]) -> str:
    """What came of it, in short: enough to see that one key asks the same as another."""
    try:
        found = done()
        return repr(found if not hasattr(found, "__next__") else list(found))
    except Exception as error:
        return named(error)


def named(error: Exception) -> str:
    return re.sub(r"\[request \w+\]", "", f"{type(error).__name__}: {error}")


def asked(kind: type[Any], keten: Keten, ask: Callable[[Any, Any, Path], Any], school: Any, folder: Path, **more: Any) -> str:
    """The outcome with a client of this kind."""
    if kind is Client:
        with keten.client(store=folder / "x.db", **more) as client:
            return outcome(lambda: ask(client, school, folder))

    async def main() -> str:
        async with keten.async_client(store=folder / "x.db", **more) as client:
            try:
                found = ask(client, school, folder)
                return repr([item async for item in found] if hasattr(found, "__anext__") else await found)
            except Exception as error:
                return named(error)

    return asyncio.run(main())


@both
@every_ask
def test_a_school_is_meant_by_itself_or_by_a_key(
    kind: type[Any], keten: Keten, tmp_path: Path, ask: Callable[[Any, Any, Path], Any]
) -> None:
    schools = keten.arguments()["scholen"]
    only = next(item for item in schools if [other.oin for other in schools].count(item.oin) == 1)
    asked(kind, keten, ask, only, tmp_path)  # what registers has done so
    found = {name: asked(kind, keten, ask, key(only), tmp_path) for name, key in KEYS.items()}
    assert len(set(found.values())) == 1, found
    assert "ConfigurationError" not in found["BRIN"]


def finds(school: School) -> Callable[[str], Any]:
    return lambda key: school if key == school.routeringskenmerk else None


def awaited(school: School) -> Callable[[str], Any]:
    async def find(key: str) -> School | None:
        await asyncio.sleep(0)
        return finds(school)(key)

    return find


@both
@every_ask
def test_a_school_that_a_function_finds(
    kind: type[Any], keten: Keten, tmp_path: Path, ask: Callable[[Any, Any, Path], Any]
) -> None:
    school = keten.school
    asked(kind, keten, ask, school, tmp_path)
    first = asked(kind, keten, ask, school, tmp_path)
    assert asked(kind, keten, ask, school.routeringskenmerk, tmp_path, scholen=finds(school)) == first
    for key in (school.instellingscode, school.oin, "0000000700099ZZ00000"):
        assert "finds no school by this key" in asked(kind, keten, ask, key, tmp_path, scholen=finds(school))


@every_ask
def test_what_a_coroutine_function_finds_is_awaited(
    keten: Keten, tmp_path: Path, ask: Callable[[Any, Any, Path], Any], request: pytest.FixtureRequest
) -> None:
    school = keten.school
    asked(AsyncClient, keten, ask, school, tmp_path)
    first = asked(AsyncClient, keten, ask, school, tmp_path)
    found = asked(AsyncClient, keten, ask, school.routeringskenmerk, tmp_path, scholen=awaited(school))
    if "check_mandaten" in request.node.name:  # its schools are read beside the loop
        assert "this method cannot wait for it" in found
    else:
        assert found == first


@both
@every_ask
@pytest.mark.parametrize("value", [5, object(), b"99AA", ["99AA"], School])
def test_something_else_than_a_school_is_named(
    kind: type[Any], keten: Keten, tmp_path: Path, ask: Callable[[Any, Any, Path], Any], value: Any
) -> None:
    found = asked(kind, keten, ask, value, tmp_path)
    assert found.startswith(
        ("ConfigurationError: school must be a School", "ConfigurationError: schools must be a list of School")
    )


def fails(_: str) -> School:
    raise LookupError("the database of the LAS is down")


@both
@pytest.mark.parametrize(
    ("scholen", "says"),
    [
        (finds(SCHOOL), ""),
        (awaited(SCHOOL), "scholen is a coroutine function here"),
        (lambda _: None, "finds no school by this key"),
        (lambda _: SECRET, "what it gives is no School"),
        (lambda _: School, "what it gives is no School"),
    ],
)
def test_find_school_with_a_function(kind: type[Any], scholen: Any, says: str) -> None:
    client = make(kind, scholen=scholen)
    with warnings.catch_warnings():
        warnings.simplefilter("error")
        if says:
            assert says in str(refused(lambda: client.find_school(SCHOOL.routeringskenmerk)))
        else:
            assert client.find_school(SCHOOL.routeringskenmerk) is SCHOOL
        refused(lambda: client.find_school(SCHOOL.instellingscode))
        gc.collect()


@both
def test_what_the_function_itself_raises_is_its_own(kind: type[Any]) -> None:
    with pytest.raises(LookupError, match="database of the LAS"):
        make(kind, scholen=fails).find_school(SCHOOL.routeringskenmerk)


@both
@pytest.mark.parametrize("value", [5, object(), None, b"ICE", [LEVERANCIER], Leverancier])
def test_something_else_than_a_supplier_is_named(kind: type[Any], keten: Keten, tmp_path: Path, value: Any) -> None:
    found = asked(kind, keten, lambda client, school, _: client.osr.check_mandaat(school, value), keten.school, tmp_path)
    assert found.startswith("ConfigurationError: leverancier must be a Leverancier")


@both
@pytest.mark.parametrize("value", [5, SCHOOL, "99AA", ["99AA"], [None], {"a": 1}, None])
def test_wishes_are_a_list_of_wishes(kind: type[Any], keten: Keten, tmp_path: Path, value: Any) -> None:
    for method in ("plan_endpoints", "register_endpoints"):
        found = asked(
            kind, keten, lambda client, wensen, _, method=method: getattr(client.osr, method)(wensen), value, tmp_path
        )
        assert found.startswith("ConfigurationError: wensen must be a list of Adreswens")


def test_a_wish_wants_a_school() -> None:
    assert refused(lambda: Adreswens("99AA", "https://las.example.nl/")).setting == "school"  # type: ignore[arg-type]
