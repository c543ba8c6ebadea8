"""Our certificate: new files without a restart, half of them, and an end that is told in time."""

from __future__ import annotations

import datetime as dt
import logging
import os
import shutil
import ssl
import threading
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from cryptography import x509
from faults_support import make_crl
from support import LAS_OIN, OTHER_OIN, SCHOOL, SUPPLIER_OIN

from doorstroom_client import Advies, Adviezenlijst, Client, ClientCertificate, Leerling, Leverancier
from doorstroom_client.errors import ConfigurationError
from doorstroom_client.events import Event
from doorstroom_client.simulator.connection import Wire
from doorstroom_client.simulator.https import Answer, HttpsServer, Received
from doorstroom_client.simulator.pki import Issued, Pki
from doorstroom_client.transport import live
from doorstroom_client.transport.live import LOOK_EVERY, LiveContext

NEXT_OIN = OTHER_OIN
DAY = dt.timedelta(days=1)


class Wereld:
    """Our files in a folder, a clock and a calendar that the test moves."""

    def __init__(self, pki: Pki, folder: Path) -> None:
        self.pki = pki
        self.folder = folder
        self.cert, self.key = folder / "las.cert.pem", folder / "las.key.pem"
        self.clock = 5000.0
        self.now = dt.datetime.now(dt.UTC)
        self.events: list[Event] = []
        self.turn = 0

    def issue(self, days: float = 300, oin: str = LAS_OIN) -> Issued:
        self.turn += 1
        return self.pki.issue(f"las-{id(self)}-{self.turn}", oin=oin, not_after=dt.datetime.now(dt.UTC) + days * DAY)

    def put(self, source: Path, target: Path) -> None:
        draft = target.with_suffix(".new")
        shutil.copyfile(source, draft)
        draft.chmod(0o600)
        self.turn += 1
        os.utime(draft, (1_700_000_000 + self.turn,) * 2)
        draft.replace(target)

    def install(self, issued: Issued) -> None:
        self.put(issued.cert, self.cert)
        self.put(issued.key, self.key)

    def certificate(self, **more: Any) -> ClientCertificate:
        return ClientCertificate(self.cert, self.key, self.pki.trust, **more)

    def live(self, **more: Any) -> LiveContext:
        return LiveContext(self.certificate(**more), self.events.append, now=lambda: self.now, clock=lambda: self.clock)

    def told(self) -> list[str]:
        return [event.result for event in self.events]


@pytest.fixture
def wereld(test_pki: Pki, tmp_path: Path) -> Wereld:
    return Wereld(test_pki, tmp_path)


def test_the_same_context_as_long_as_nothing_changed(wereld: Wereld) -> None:
    wereld.install(wereld.issue())
    using = wereld.live()
    first = using.current()
    for _ in range(5):
        wereld.clock += LOOK_EVERY
        assert using.current() is first
    assert wereld.events == []


def test_new_files_are_taken_over_at_the_next_look(wereld: Wereld) -> None:
    wereld.install(wereld.issue())
    using = wereld.live()
    first = using.current()
    wereld.install(wereld.issue())
    wereld.clock += LOOK_EVERY - 0.1
    assert using.current() is first
    wereld.clock += 0.1
    second = using.current()
    assert second is not first
    assert using.current() is second
    assert wereld.told() == ["new files are in use"]
    (event,) = wereld.events
    assert (event.action, event.object, event.origin, event.actor, event.peer) == ("certificate", "-", "-", "-", "")
    assert (event.at, event.outcomes, event.serious) == (wereld.now, (), False)


@pytest.mark.parametrize("half", ["cert", "key"])
def test_half_of_a_pair_keeps_the_old_context_until_the_other_half_is_there(half: str, wereld: Wereld) -> None:
    wereld.install(wereld.issue())
    using = wereld.live()
    first = using.current()
    new = wereld.issue()
    wereld.put(*((new.cert, wereld.cert) if half == "cert" else (new.key, wereld.key)))
    wereld.clock += LOOK_EVERY
    assert using.current() is first
    assert [(event.result, event.serious) for event in wereld.events] == [("new files cannot be used: certificate.key", True)]
    wereld.install(new)
    wereld.clock += LOOK_EVERY
    assert using.current() is not first
    assert wereld.told()[-1] == "new files are in use"


@pytest.mark.parametrize("broken", ["gone", "empty", "half", "expired", "not yet", "trust gone"])
def test_unusable_files_keep_the_old_context_and_are_told(broken: str, wereld: Wereld, tmp_path: Path) -> None:
    wereld.install(wereld.issue())
    trust = tmp_path / "trust.pem"
    shutil.copyfile(wereld.pki.trust, trust)
    certificate = ClientCertificate(wereld.cert, wereld.key, trust)
    using = LiveContext(certificate, wereld.events.append, now=lambda: wereld.now, clock=lambda: wereld.clock)
    first = using.current()
    if broken == "gone":
        wereld.cert.unlink()
    elif broken == "trust gone":
        trust.unlink()
    elif broken in ("empty", "half"):
        content = wereld.cert.read_bytes()
        wereld.cert.write_bytes(b"" if broken == "empty" else content[: len(content) // 3])
    else:
        start = dt.datetime.now(dt.UTC) + (2 * DAY if broken == "not yet" else -2 * DAY)
        wereld.install(wereld.pki.issue(f"las-{broken[:3]}", oin=LAS_OIN, not_before=start, not_after=start + DAY))
    wereld.clock += LOOK_EVERY
    assert using.current() is first
    assert any(event.serious and event.result.startswith("new files cannot be used") for event in wereld.events)


def test_files_that_cannot_be_used_at_the_start_are_an_error(wereld: Wereld) -> None:
    wereld.install(wereld.issue())
    wereld.key.unlink()
    with pytest.raises(ConfigurationError):
        wereld.live()


def test_new_roots_and_new_revocation_lists_are_taken_over_too(wereld: Wereld, tmp_path: Path) -> None:
    wereld.install(wereld.issue())
    crl = tmp_path / "crl.pem"
    wereld.put(make_crl(wereld.pki), crl)
    using = wereld.live(crls=crl)
    first = using.current()
    wereld.put(make_crl(wereld.pki), crl)
    wereld.clock += LOOK_EVERY
    assert using.current() is not first


def test_files_with_the_same_time_and_size_are_new_all_the_same(wereld: Wereld) -> None:
    """Unpacked from an image or an archive, all files have one time."""
    issued = wereld.issue()
    for _ in range(200):
        other = wereld.issue()
        sizes = [(item.cert.stat().st_size, item.key.stat().st_size) for item in (issued, other)]
        if sizes[0] == sizes[1]:
            break
    else:
        pytest.skip("no pair of the same size was made")
    wereld.install(issued)
    for path in (wereld.cert, wereld.key):
        os.utime(path, (1_700_000_000,) * 2)
    using = wereld.live()
    first = using.current()
    wereld.install(other)
    for path in (wereld.cert, wereld.key):
        os.utime(path, (1_700_000_000,) * 2)
    wereld.clock += LOOK_EVERY
    assert using.current() is not first


def warnings_over(wereld: Wereld, using: LiveContext, days: int) -> list[int]:
    """The days left at each warning while the calendar goes on, two looks a day."""
    end = wereld.now + days * DAY
    found: list[int] = []
    for half in range(2 * days):
        wereld.now = end - days * DAY + half * (DAY / 2)
        before = len(wereld.events)
        wereld.clock += LOOK_EVERY
        using.current()
        found += [int(event.result.split()[-2]) for event in wereld.events[before:]]
    return found


def test_an_ending_certificate_is_told_once_at_each_of_four_moments(wereld: Wereld) -> None:
    wereld.install(wereld.issue(days=90))
    using = wereld.live()
    assert wereld.events == []
    assert warnings_over(wereld, using, 89) == [60, 30, 14, 7]
    assert all(event.serious and event.action == "certificate" for event in wereld.events)


@pytest.mark.parametrize(("days", "told"), [(61.5, 0), (60.5, 1), (20.5, 1), (3.5, 1)])
def test_at_the_start_the_nearest_moment_is_told_once(days: float, told: int, wereld: Wereld) -> None:
    wereld.install(wereld.issue(days=days))
    using = wereld.live()
    wereld.clock += LOOK_EVERY
    using.current()
    assert wereld.told() == [f"our certificate ends in {int(days)} days"] * told


def test_whether_what_is_in_use_has_ended(wereld: Wereld) -> None:
    """For the health of a receiver: a newer file that is not looked at yet changes nothing."""
    wereld.install(wereld.issue(days=20))
    using = wereld.live()
    assert using.is_valid
    wereld.now += 21 * DAY
    assert not using.is_valid
    wereld.install(wereld.issue(days=300))
    assert not using.is_valid
    wereld.clock += LOOK_EVERY
    using.current()
    assert using.is_valid


def test_a_new_certificate_ends_the_warnings_and_starts_its_own(wereld: Wereld) -> None:
    wereld.install(wereld.issue(days=20.5))
    using = wereld.live()
    wereld.install(wereld.issue(days=29.5))
    wereld.clock += LOOK_EVERY
    using.current()
    assert wereld.told() == ["our certificate ends in 20 days", "new files are in use", "our certificate ends in 29 days"]


def test_the_certificate_in_use_is_watched_also_while_a_newer_file_cannot_be_used(wereld: Wereld) -> None:
    """Half of a pair is there for good: what is in use still ends, and that must be told."""
    wereld.install(wereld.issue(days=90))
    using = wereld.live()
    wereld.put(wereld.issue(days=300).cert, wereld.cert)
    wereld.now += 85 * DAY
    wereld.clock += LOOK_EVERY
    using.current()
    assert "our certificate ends in 4 days" in wereld.told()


def test_serious_events_stand_in_the_log_as_warnings(wereld: Wereld, caplog: pytest.LogCaptureFixture) -> None:
    wereld.install(wereld.issue(days=20.5))
    with caplog.at_level(logging.INFO):
        wereld.live()
    assert [record.levelno for record in caplog.records] == [logging.WARNING]


def test_a_hook_that_raises_does_not_stop_the_take_over(wereld: Wereld) -> None:
    wereld.install(wereld.issue())

    def hook(_: Event) -> None:
        raise ValueError

    using = LiveContext(wereld.certificate(), hook, now=lambda: wereld.now, clock=lambda: wereld.clock)
    first = using.current()
    wereld.install(wereld.issue())
    wereld.clock += LOOK_EVERY
    assert using.current() is not first


def test_a_hook_that_makes_a_call_itself_does_not_hang(wereld: Wereld) -> None:
    wereld.install(wereld.issue())
    seen: list[ssl.SSLContext] = []
    using: LiveContext | None = None

    def hook(_: Event) -> None:
        if using is not None:
            seen.append(using.current())

    using = LiveContext(wereld.certificate(), hook, now=lambda: wereld.now, clock=lambda: wereld.clock)
    wereld.install(wereld.issue())
    wereld.clock += LOOK_EVERY
    thread = threading.Thread(target=using.current, daemon=True)
    thread.start()
    thread.join(2.0)
    assert not thread.is_alive()
    assert len(seen) == 1


def test_threads_that_look_at_once_take_over_once(wereld: Wereld) -> None:
    wereld.install(wereld.issue())
    using = wereld.live()
    wereld.install(wereld.issue())
    wereld.clock += LOOK_EVERY
    found: list[ssl.SSLContext] = []
    threads = [threading.Thread(target=lambda: found.append(using.current())) for _ in range(8)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert len({id(context) for context in found}) == 1
    assert wereld.told() == ["new files are in use"]


# --- end to end


class Supplier(HttpsServer):
    """Remembers which certificate came with each request."""

    def __init__(self, pki: Pki) -> None:
        issued = pki.issue("live-supplier", oin=SUPPLIER_OIN)
        self.oins: list[str | None] = []
        self.serials: list[int] = []
        super().__init__(self._take_in, cert=issued.cert, key=issued.key, trust=pki.trust, name="live")

    def _take_in(self, received: Received) -> Answer:
        self.oins.append(received.peer_oin)
        return Answer(202)

    def _secure(self, wire: Wire) -> bool:
        if not super()._secure(wire):
            return False
        der = wire.socket.getpeercert(binary_form=True)  # type: ignore[attr-defined]
        self.serials.append(x509.load_der_x509_certificate(der).serial_number)
        return True


@pytest.fixture
def supplier(test_pki: Pki) -> Iterator[Supplier]:
    with Supplier(test_pki) as running:
        yield running


def serial_of(issued: Issued) -> int:
    return x509.load_pem_x509_certificates(issued.cert.read_bytes())[0].serial_number


def test_a_client_goes_on_with_the_new_certificate(wereld: Wereld, supplier: Supplier, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(live, "LOOK_EVERY", 0.0)
    first, second, third = wereld.issue(), wereld.issue(), wereld.issue(oin=NEXT_OIN)
    wereld.install(first)
    with Client(
        certificate=wereld.certificate(),
        leveranciers=[Leverancier("ICE", SUPPLIER_OIN, f"{supplier.url}/dst", "Toetsbureau")],
        auteur="Test 1",
        schooljaar="2025-2026",
        on_event=wereld.events.append,
    ) as client:

        def send() -> None:
            client.send(Adviezenlijst(SCHOOL, [Advies(Leerling(las_key="sleutel"), "HAVO")]), leverancier="ICE")

        send()
        send()
        assert supplier.serials == [serial_of(first)]  # one connection, used twice
        wereld.install(second)
        send()
        send()
        assert supplier.serials == [serial_of(first), serial_of(second)]
        wereld.put(third.cert, wereld.cert)  # the key is not there yet
        send()
        assert supplier.serials == [serial_of(first), serial_of(second)]
        assert wereld.events[-2].serious
        wereld.put(third.key, wereld.key)
        send()
    assert supplier.serials == [serial_of(first), serial_of(second), serial_of(third)]
    assert supplier.oins == [LAS_OIN] * 5 + [NEXT_OIN]
    assert [event.result for event in wereld.events if event.action == "certificate"] == [
        "new files are in use",
        "new files cannot be used: certificate.key",
        "new files are in use",
    ]


def test_after_a_rotation_the_events_name_the_oin_of_the_new_certificate(
    wereld: Wereld, supplier: Supplier, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(live, "LOOK_EVERY", 0.0)
    wereld.install(wereld.issue())
    with Client(
        certificate=wereld.certificate(),
        leveranciers=[Leverancier("ICE", SUPPLIER_OIN, f"{supplier.url}/dst", "Toetsbureau")],
        auteur="Test 1",
        schooljaar="2025-2026",
        on_event=wereld.events.append,
    ) as client:
        wereld.install(wereld.issue(oin=NEXT_OIN))
        client.send(Adviezenlijst(SCHOOL, [Advies(Leerling(las_key="sleutel"), "HAVO")]), leverancier="ICE")
    assert supplier.oins == [NEXT_OIN]
    assert wereld.events[-1].origin == NEXT_OIN
