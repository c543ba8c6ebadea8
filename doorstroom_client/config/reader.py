"""Reads the settings of a client from a TOML file and environment variables, and checks them before anything is sent."""

from __future__ import annotations

import os
from collections.abc import Callable, Collection, Mapping, Sequence
from functools import partial
from pathlib import Path
from typing import Any, TypeVar, cast

from doorstroom_client.config.collected import BY_NAME, Collected
from doorstroom_client.config.edexml_keuze import Keuze
from doorstroom_client.config.settings import Serve, Settings
from doorstroom_client.config.table import PREFIX, SETTINGS
from doorstroom_client.config.testperiodes import Testperiode, check_testperiodes
from doorstroom_client.errors import ConfigurationError, MessageError, Problem
from doorstroom_client.exchange.retry import Retry
from doorstroom_client.messages.afspraak import Afspraak
from doorstroom_client.messages.identifiers import Schooljaar
from doorstroom_client.messages.jaargangen import Jaargang, Jaargangen
from doorstroom_client.messages.school import School
from doorstroom_client.parties.certificate import ClientCertificate, ServerCertificate
from doorstroom_client.parties.leverancier import Leverancier, check_leveranciers
from doorstroom_client.parties.osr import Osr
from doorstroom_client.parties.setting_file import warn_when_shared
from doorstroom_client.store.location import veiled
from doorstroom_client.store.retention import Retention
from doorstroom_client.transport.request import Timeouts

DEFAULT_FILE = "doorstroom.toml"
_MISSING_PART = "is missing"
T = TypeVar("T")


def load_settings(
    path: str | os.PathLike[str] | None = None,
    environment: Mapping[str, str] | None = None,
    *,
    given: Collection[str] = (),
) -> Settings:
    """Read the file and the variables; variables win. No file of yours but this one and named secrets is opened.

    Args:
        path: the file; when left out, what ``DOORSTROOM_CONFIG`` names, else ``doorstroom.toml`` if it is here.
        environment: in place of ``os.environ``; for tests.
        given: names of arguments that the caller passes itself, and that may therefore be missing here.

    Raises:
        ConfigurationError: names every setting that is missing, unknown or unusable.
    """
    return _Making(_filled(path, environment), given).settings()


def _filled(path: str | os.PathLike[str] | None, environment: Mapping[str, str] | None) -> Collected:
    """Take everything in. The values stay inside, so that no traceback of a problem with them shows a secret."""
    env = os.environ if environment is None else environment
    file = file_in_use(path, env)
    values = Collected(file.parent if file else Path())
    if file:
        values.take_document(_read_toml(file))
        if values.holds_secret:
            warn_when_shared(file, "a secret")
    values.take_environment(env)
    return values


def file_in_use(path: str | os.PathLike[str] | None = None, environment: Mapping[str, str] | None = None) -> Path | None:
    """The file that is read: the one that is named, else the one here; None when there is none.

    Args:
        path: a name that wins.
        environment: in place of ``os.environ``; for tests.
    """
    env = os.environ if environment is None else environment
    named = path or env.get(f"{PREFIX}CONFIG")
    if named:
        return Path(named)
    return Path(DEFAULT_FILE) if Path(DEFAULT_FILE).is_file() else None


def _read_toml(file: Path) -> dict[str, Any]:
    import tomllib

    problem = ""
    try:
        return tomllib.loads(file.read_text("utf-8-sig"))
    except OSError as error:
        problem = f"cannot read {file}: {error.strerror or type(error).__name__}"
    except UnicodeDecodeError:
        problem = f"{file} is not a UTF-8 text"
    except tomllib.TOMLDecodeError as error:
        problem = f"{file} is not valid TOML: {error}" if "secret" not in str(error) else f"{file} is not valid TOML"
    raise ConfigurationError(problem, setting="config", hint="Name another file, or repair this one")


class _Making:
    """Makes the parts of a configuration of their values, and collects what is wrong with all of them.

    Args:
        values: as they were taken in.
        given: names of arguments that may be missing.
    """

    def __init__(self, values: Collected, given: Collection[str]) -> None:
        self._values = values
        self._given = given

    def settings(self) -> Settings:
        """Everything, checked.

        Raises:
            ConfigurationError: with all problems.
        """
        self._check_all_required()
        parts = {**self._plain(), **self._lists(), **self._sections()}
        self._raise_if_any()
        return Settings(**parts)

    def _plain(self) -> dict[str, Any]:
        """What stands at the top."""
        top = dict(self._values.sections.get("", {}))
        if "schooljaar" in top and not Schooljaar.fits(top["schooljaar"]):
            self._note("schooljaar", Schooljaar.rule)
        return {**top, "store": veiled(str(top["store"]))} if "store" in top else top

    def _lists(self) -> dict[str, Any]:
        """What may stand there several times, and the agreement, which is one of them or a shipped one."""
        afspraken = self._each("afspraken", lambda item: _afspraak(**item))
        named = self._values.sections.get("", {}).get("afspraak", "1.1")
        self._try("afspraak", lambda: Afspraak.met_naam(named, {item.naam: item for item in afspraken}))
        leveranciers = self._each("leveranciers", lambda item: Leverancier(**item))
        self._try("leveranciers", lambda: check_leveranciers(leveranciers))
        jaargangen = self._jaargangen(afspraken)
        made: dict[str, Any] = {"afspraken": afspraken, "leveranciers": leveranciers, "schooljaren": jaargangen}
        made["testperiodes"] = self._testperiodes(leveranciers)
        made["scholen"] = self._each("scholen", lambda item: School(**item))
        return {**made, "afspraak": None} if jaargangen else made

    def _jaargangen(self, afspraken: Sequence[Afspraak]) -> tuple[Jaargang, ...]:
        """The school years; they take the place of one namespace and one agreement."""
        made = self._each("schooljaren", lambda item: Jaargang(**item))
        if not self._values.has_problem("schooljaren"):
            self._try("schooljaren", lambda: Jaargangen.of(made).resolved({item.naam: item for item in afspraken}))
        sections = self._values.sections
        afspraak, namespace = (sections.get(name, {}).get(key) for name, key in (("", "afspraak"), ("osr", "namespace")))
        if "schooljaren" in self._values.lists:
            for name, found in (("afspraak", afspraak), ("osr.namespace", namespace)):
                if found is not None:
                    text = "must be left out when there are [[schooljaren]], which have one each"
                    self._values.problems.append((name, text))
        elif "osr" in sections and namespace in (None, ""):
            self._note("osr.namespace", f"{_MISSING_PART} ({BY_NAME['osr.namespace'].help})")
        return made

    def _testperiodes(self, leveranciers: Sequence[Leverancier]) -> tuple[Testperiode, ...]:
        """The periods in which the chain tests; the suppliers in them are looked up once those are in order."""
        made = self._each("testperiodes", lambda item: Testperiode(**item))
        if not self._values.has_problem("testperiodes") and not self._values.has_problem("leveranciers"):
            self._try("testperiodes", lambda: check_testperiodes(made, leveranciers))
        return made

    def _sections(self) -> dict[str, Any]:
        """What stands in a section of its own; one that is not there keeps its defaults."""
        makers: dict[str, Callable[..., object]] = {
            "osr": Osr,
            "certificate": ClientCertificate,
            "timeouts": Timeouts,
            "retention": _retention,
            "edexml": _keuze,
            "retry": _retry,
        }
        sections = self._values.sections
        made = {name: self._try(name, partial(make, **sections[name])) for name, make in makers.items() if name in sections}
        if sections.get("serve"):
            made["serve"] = self._try("serve", lambda: _serve(made.get("certificate"), **sections["serve"]))
        return made

    def _check_all_required(self) -> None:
        sections, lists = self._values.sections, self._values.lists
        self._check_required("", sections.get("", {}), "")
        for section in ("certificate", "osr"):
            if (section == "certificate" and section not in self._given) or section in sections:
                self._check_required(section, sections.get(section, {}), section)
        for name, items in lists.items():
            for at, item in enumerate(items):
                self._check_required(f"{name}[]", item, f"{name}[{at}]")

    def _check_required(self, section: str, values: Mapping[str, Any], path: str) -> None:
        for setting in SETTINGS:
            missing = setting.required and values.get(setting.key) in (None, "", ()) and setting.name not in self._given
            if setting.section == section and missing:
                name = f"{path}.{setting.key}" if path else setting.key
                self._note(name, f"{_MISSING_PART} ({setting.help})")

    def _note(self, name: str, text: str) -> None:
        """Note what is wrong, unless the value has a problem already: one of the wrong kind is not missing too."""
        if not self._values.has_problem(name):
            self._values.problems.append((name, text))

    def _each(self, name: str, make: Callable[[dict[str, Any]], T]) -> tuple[T, ...]:
        items = enumerate(self._values.lists.get(name, []))
        made = [self._try(f"{name}[{at}]", partial(make, item)) for at, item in items]
        return tuple(item for item in made if item is not None)

    def _try(self, path: str, make: Callable[[], T]) -> T | None:
        """Make a part, unless something in it is wrong already; note what is wrong with it."""
        if self._values.has_problem(path):
            return None
        try:
            return make()
        except ConfigurationError as error:
            text = error.message.removeprefix(error.setting).lstrip(": ")
            name = f"{path}.{error.setting.rpartition('.')[2]}" if path.endswith("]") else error.setting or path
            self._values.problems.append((name, f"{text}. {error.hint}" if error.hint else text))
        except MessageError as error:
            self._values.problems += [(f"{path}.{item.path.rpartition('.')[2]}", item.text) for item in error.problems]
        return None

    def _raise_if_any(self) -> None:
        found = self._values.problems
        if found:
            problems = tuple(Problem(name, text.removeprefix(name).lstrip(": ")) for name, text in found)
            raise ConfigurationError(
                "; ".join(str(problem) for problem in problems),
                setting=problems[0].path,
                hint="All settings: doorstroom config show",
                problems=problems,
            )


def _afspraak(basis: str = "1.1", **values: Any) -> Afspraak:
    return Afspraak.met_naam(basis).volgende(**values)


def _serve(own: object, **values: Any) -> Serve:
    shown: dict[str, Any] = {name: values.pop(name) for name in ("certificate", "key", "password") if name in values}
    port = values.get("port", 0)
    if port != int(port) or not 0 <= port <= 65535:
        raise ConfigurationError("serve.port must be a whole number from 0 (any free port) to 65535", setting="serve.port")
    given = {**values, "port": int(port)} if "port" in values else values
    return Serve(certificate=_server_certificate(shown, own if isinstance(own, ClientCertificate) else None), **given)


def _server_certificate(shown: Mapping[str, Any], own: ClientCertificate | None) -> ServerCertificate | None:
    """The certificate of the receiver, which trusts whom we trust."""
    if "certificate" not in shown:
        for name in shown:
            raise ConfigurationError(
                f"serve.{name} is given without serve.certificate",
                setting=f"serve.{name}",
                hint=f"Give serve.certificate too, or leave serve.{name} out",
            )
        return None
    trust, crls = ((), ()) if own is None else (own.trust, own.crls)
    return ServerCertificate(shown["certificate"], shown.get("key"), trust, shown.get("password"), crls)


def _keuze(**values: Any) -> Keuze:
    try:
        return Keuze(**values)
    except ConfigurationError as error:
        raise ConfigurationError(f"edexml.{error.message}", setting=f"edexml.{error.setting}") from None


def _retry(attempts: float = 3, longest_wait: float = 20.0) -> Retry:
    from tenacity import stop_after_attempt

    if attempts != int(attempts) or not 1 <= attempts <= 5:
        raise ConfigurationError("retry.attempts must be a whole number from 1 to 5", setting="retry.attempts")
    return Retry(stop=stop_after_attempt(int(attempts)), longest_wait=float(longest_wait))


def _retention(**values: float) -> Retention:
    """A variable gives every number with a fraction; one of zero is none."""
    return Retention(**{name: cast(int, int(days) if days == int(days) else days) for name, days in values.items()})
