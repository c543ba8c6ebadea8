"""The receiving side of a LAS, played: results are judged and kept by a client of this library."""

from __future__ import annotations

import threading
from collections.abc import Callable, Mapping
from typing import Any
from urllib.parse import urlencode

from doorstroom_client import Client, InboundRequest
from doorstroom_client.simulator.antwoorden import Antwoord
from doorstroom_client.simulator.https import Answer, Received
from doorstroom_client.simulator.vaste_antwoorden import VasteAntwoorden
from doorstroom_client.simulator.verkeer import Richting, Verkeer
from doorstroom_client.simulator.verzending import RESULTAAT


class Terugweg:
    """Takes results in, in a store of its own client; hand `app` to a server.

    Attributes:
        verkeer: the last requests and their answers.
    """

    def __init__(self, open_client: Callable[[], Client]) -> None:
        """Start without a client.

        Args:
            open_client: makes the client that receives, when the first result comes.
        """
        self.verkeer: Verkeer = Verkeer()
        self._open_client = open_client
        self._lock = threading.Lock()
        self._client: Client | None = None
        self._vast = VasteAntwoorden(RESULTAAT)

    def app(self, received: Received) -> Answer:
        """Answer one request."""
        begin = self.verkeer.begin()
        operatie = RESULTAAT if received.path.endswith(f"/{RESULTAAT}") else ""
        answer = self._vast.answer(operatie, lambda: self._answer(received))
        self.verkeer.note(Richting.ONTVANGEN, operatie, received, answer, begin=begin)
        return answer

    def antwoord_met(self, *antwoorden: Antwoord | int, keer: int | None = None) -> None:
        """Fix what the next results are answered, whatever they hold, in place of what was fixed before.

        Args:
            *antwoorden: a status, or more of an answer; several are given in turn.
            keer: how often each is given; None gives each once and the last one until `antwoord_gewoon`.

        Raises:
            ValueError: the status does not exist here.
        """
        self._vast.zet(RESULTAAT, antwoorden, keer)

    def antwoord_gewoon(self) -> None:
        """End the fixed answers."""
        self._vast.wis(RESULTAAT)

    def stel_in(self, data: Mapping[str, Any]) -> None:
        """Take over fixed answers in the form of `as_data`; all of it or nothing.

        Args:
            data: ``antwoorden``.

        Raises:
            ValueError: a name or a value does not exist; nothing was changed.
        """
        if unknown := data.keys() - {"antwoorden"}:
            raise ValueError(f"Of the receiving side {', '.join(sorted(unknown))} cannot be set.")
        self._vast.read(data.get("antwoorden", {}))

    def reset(self) -> None:
        """Close the client, end the fixed answers and forget what came in; the store is for who made it."""
        self.close()
        self._vast.wis(None)
        self.verkeer.reset()

    def as_data(self, *, whole: bool = False) -> dict[str, Any]:
        """Fixed answers and what was asked and answered, as plain values for JSON.

        Args:
            whole: with paths, headers and bodies, which hold the data of pupils that were sent.
        """
        return {"antwoorden": self._vast.as_data(), "verkeer": self.verkeer.as_data(whole=whole)}

    def close(self) -> None:
        """Close the client; the next result opens another one."""
        with self._lock:
            client, self._client = self._client, None
        if client is not None:
            client.close()

    def _answer(self, received: Received) -> Answer:
        with self._lock:
            self._client = client = self._client or self._open_client()
        response = client.terugweg.handle(
            InboundRequest(
                method=received.method,
                path=received.path,
                query=urlencode(received.query),
                peer_oin=received.peer_oin,
                body=received.body,
                content_type=received.header("content-type") or "",
            )
        )
        extra = tuple((name, value) for name, value in response.headers if name == "retry-after")
        return Answer(response.status, response.body, "application/json", extra)
