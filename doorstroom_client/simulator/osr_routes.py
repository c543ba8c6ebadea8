"""The paths of the simulated registry, in both versions."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable
from dataclasses import dataclass, replace
from typing import Any

from doorstroom_client.simulator.https import Answer
from doorstroom_client.simulator.osr_data import Data
from doorstroom_client.simulator.osr_records import (
    Asked,
    Endpoint,
    InvalidQueryError,
    Mandate,
    brin,
    checked_oin,
    read_day,
)

PREFIXES = {2: "/api/v2", 3: "/api/v3"}
"""Of the paths, by version."""
SERVICE_CODE = "DOORSTROOM"
SERVICE = "Logistiek proces doorstroomtoets (simulator)"
_NO_KEY = Answer.json(401, {"message": "API key required"})
BOARD_ONLY = Answer.json(400, {"message": "The given service version does not allow endpoint registrations"})
_INVALID = Answer.json(400, {"message": "Validation error(s)"})


@dataclass
class Routes:
    """Answers what was asked of the registry; whoever calls holds the lock of the data.

    Attributes:
        data: what the registry holds.
    """

    data: Data

    def answer(self, asked: Asked) -> Answer:
        """Answer one request."""
        path = asked.received.path.removeprefix(PREFIXES[asked.version])
        for method, pattern, route in self._table():
            found = re.fullmatch(pattern, path)
            if found and method == asked.received.method:
                try:
                    return route(asked, *found.groups())
                except InvalidQueryError:
                    return _INVALID
        return Answer.json(404, {"message": "not found"})

    def _table(self) -> Iterable[tuple[str, str, Callable[..., Answer]]]:
        return (
            ("GET", "/mandates", self._mandate),
            ("GET", "/mandates/([^/]+)", self._own_mandate),
            ("GET", "/school-mandates", self._school_mandates),
            ("GET", "/endpoints", self._endpoints),
            ("POST", "/endpoints", self._register),
            ("GET", "/endpoints/available-routing-id", self._free),
            ("GET", "/endpoints/([^/]+)", self._endpoint),
            ("PUT", "/endpoints/([^/]+)", self._change),
            ("DELETE", "/endpoints/([^/]+)", self._withdraw),
            ("GET", "/services", self._services),
            ("GET", "/services/([^/]+)", self._service),
            ("GET", "/service-versions", self._versions),
            ("GET", "/service-versions/([^/]+)", self._version),
            ("GET", "/schools", self._schools),
            ("GET", "/schools/([^/]+)", self._school),
            ("GET", "/boards/([^/]+)", self._board),
        )

    # --- mandates

    def _mandate(self, asked: Asked) -> Answer:
        school, supplier = asked.oin("school_oin"), asked.oin("supplier_oin")
        namespace = asked.required("service_version_namespace")
        found = self.data.mandated(school, supplier, namespace, asked.day("reference_date", self.data.today()))
        if not found:
            return Answer.json(404, {"message": "mandate not found"})
        own = [mandate for mandate in found if asked.caller.owns(mandate.supplier_oin, mandate.system)]
        return Answer.json(200, self._mandate_body(asked, own[0]) if own else "OK")

    def _own_mandate(self, asked: Asked, number: str) -> Answer:
        if asked.caller.system is None:
            return _NO_KEY
        own = (mandate for mandate in self._own(asked) if str(mandate.number) == number)
        found = next(own, None)
        if found is None:
            return Answer.json(404, {"message": "mandate not found"})
        return Answer.json(200, self._mandate_body(asked, found))

    def _school_mandates(self, asked: Asked) -> Answer:
        if asked.caller.system is None:
            return _NO_KEY
        code = asked.required("service_code")
        own = self._own(asked) if code == SERVICE_CODE else []
        return Answer.json(200, [self._mandate_body(asked, mandate) for mandate in own])

    def _own(self, asked: Asked) -> list[Mandate]:
        return [item for item in self.data.mandates.values() if asked.caller.owns(item.supplier_oin, item.system)]

    def _mandate_body(self, asked: Asked, mandate: Mandate) -> dict[str, object]:
        giver = (
            {"board": self._href(asked, "boards", self._board_id(asked, mandate.board))}
            if mandate.board
            else {"school": self._school_href(asked, mandate.school_oin)}
        )
        return {
            "token": mandate.token,
            "start_date": mandate.start.isoformat(),
            "end_date": mandate.end.isoformat() if mandate.end else None,
            "_links": {"self": self._href(asked, "mandates", mandate.number), **giver},
        }

    # --- endpoints

    def _endpoints(self, asked: Asked) -> Answer:
        namespace = asked.required("service_version_namespace")
        day, future = asked.day("reference_date", self.data.today()), asked.one("include_future_endpoints") == "true"
        names = [name for name in ("routing_id", "school_oin") if asked.one(name)]
        if len(names) != 1:
            raise InvalidQueryError
        wanted = asked.oin(names[0])
        found = [
            item
            for item in self.data.endpoints.values()
            if item.namespace == namespace
            and wanted == (item.routing_id if names[0] == "routing_id" else item.school_oin)
            and item.covers(day, future=future)
            and asked.one("attributes") in (None, item.attributes)
        ]
        return Answer.json(200, [self._endpoint_body(asked, item) for item in found])

    def _endpoint(self, asked: Asked, number: str) -> Answer:
        found = self._by_id(asked, number)
        if found is None:
            return _no_endpoint(number)
        return Answer.json(200, self._endpoint_body(asked, found))

    def _register(self, asked: Asked) -> Answer:
        if asked.caller.system is None:
            return _NO_KEY
        body = asked.document()
        mandate = next((item for item in self._own(asked) if item.token == body["mandate_token"]), None)
        if mandate is not None and mandate.board:
            return BOARD_ONLY
        made = self._read_endpoint(body, Endpoint("", "", "", ""))
        if mandate is None or mandate.namespace != made.namespace or mandate.school_oin != made.school_oin:
            return _INVALID
        if not mandate.covers(made.start or self.data.today()):
            return _INVALID
        if self._taken(made):
            return _INVALID
        made = self.data.register(replace(made, supplier_oin=asked.caller.oin, system=mandate.system))
        return Answer.json(201, self._endpoint_body(asked, made))

    def _taken(self, made: Endpoint) -> bool:
        """Whether an administration has an address already, so that it gets no second; which is not public."""
        return bool(self.data.at(made.routing_id, made.namespace))

    def _change(self, asked: Asked, number: str) -> Answer:
        found, refusal = self._own_endpoint(asked, number)
        if found is None:
            return refusal
        self.data.endpoints[found.number] = self._read_endpoint(asked.document(), found)
        return Answer.json(201, {"message": "Endpoint is updated."})

    def _withdraw(self, asked: Asked, number: str) -> Answer:
        found, refusal = self._own_endpoint(asked, number)
        if found is None:
            return refusal
        del self.data.endpoints[found.number]
        return Answer(204)

    def _free(self, asked: Asked) -> Answer:
        if asked.caller.system is None:  # not public; who asks is about to register, which needs the key
            return _NO_KEY
        asked.required("service_version_namespace")
        return Answer.json(200, {"routing_id": self.data.free_routing_id(asked.oin("school_oin"))})

    def _own_endpoint(self, asked: Asked, number: str) -> tuple[Endpoint | None, Answer]:
        found = self._by_id(asked, number)
        if asked.caller.system is None:
            return None, _NO_KEY
        if found is None:
            return None, _no_endpoint(number)
        if not asked.caller.owns(found.supplier_oin, found.system):
            return None, Answer.json(403, {"message": "This endpoint belongs to another system"})
        return found, _INVALID

    def _by_id(self, asked: Asked, number: str) -> Endpoint | None:
        known = self.data.endpoints.values()
        return next((item for item in known if number == _endpoint_id(asked, item)), None)

    def _read_endpoint(self, body: dict[str, Any], old: Endpoint) -> Endpoint:
        routing_id = checked_oin(body["routing_id"])
        url, namespace = body["url"], body["service_version_namespace"]
        if not isinstance(url, str) or not url.startswith("https://") or namespace not in self.data.versions:
            raise InvalidQueryError
        return replace(
            old,
            routing_id=routing_id,
            url=url,
            school_oin=f"{routing_id[:15]}00000",
            namespace=namespace,
            attributes=str(body["attributes"] or "LAS"),
            start=read_day(body["start_date"]) if body["start_date"] else None,
            end=read_day(body["end_date"]) if body["end_date"] else None,
        )

    def _endpoint_body(self, asked: Asked, endpoint: Endpoint) -> dict[str, object]:
        return {
            "routing_id": endpoint.routing_id,
            "url": endpoint.url,
            "attributes": endpoint.attributes,
            "start_date": endpoint.start.isoformat() if endpoint.start else None,
            "end_date": endpoint.end.isoformat() if endpoint.end else None,
            "user_is_owner": asked.caller.owns(endpoint.supplier_oin, endpoint.system),
            "_links": {
                "self": self._href(asked, "endpoints", _endpoint_id(asked, endpoint)),
                "school": self._school_href(asked, endpoint.school_oin),
                "service": self._href(asked, "services", 1),
                "service_version": self._href(
                    asked, "service-versions", list(self.data.versions).index(endpoint.namespace) + 1
                ),
            },
        }

    # --- services, schools and boards

    def _services(self, asked: Asked) -> Answer:
        fits = (asked.one("name") or "").lower() in SERVICE.lower()
        return Answer.json(200, [self._service_body(asked)] if fits else [])

    def _service(self, asked: Asked, number: str) -> Answer:
        if number != "1":
            return Answer.json(404, {"message": f"Service with id {number} does not exist"})
        return Answer.json(200, self._service_body(asked))

    def _service_body(self, asked: Asked) -> dict[str, object]:
        links = {"self": self._href(asked, "services", 1)}
        return {"code": SERVICE_CODE, "name": SERVICE, "description": "Bedachte dienst", "_links": links}

    def _versions(self, asked: Asked) -> Answer:
        known = asked.required("service_code") == SERVICE_CODE
        numbers = range(1, len(self.data.versions) + 1) if known else ()
        return Answer.json(200, [self._version_body(asked, number) for number in numbers])

    def _version(self, asked: Asked, number: str) -> Answer:
        if not number.isascii() or not number.isdigit() or not 1 <= int(number) <= len(self.data.versions):
            return Answer.json(404, {"message": f"Service version with id {number} does not exist"})
        return Answer.json(200, self._version_body(asked, int(number)))

    def _version_body(self, asked: Asked, number: int) -> dict[str, object]:
        namespace, status = list(self.data.versions.items())[number - 1]
        links = {"self": self._href(asked, "service-versions", number), "service": self._href(asked, "services", 1)}
        return {"namespace": namespace, "status": status, "_links": links}

    def _schools(self, asked: Asked) -> Answer:
        bodies = [self._school_body(asked, code) for code in self.data.schools]
        for key in ("oin", "brin"):
            if (wanted := asked.one(key)) is not None:
                bodies = [body for body in bodies if body[key] == wanted]
        name = (asked.one("name") or "").lower()
        return Answer.json(200, [body for body in bodies if name in str(body["name"]).lower()])

    def _school(self, asked: Asked, number: str) -> Answer:
        found = next((code for code in self.data.schools if str(self.data.number_of(code)) == number), None)
        if found is None:
            return Answer.json(404, {"message": f"School with id {number} does not exist"})
        return Answer.json(200, self._school_body(asked, found))

    def _school_body(self, asked: Asked, code: str) -> dict[str, object]:
        links: dict[str, object] = {"self": self._school_href(asked, code)}
        board = self.data.board_of(code)
        if board is not None:
            links["board"] = self._href(asked, "boards", self._board_id(asked, board))
        return {"name": self.data.schools[code], "oin": code, "brin": brin(code), "_links": links}

    def _board(self, asked: Asked, key: str) -> Answer:
        code = next((code for code in self.data.boards if str(self._board_id(asked, code)) == key), None)
        if code is None:
            return Answer.json(404, {"message": f"Board with id {key} does not exist"})
        schools = [self._school_href(asked, school) for school in self.data.boards[code]]
        name = "number" if asked.version == 2 else "bgeCode"
        links = {"self": self._href(asked, "boards", key)}
        return Answer.json(200, {name: code, "schools": schools, "_links": links})

    def _board_id(self, asked: Asked, code: str) -> str | int:
        return list(self.data.boards).index(code) + 1 if asked.version == 2 else code

    def _school_href(self, asked: Asked, school_oin: str) -> dict[str, str]:
        return self._href(asked, "schools", self.data.number_of(school_oin))

    def _href(self, asked: Asked, collection: str, key: str | int) -> dict[str, str]:
        return {"href": f"{PREFIXES[asked.version]}/{collection}/{key}"}


def collection_of(path: str) -> str:
    """What a path asks for, such as ``mandates``; empty for one outside the interface."""
    prefix = next((found for found in PREFIXES.values() if path.startswith(f"{found}/")), None)
    return "" if prefix is None else path.removeprefix(f"{prefix}/").partition("/")[0]


def _endpoint_id(asked: Asked, endpoint: Endpoint) -> str:
    return str(endpoint.number) if asked.version == 2 else endpoint.uuid


def _no_endpoint(number: str) -> Answer:
    return Answer.json(404, {"message": f"Endpoint with id {number} does not exist."})
