"""Reads the settings of a client from a TOML file and environment variables, and checks them before anything is sent."""

from __future__ import annotations

import datetime as dt
import math
import os
from collections.abc import Callable, Collection, Mapping, Sequence
from dataclasses import field, fields
from functools import partial
from ipaddress import ip_address
from pathlib import Path
from typing import Any, TypeVar, cast

from doorstroom_client.basics.frozen import frozen
from doorstroom_client.config.edexml_keuze import Keuze
from doorstroom_client.config.table import PREFIX, SETTINGS, Setting
from doorstroom_client.errors import ConfigurationError, MessageError, Problem
from doorstroom_client.exchange.retry import Retry
from doorstroom_client.messages.afspraak import Afspraak
from doorstroom_client.messages.identifiers import Schooljaar
from doorstroom_client.messages.jaargangen import Jaargang, Jaargangen
from doorstroom_client.messages.school import School
from doorstroom_client.messages.values import amsterdam
from doorstroom_client.our_side import as_afspraak
from doorstroom_client.parties.certificate import ClientCertificate, ServerCertificate, warn_when_shared
from doorstroom_client.parties.leverancier import Leverancier, check_leveranciers
from doorstroom_client.parties.osr import Osr
from doorstroom_client.receiving.proxy import Proxy
from doorstroom_client.store.location import is_address, veiled
from doorstroom_client.store.retention import Retention
from doorstroom_client.transport.request import Timeouts

DEFAULT_FILE = "doorstroom.toml"
_MISSING_PART = "is missing"
T = TypeVar("T")


_BY_NAME = {setting.name: setting for setting in SETTINGS}
_SECTIONS = {setting.section for setting in SETTINGS}


@frozen(kw_only=True)
class Settings:
    """Everything that a configuration says, checked."""

    auteur: str = ""
    afspraak: str | None = "1.1"
    schooljaar: str | None = None
    schooljaren: tuple[Jaargang, ...] = ()
    store: str | None = None
    retention: Retention = field(default_factory=Retention)
    test_identities: bool = False
    las_key_reden: str = ""
    certificate: ClientCertificate | None = None
    osr: Osr | None = None
    leveranciers: tuple[Leverancier, ...] = ()
    scholen: tuple[School, ...] = ()
    afspraken: tuple[Afspraak, ...] = ()
    edexml: Keuze = field(default_factory=Keuze)
    timeouts: Timeouts = field(default_factory=Timeouts)
    retry: Retry = field(default_factory=Retry)
    serves: bool = False
    serve_certificate: ServerCertificate | None = None
    serve_host: str = "127.0.0.1"
    serve_port: int = 8443
    serve_proxy_trusted: tuple[str, ...] = ()
    serve_proxy_header: str = ""
    serve_proxy_format: str = "rfc9440"
    serve_proxy_intermediates: tuple[Path, ...] = ()

    @property
    def own_certificate(self) -> ClientCertificate:
        """The certificate.

        Raises:
            ConfigurationError: the configuration names none, because the caller was going to pass it.
        """
        if self.certificate is None:
            raise ConfigurationError("certificate is missing", setting="certificate")
        return self.certificate

    @property
    def server_certificate(self) -> ClientCertificate:
        """The certificate that the receiver shows: its own, else the one for calling others.

        Raises:
            ConfigurationError: the configuration names none.
        """
        return self.serve_certificate or self.own_certificate

    @property
    def jaargangen(self) -> Jaargangen:
        """What belongs to each school year; empty when there is one agreement and one namespace."""
        return Jaargangen.of(self.schooljaren).resolved({item.naam: item for item in self.afspraken})

    def the_afspraak(self) -> Afspraak:
        """The agreement to write now: that of the configured school year, or of the one that is in force today.

        Raises:
            ConfigurationError: there is none of that name.
        """
        table, today = self.jaargangen, dt.datetime.now(amsterdam()).date()
        found = table.van(self.schooljaar) if self.schooljaar else table.on(today)
        return as_afspraak(self.afspraak if found is None else found.afspraak, self.afspraken)

    def proxy(self) -> Proxy | None:
        """Reads the certificate that the proxy in front hands on; None when TLS ends here.

        Raises:
            ConfigurationError: a setting or file of it cannot be used, or what passes unencrypted would cross a network.
        """
        if not self.serve_proxy_trusted:
            return None
        if not _is_loopback(self.serve_host):
            raise ConfigurationError(
                "serve.host must be a loopback address when TLS ends in a proxy: what passes here is not encrypted",
                setting="serve.host",
                hint='Give serve.host = "127.0.0.1" and let the proxy run on this machine',
            )
        return Proxy(
            self.serve_proxy_trusted,
            anchors=self.own_certificate.trust_files,
            crls=self.own_certificate.crl_files,
            intermediates=self.serve_proxy_intermediates,
            header=self.serve_proxy_header,
            format=self.serve_proxy_format,
        )

    def arguments(self) -> dict[str, Any]:
        """The arguments for the constructor of a client."""
        names = [item.name for item in fields(self) if not item.name.startswith(("serve", "edexml"))]
        return {name: getattr(self, name) for name in names}


def _is_loopback(host: str) -> bool:
    try:
        return ip_address(host).is_loopback
    except ValueError:
        return False


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
    return _filled_reader(path, environment, given).settings()


def _filled_reader(
    path: str | os.PathLike[str] | None, environment: Mapping[str, str] | None, given: Collection[str]
) -> _Reader:
    """Take everything in. The values stay inside the reader, so that no traceback of a problem with them shows a secret."""
    env = os.environ if environment is None else environment
    file = _the_file(path, env)
    reader = _Reader(file.parent if file else Path(), given)
    if file:
        reader.take_document(_read_toml(file))
        if reader.holds_secret:
            warn_when_shared(file, "a secret")
    reader.take_environment(env)
    return reader


def _the_file(path: str | os.PathLike[str] | None, env: Mapping[str, str]) -> Path | None:
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


class _Reader:
    """Collects values and problems, so that one error names everything."""

    def __init__(self, folder: Path, given: Collection[str]) -> None:
        self._folder = folder
        self._given = given
        self._values: dict[str, dict[str, Any]] = {}
        self._lists: dict[str, list[dict[str, Any]]] = {}
        self._problems: list[tuple[str, str]] = []
        self.holds_secret = False

    def take_document(self, document: Mapping[str, Any]) -> None:
        """Take the values of a TOML document."""
        for name, value in document.items():
            if f"{name}[]" in _SECTIONS:
                items = value if isinstance(value, list) else [value]
                self._lists[name] = [self._section(f"{name}[]", item, f"{name}[{at}]") for at, item in enumerate(items)]
            elif name in _SECTIONS:
                self._values[name] = self._section(name, value, name)
            else:
                self._values.setdefault("", {}).update(self._section("", {name: value}, ""))

    def take_environment(self, env: Mapping[str, str]) -> None:
        """Take the values of the variables; they win."""
        known = {setting.variable: setting for setting in SETTINGS if setting.variable}
        for variable in sorted(name for name in env if name.startswith(PREFIX) and name != f"{PREFIX}CONFIG"):
            setting = known.get(variable)
            secret = known.get(variable.removesuffix("_FILE")) if variable.endswith("_FILE") else None
            if setting:
                self._put(setting, self._from_text(setting, env[variable]))
            elif secret and secret.from_file:
                if secret.variable in env:
                    self._problems.append((secret.name, f"{secret.variable} and {variable} are both set; use one"))
                self._put(secret, self._secret_from(secret, env[variable]))
            else:
                self._problems.append((variable, "is not a variable of this library"))

    def settings(self) -> Settings:
        """Everything, checked.

        Raises:
            ConfigurationError: with all problems.
        """
        top = self._values.get("", {})
        self._check_required("", top, "")
        for section in ("certificate", "osr"):
            if (section == "certificate" and section not in self._given) or section in self._values:
                self._check_required(section, self._values.get(section, {}), section)
        for name, items in self._lists.items():
            for at, item in enumerate(items):
                self._check_required(f"{name}[]", item, f"{name}[{at}]")
        made = self._make(top)
        self._raise_if_any()
        return made

    def _make(self, top: dict[str, Any]) -> Settings:
        part = self._values
        serve, retry = part.get("serve", {}), part.get("retry", {})
        afspraken = self._each("afspraken", _afspraak)
        self._try("afspraak", lambda: Afspraak.met_naam(top.get("afspraak", "1.1"), {item.naam: item for item in afspraken}))
        leveranciers = self._each("leveranciers", lambda item: Leverancier(**item))
        self._try("leveranciers", lambda: check_leveranciers(leveranciers))
        osr = self._try("osr", lambda: Osr(**part["osr"])) if "osr" in part else None
        jaargangen = self._jaargangen(top, afspraken)
        certificate = (
            self._try("certificate", lambda: ClientCertificate(**part["certificate"])) if "certificate" in part else None
        )
        if "schooljaar" in top and not Schooljaar.fits(top["schooljaar"]) and not self._has_problem("schooljaar"):
            self._problems.append(("schooljaar", Schooljaar.rule))
        port = self._try("serve.port", lambda: _port(serve.get("port", 8443)))
        timeouts = self._try("timeouts", lambda: Timeouts(**part.get("timeouts", {})))
        return Settings(
            auteur=top.get("auteur", ""),
            afspraak=None if jaargangen else top.get("afspraak", "1.1"),
            schooljaar=top.get("schooljaar"),
            schooljaren=jaargangen,
            store=veiled(str(top["store"])) if "store" in top else None,
            retention=self._try("retention", lambda: _retention(part.get("retention", {}))) or Retention(),
            test_identities=top.get("test_identities", False),
            las_key_reden=top.get("las_key_reden", ""),
            certificate=certificate,
            osr=osr,
            leveranciers=tuple(leveranciers),
            scholen=tuple(self._each("scholen", lambda item: School(**item))),
            afspraken=tuple(afspraken),
            edexml=self._try("edexml", lambda: _keuze(part.get("edexml", {}))) or Keuze(),
            timeouts=timeouts or Timeouts(),
            retry=self._try("retry", lambda: _retry(retry)) or Retry(),
            serves=bool(serve),
            serve_certificate=self._try("serve", lambda: _server_certificate(serve, certificate)),
            serve_host=serve.get("host", "127.0.0.1"),
            serve_port=8443 if port is None else port,
            serve_proxy_trusted=serve.get("proxy_trusted") or (),
            serve_proxy_header=serve.get("proxy_header", ""),
            serve_proxy_format=serve.get("proxy_format", "rfc9440"),
            serve_proxy_intermediates=serve.get("proxy_intermediates") or (),
        )

    def _jaargangen(self, top: Mapping[str, Any], afspraken: Sequence[Afspraak]) -> tuple[Jaargang, ...]:
        """The school years; they take the place of one namespace and one agreement."""
        made = self._each("schooljaren", lambda item: Jaargang(**item))
        if not self._has_problem("schooljaren"):
            self._try("schooljaren", lambda: Jaargangen.of(made).resolved({item.naam: item for item in afspraken}))
        namespace = self._values.get("osr", {}).get("namespace")
        if "schooljaren" in self._lists:
            for name, given in (("afspraak", top.get("afspraak")), ("osr.namespace", namespace)):
                if given is not None:
                    self._problems.append((name, "must be left out when there are [[schooljaren]], which have one each"))
        elif "osr" in self._values and namespace in (None, "") and not self._has_problem("osr.namespace"):
            self._problems.append(("osr.namespace", f"{_MISSING_PART} ({_BY_NAME['osr.namespace'].help})"))
        return tuple(made)

    def _section(self, section: str, value: Any, path: str) -> dict[str, Any]:
        if not isinstance(value, Mapping):
            self._problems.append((path, "must be a section with settings of its own"))
            return {}
        found: dict[str, Any] = {}
        for key, item in value.items():
            name = f"{section}.{key}" if section else str(key)
            setting = _BY_NAME.get(name)
            if setting is None:
                self._problems.append(
                    (f"{path}.{key}" if path else str(key), f"is not a setting{_close_to(section, str(key))}")
                )
            else:
                self.holds_secret = self.holds_secret or setting.secret or (setting.kind == "place" and is_address(item))
                found[setting.key] = self._checked(setting, item, f"{path}.{key}" if path else str(key))
        return found

    def _checked(self, setting: Setting, value: Any, path: str) -> Any:
        kinds: dict[str, tuple[type, ...]] = {
            "number": (int, float),
            "flag": (bool,),
            "texts": (list,),
            "paths": (str, list),
            "day": (dt.date,),
        }
        allowed = kinds.get(setting.kind, (str,))
        odd = (setting.kind == "number" and not _is_number(value)) or isinstance(value, dt.datetime)
        if not isinstance(value, allowed) or odd:
            self._problems.append((path, f"must be a {setting.kind.removesuffix('s')}, written as TOML writes one"))
            return None
        if setting.kind in ("path", "paths", "place") and any("\0" in str(item) for item in _as_list(value)):
            self._problems.append((path, "holds a character that no path can have"))
            return None
        if setting.kind == "path" or (setting.kind == "place" and not is_address(value)):
            return self._folder / str(value)
        if setting.kind == "paths":
            return tuple(self._folder / str(item) for item in _as_list(value))
        return tuple(value) if isinstance(value, list) else value

    def _from_text(self, setting: Setting, text: str) -> Any:
        if setting.kind == "number":
            try:
                if _is_number(float(text)):
                    return float(text)
                raise ValueError
            except ValueError:
                self._problems.append((setting.variable or setting.name, "must be a number"))
                return None
        if setting.kind == "flag":
            if text.lower() not in ("1", "0", "true", "false", "yes", "no"):
                self._problems.append((setting.variable or setting.name, "must be true or false"))
            return text.lower() in ("1", "true", "yes")
        if setting.kind == "path" or (setting.kind == "place" and not is_address(text)):
            return Path(text)
        if setting.kind == "texts":
            return tuple(item.strip() for item in text.split(",") if item.strip())
        return tuple(Path(item) for item in text.split(os.pathsep)) if setting.kind == "paths" else text

    def _secret_from(self, setting: Setting, name: str) -> str | None:
        file = Path(name)
        try:
            text = file.read_text("utf-8").rstrip("\r\n")
        except (OSError, UnicodeDecodeError):
            self._problems.append((setting.name, f"the file that {setting.variable}_FILE names cannot be read"))
            return None
        warn_when_shared(file, "a secret")
        return text

    def _put(self, setting: Setting, value: Any) -> None:
        self._values.setdefault(setting.section, {})[setting.key] = value

    def _check_required(self, section: str, values: Mapping[str, Any], path: str) -> None:
        for setting in SETTINGS:
            missing = setting.required and values.get(setting.key) in (None, "", ()) and setting.name not in self._given
            if setting.section == section and missing:
                name = f"{path}.{setting.key}" if path else setting.key
                if not self._has_problem(name):  # one of the wrong kind is not missing too
                    self._problems.append((name, f"{_MISSING_PART} ({setting.help})"))

    def _each(self, name: str, make: Callable[[dict[str, Any]], T]) -> list[T]:
        made = [self._try(f"{name}[{at}]", partial(make, item)) for at, item in enumerate(self._lists.get(name, []))]
        return [item for item in made if item is not None]

    def _has_problem(self, path: str) -> bool:
        return any(name == path or name.startswith((f"{path}.", f"{path}[")) for name, _ in self._problems)

    def _try(self, path: str, make: Callable[[], T]) -> T | None:
        """Make a part, unless something in it is wrong already; note what is wrong with it."""
        if self._has_problem(path):
            return None
        try:
            return make()
        except ConfigurationError as error:
            text = error.message.removeprefix(error.setting).lstrip(": ")
            name = f"{path}.{error.setting.rpartition('.')[2]}" if path.endswith("]") else error.setting or path
            self._problems.append((name, f"{text}. {error.hint}" if error.hint else text))
        except MessageError as error:
            self._problems += [(f"{path}.{item.path.rpartition('.')[2]}", item.text) for item in error.problems]
        return None

    def _raise_if_any(self) -> None:
        if self._problems:
            problems = tuple(Problem(name, text.removeprefix(name).lstrip(": ")) for name, text in self._problems)
            raise ConfigurationError(
                "; ".join(str(problem) for problem in problems),
                setting=problems[0].path,
                hint="All settings: doorstroom config show",
                problems=problems,
            )


def _afspraak(values: dict[str, Any]) -> Afspraak:
    given = dict(values)
    return Afspraak.met_naam(given.pop("basis", "1.1")).volgende(**given)


def _server_certificate(serve: Mapping[str, Any], certificate: ClientCertificate | None) -> ServerCertificate | None:
    """The certificate of the receiver, which trusts whom we trust."""
    if "certificate" not in serve:
        for name in ("key", "password"):
            if name in serve:
                raise ConfigurationError(
                    f"serve.{name} is given without serve.certificate",
                    setting=f"serve.{name}",
                    hint=f"Give serve.certificate too, or leave serve.{name} out",
                )
        return None
    trust, crls = ((), ()) if certificate is None else (certificate.trust, certificate.crls)
    return ServerCertificate(serve["certificate"], serve.get("key"), trust, serve.get("password"), crls)


def _keuze(values: dict[str, Any]) -> Keuze:
    try:
        return Keuze(**values)
    except ConfigurationError as error:
        raise ConfigurationError(f"edexml.{error.message}", setting=f"edexml.{error.setting}") from None


def _retry(values: Mapping[str, Any]) -> Retry:
    from tenacity import stop_after_attempt

    attempts = values.get("attempts", 3)
    if attempts != int(attempts) or not 1 <= attempts <= 5:
        raise ConfigurationError("retry.attempts must be a whole number from 1 to 5", setting="retry.attempts")
    return Retry(stop=stop_after_attempt(int(attempts)), longest_wait=float(values.get("longest_wait", 20.0)))


def _retention(values: Mapping[str, float]) -> Retention:
    """A variable gives every number with a fraction; one of zero is none."""
    return Retention(**{name: cast(int, int(days) if days == int(days) else days) for name, days in values.items()})


def _is_number(value: object) -> bool:
    return isinstance(value, int | float) and not isinstance(value, bool) and math.isfinite(value)


def _port(value: float) -> int:
    if value != int(value) or not 0 <= value <= 65535:
        raise ConfigurationError("serve.port must be a whole number from 0 (any free port) to 65535", setting="serve.port")
    return int(value)


def _as_list(value: object) -> list[object]:
    return list(value) if isinstance(value, list) else [value]


def _close_to(section: str, key: str) -> str:
    import difflib

    close = difflib.get_close_matches(key, [item.key for item in SETTINGS if item.section == section], 1)
    return f'; did you mean "{close[0]}"?' if close else ""
