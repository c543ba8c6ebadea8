"""Corners that no peer and no disk reaches by itself."""

from __future__ import annotations

import ssl
import threading
from pathlib import Path
from typing import Any

import pytest

from doorstroom_client.errors import Phase, StoreError
from doorstroom_client.exchange.auth import BearerToken, Token
from doorstroom_client.exchange.files import PartFile
from doorstroom_client.exchange.http import FaultKind
from doorstroom_client.exchange.tls_faults import tls_error, tls_kind


def test_a_tls_error_after_the_handshake_is_no_answer() -> None:
    error = ssl.SSLError(1, "bad record")
    error.reason = "BAD_RECORD"
    assert tls_kind(error, before=False) == (FaultKind.NO_ANSWER, Phase.UNKNOWN, "tls")


@pytest.mark.parametrize("error", [ssl.SSLEOFError(8, "end"), ssl.SSLError(5, "end")])
def test_a_connection_that_broke_off_is_no_tls_error(error: ssl.SSLError) -> None:
    error.reason = "UNEXPECTED_EOF_WHILE_READING"
    assert tls_error(error) is None


def test_the_search_for_a_tls_error_ends() -> None:
    error: BaseException = ssl.SSLError(1, "deep down")
    for _ in range(12):
        outer = RuntimeError()
        outer.__cause__ = error
        error = outer
    assert tls_error(error) is None


def test_a_token_that_another_thread_just_fetched_is_used() -> None:
    fetched: list[int] = []

    def fetch() -> Token:
        fetched.append(1)
        return Token("nieuw", 600)

    auth, found = BearerToken(fetch), list[Any]()
    with auth._fetching:
        waiting = threading.Thread(target=lambda: found.append(auth.headers()))
        waiting.start()
        auth._kept = (Token("van een ander"), float("inf"))
    waiting.join()
    assert found == [{"Authorization": "Bearer van een ander"}]
    assert fetched == []


def test_a_disk_that_fails_while_writing(tmp_path: Path) -> None:
    part = PartFile(tmp_path / "x.pdf")
    real, part._file = part._file, Full()  # type: ignore[assignment]
    with pytest.raises(StoreError, match="No space"):
        part.write(b"abc")
    real.close()
    assert list(tmp_path.iterdir()) == []


class Full:
    """A file on a full disk."""

    def write(self, _: object) -> int:
        raise OSError(28, "No space left on device")

    def close(self) -> None:
        """Nothing to close."""
