"""A register that does what nobody has promised: names in camelCase, a version that was taken back, boards, second rows."""

from __future__ import annotations

import datetime as dt
import json
import re
from dataclasses import dataclass, replace
from typing import Any

from doorstroom_client.simulator.https import Answer, App, Received
from doorstroom_client.simulator.osr import SimulatedOsr
from doorstroom_client.simulator.osr_records import Asked, Endpoint, Mandate
from doorstroom_client.simulator.osr_routes import BOARD_ONLY, Routes

_PAGE = b"<!doctype html><title>404</title><h1>Not Found</h1>"


def without_third_version(app: App) -> App:
    """A register whose third version is a web page with 404, as after a release that was taken back."""
    return lambda received: Answer(404, _PAGE, "text/html") if _is_third(received) else app(received)


@dataclass
class OddRoutes(Routes):
    """As the routes of the simulator.

    Attributes:
        board_only: whether the service has mandates of boards only: it lists no addresses and takes none.
        second_row: whether a second registration of an administration makes a second row.
    """

    board_only: bool = False
    second_row: bool = False

    def _endpoints(self, asked: Asked) -> Answer:
        found = super()._endpoints(asked)
        return Answer.json(200, []) if self.board_only else found

    def _register(self, asked: Asked) -> Answer:
        return BOARD_ONLY if self.board_only and asked.caller.system is not None else super()._register(asked)

    def _taken(self, made: Endpoint) -> bool:
        return not self.second_row and super()._taken(made)


class OddOsr(SimulatedOsr):
    """As the register of the simulator.

    Attributes:
        odd: how its routes differ.
        rolled_back: while True the third version is not there.
        camel_v3: whether the third version writes its names in camelCase.
    """

    def __init__(self, **more: Any) -> None:
        super().__init__(**more)
        self._routes = self.odd = OddRoutes(self._data)
        self.rolled_back = False
        self.camel_v3 = False

    def mandate_board(self, board: str, supplier_oin: str, start: dt.date) -> Mandate:
        """Register a mandate that a board gives for all of its schools; see `add_board`."""
        made = Mandate(supplier_oin, "", self.namespace, start, None, "Bedacht systeem", token="", number=0, board=board)
        with self._lock:
            return self._data.give(made)

    def app(self, received: Received) -> Answer:
        """Answer one request."""
        app = without_third_version(super().app) if self.rolled_back else super().app
        if not (self.camel_v3 and _is_third(received)):
            return app(received)
        query = tuple((_snake(name), value) for name, value in received.query if "_" not in name)
        answer = app(replace(received, query=query, body=_renamed(received.body, _snakes)))
        return replace(answer, body=_renamed(answer.body, _camels)) if answer.content_type == "application/json" else answer


def _is_third(received: Received) -> bool:
    return received.path.startswith("/api/v3/")


def _renamed(body: bytes, names: Any) -> bytes:
    """A body with other names; one that is no JSON stays as it is."""
    try:
        return json.dumps(json.loads(body, object_hook=names)).encode()
    except ValueError:
        return body


def _snakes(found: dict[str, Any]) -> dict[str, Any]:
    """Names that are in camelCase; the others are not known here."""
    return {_snake(name): value for name, value in found.items() if "_" not in name}


def _camels(found: dict[str, Any]) -> dict[str, Any]:
    return {_camel(name): value for name, value in found.items()}


def _snake(name: str) -> str:
    return re.sub("[A-Z]", lambda capital: f"_{capital.group().lower()}", name)


def _camel(name: str) -> str:
    """One that begins with an underscore stays as it is."""
    first, *rest = name.split("_") if not name.startswith("_") else [name]
    return first + "".join(part.capitalize() for part in rest)
