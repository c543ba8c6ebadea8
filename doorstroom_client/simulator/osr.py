"""The registry, played: mandates, endpoints, schools and services in the shape of its second version.

Field names that are not public are plausible, not known; a client that depends on more than the documented
facts will fail against the real registry as well.
"""

from __future__ import annotations

import threading
import uuid
from collections.abc import Callable
from datetime import date

from doorstroom_client.simulator._antwoorden import onthoud
from doorstroom_client.simulator._osr_records import Endpoint, InvalidQueryError, Mandate, brin, oin, required
from doorstroom_client.simulator.https import Answer, Received

__all__ = ["Endpoint", "Mandate", "SimulatedOsr"]


class SimulatedOsr:
    """The registry; hand `app` to a server.

    Attributes:
        namespace: of the one service version it knows.
        prefix: of all paths.
        outage: while True every request gets 503.
        calls: method, path and OIN of the caller of the last requests, in order; only the oldest of many thousands are
            forgotten.
    """

    def __init__(
        self,
        *,
        api_key_header: str,
        api_key: str,
        namespace: str = "http://example.org/schemas/doorstroomtoets/simulator",
        service_code: str = "DOORSTROOM",
        prefix: str = "/api/v2",
        today: Callable[[], date] = date.today,
    ) -> None:
        """Start empty.

        Args:
            api_key_header: name of the header for the key; not public, so every test chooses.
            api_key: the value an owner must send to see a mandate's details.
            namespace: of the service version.
            service_code: of the service.
            prefix: of all paths, without a slash at the end.
            today: the day meant when a request names none.
        """
        self.namespace = namespace
        self.prefix = prefix
        self.outage = False
        self.calls: list[tuple[str, str, str | None]] = []
        self._api_key_header = api_key_header
        self._api_key = api_key
        self._service_code = service_code
        self._today = today
        self._lock = threading.Lock()
        self._given = 0
        self._mandates: dict[tuple[str, str], list[Mandate]] = {}
        self._endpoints: dict[str, Endpoint] = {}
        self._schools: dict[str, str] = {}
        self._numbers: dict[str, int] = {}

    def mandate(
        self,
        school_oin: str,
        supplier_oin: str,
        start: date | None = None,
        end: date | None = None,
        *,
        system: str = "Bedacht systeem",
    ) -> Mandate:
        """Register a mandate.

        Args:
            school_oin: the school that gives it.
            supplier_oin: the supplier that gets it.
            start: first day; today by default.
            end: last day; None leaves it open.
            system: name of the supplier's system.
        """
        with self._lock:
            self._given += 1
            given = Mandate(
                supplier_oin=supplier_oin,
                school_oin=school_oin,
                namespace=self.namespace,
                start=start or self._today(),
                end=end,
                system=system,
                token=str(uuid.uuid4()),
                number=self._given,
            )
            self._mandates.setdefault((school_oin, supplier_oin), []).append(given)
            self._note_school(school_oin)
        return given

    def revoke(self, school_oin: str, supplier_oin: str) -> None:
        """Withdraw every mandate of this supplier for this school; none is fine."""
        with self._lock:
            self._mandates.pop((school_oin, supplier_oin), None)

    def has_mandate(self, school_oin: str, supplier_oin: str) -> bool:
        """Whether a mandate is valid today, also in an outage; fits ``mandaat`` of a test supplier."""
        return self._find_mandate(school_oin, supplier_oin, self.namespace, self._today()) is not None

    def register_endpoint(self, routing_id: str, url: str, school_oin: str | None = None) -> None:
        """Set where an administration receives.

        Args:
            routing_id: its routeringskenmerk; a second registration replaces the first.
            url: base URL.
            school_oin: by default the school named in the first 15 characters of the routeringskenmerk.
        """
        school = school_oin or f"{routing_id[:15]}00000"
        with self._lock:
            self._endpoints[routing_id] = Endpoint(routing_id, url, school, self.namespace)
            self._note_school(school)

    def find_endpoint(self, routing_id: str) -> str | None:
        """Return the URL registered for an administration. Works during an outage."""
        with self._lock:
            endpoint = self._endpoints.get(routing_id)
        return endpoint.url if endpoint else None

    def app(self, received: Received) -> Answer:
        """Answer one request."""
        with self._lock:
            onthoud(self.calls, (received.method, received.path, received.peer_oin))
        if self.outage:
            return Answer.json(503, {"message": "service unavailable"}, (("Retry-After", "1"),))
        if received.peer_oin is None:
            return Answer.json(401, {"message": "client certificate required"})
        routes = {
            f"{self.prefix}/mandates": self._mandates_app,
            f"{self.prefix}/endpoints": self._endpoints_app,
            f"{self.prefix}/services": self._services_app,
            f"{self.prefix}/service-versions": self._service_versions_app,
            f"{self.prefix}/schools": self._schools_app,
        }
        route = routes.get(received.path)
        if route is None or received.method != "GET":
            return Answer.json(404, {"message": "not found"})
        try:
            return route(received)
        except InvalidQueryError:
            return Answer.json(400, {"message": "Validation error(s)"})

    def _mandates_app(self, received: Received) -> Answer:
        school_oin, supplier_oin = oin(received, "school_oin"), oin(received, "supplier_oin")
        namespace, day = required(received, "service_version_namespace"), self._day(received)
        found = self._find_mandate(school_oin, supplier_oin, namespace, day)
        if found is None:
            return Answer.json(404, {"message": "mandate not found"})
        has_key = received.header(self._api_key_header) == self._api_key
        is_owner = received.peer_oin == supplier_oin
        return Answer.json(200, self._mandate_details(found) if has_key and is_owner else {})

    def _mandate_details(self, mandate: Mandate) -> dict[str, object]:
        return {
            "token": mandate.token,
            "start_date": mandate.start.isoformat(),
            "end_date": mandate.end.isoformat() if mandate.end else None,
            "_links": {
                "self": {"href": f"{self.prefix}/mandates/{mandate.number}"},
                "school": {"href": self._school_href(mandate.school_oin)},
            },
        }

    def _find_mandate(self, school_oin: str, supplier_oin: str, namespace: str, day: date) -> Mandate | None:
        with self._lock:
            given = self._mandates.get((school_oin, supplier_oin), ())
            return next((m for m in given if m.namespace == namespace and m.covers(day)), None)

    def _endpoints_app(self, received: Received) -> Answer:
        namespace = required(received, "service_version_namespace")
        self._day(received)
        names = [name for name in ("routing_id", "school_oin") if received.one(name)]
        if len(names) != 1:
            raise InvalidQueryError
        wanted = oin(received, names[0])
        with self._lock:
            known = [endpoint for endpoint in self._endpoints.values() if endpoint.namespace == namespace]
        found = [e for e in known if wanted == (e.routing_id if names[0] == "routing_id" else e.school_oin)]
        return Answer.json(200, [self._endpoint_body(endpoint) for endpoint in found])

    def _endpoint_body(self, endpoint: Endpoint) -> dict[str, object]:
        return {
            "routing_id": endpoint.routing_id,
            "url": endpoint.url,
            "attributes": "LAS",
            "start_date": None,
            "end_date": None,
            "user_is_owner": False,
            "_links": {
                "school": {"href": self._school_href(endpoint.school_oin)},
                "service": {"href": f"{self.prefix}/services/1"},
                "service_version": {"href": f"{self.prefix}/service-versions/1"},
            },
        }

    def _services_app(self, received: Received) -> Answer:
        name = "Logistiek proces doorstroomtoets (simulator)"
        if (received.one("name") or "").lower() not in name.lower():
            return Answer.json(200, [])
        links = {"self": {"href": f"{self.prefix}/services/1"}}
        body = {"code": self._service_code, "name": name, "description": "Bedachte dienst", "_links": links}
        return Answer.json(200, [body])

    def _service_versions_app(self, received: Received) -> Answer:
        if required(received, "service_code") != self._service_code:
            return Answer.json(200, [])
        links = {
            "self": {"href": f"{self.prefix}/service-versions/1"},
            "service": {"href": f"{self.prefix}/services/1"},
        }
        return Answer.json(200, [{"namespace": self.namespace, "status": "active", "_links": links}])

    def _schools_app(self, received: Received) -> Answer:
        with self._lock:
            schools = dict(self._schools)
        bodies = [
            {
                "name": name,
                "oin": code,
                "brin": brin(code),
                "_links": {"self": {"href": self._school_href(code)}},
            }
            for code, name in schools.items()
        ]
        for key in ("oin", "brin"):
            if (wanted := received.one(key)) is not None:
                bodies = [body for body in bodies if body[key] == wanted]
        wanted_name = (received.one("name") or "").lower()
        return Answer.json(200, [body for body in bodies if wanted_name in str(body["name"]).lower()])

    def _school_href(self, school_oin: str) -> str:
        return f"{self.prefix}/schools/{self._numbers[school_oin]}"

    def _note_school(self, school_oin: str) -> None:
        self._schools.setdefault(school_oin, f"Bedachte school {brin(school_oin)}")
        self._numbers.setdefault(school_oin, len(self._schools))

    def _day(self, received: Received) -> date:
        text = received.one("reference_date")
        if text is None:
            return self._today()
        try:
            return date.fromisoformat(text)
        except ValueError as error:
            raise InvalidQueryError from error
