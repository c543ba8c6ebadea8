"""Asks the control address of a simulator that runs in another process of this machine."""

from __future__ import annotations

import hashlib
import http.client
import json
from collections.abc import Mapping
from ipaddress import ip_address
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

from doorstroom_client.errors import ConfigurationError, ConnectError, NoAnswer, UnexpectedResponse

_SECONDS = 120.0
_PEER = "simulator"
_START = "Start it: doorstroom simulator --control --dir DIR"


class ControlAddress:
    """One that a simulator wrote down.

    Args:
        file: ``control.json`` of that simulator.
        seconds: how long an answer may take: it may have to push results first.

    Raises:
        ConfigurationError: no simulator runs there, or the file is none of a simulator.

    Attributes:
        identity: tells this start of the simulator apart from others, without giving its token away.
    """

    def __init__(self, file: Path, *, seconds: float = _SECONDS) -> None:
        found = _read(file)
        where = urlsplit(str(found.get("url")))
        self._host, self._port = where.hostname or "", _port_of(file, found)
        self._token = str(found.get("token"))
        self._seconds = seconds
        if where.scheme != "http" or not _is_loopback(self._host):
            # Everything that is told here goes without TLS, and so does the token.
            raise _unusable(file, "it names no address on this machine")
        self.identity: str = hashlib.sha256(f"{self._port}/{self._token}".encode()).hexdigest()[:16]

    def ask(self, method: str, target: str, data: Mapping[str, Any] | None = None) -> Any:
        """Ask something, or set it.

        Args:
            method: of HTTP.
            target: path and query.
            data: what goes along.

        Raises:
            ConnectError: nothing listens there any more.
            NoAnswer: no whole answer came.
            UnexpectedResponse: the simulator does not know the question, or there is another one there now.
        """
        connection = http.client.HTTPConnection(self._host, self._port, timeout=self._seconds)
        headers = {"Authorization": f"Bearer {self._token}", "Content-Type": "application/json"}
        body = json.dumps(dict(data), ensure_ascii=False).encode() if data is not None else None
        try:
            connection.request(method, target, body, headers)
            answer = connection.getresponse()
            status, text = answer.status, answer.read()
        except ConnectionRefusedError:
            raise ConnectError("the simulator does not run any more", peer=_PEER, hint=_START, retryable=True) from None
        except (OSError, http.client.HTTPException) as error:
            what = f"the simulator gave no whole answer ({type(error).__name__})"
            raise NoAnswer(what, peer=_PEER, hint="Does it still run?", retryable=True) from None
        finally:
            connection.close()
        return _answer(status, text)


def _answer(status: int, text: bytes) -> Any:
    try:
        found = json.loads(text)
    except ValueError:
        found = None
    if status == 200 and isinstance(found, dict):
        return found
    if status == 401:
        hint = "Another simulator runs there now; name its control.json in the plan"
        raise UnexpectedResponse("the simulator does not know our token", status=status, peer=_PEER, hint=hint)
    said = str(found.get("fout", "")) if isinstance(found, dict) else ""
    what = f"the simulator answered {status}" + (f": {said}" if said else "")
    raise UnexpectedResponse(what, status=status, peer=_PEER, hint="Are it and this program of the same version?")


def _read(file: Path) -> Mapping[str, Any]:
    try:
        found = json.loads(file.read_bytes())
    except OSError as error:
        problem = f"no simulator runs that can be asked: cannot read {file} ({error.strerror})"
        raise ConfigurationError(problem, setting="simulator", hint=_START) from None
    except ValueError:
        raise _unusable(file, "it is no JSON") from None
    if not isinstance(found, dict):
        raise _unusable(file, "it is no JSON object")
    return found


def _port_of(file: Path, found: Mapping[str, Any]) -> int:
    try:
        return urlsplit(str(found.get("url"))).port or 80
    except ValueError:
        raise _unusable(file, "it names no address") from None


def _is_loopback(host: str) -> bool:
    try:
        return ip_address(host).is_loopback
    except ValueError:
        return False


def _unusable(file: Path, why: str) -> ConfigurationError:
    return ConfigurationError(f"{file} is no file of a simulator: {why}", setting="simulator", hint=_START)
