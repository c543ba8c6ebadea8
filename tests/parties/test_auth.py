"""How we identify ourselves on top of the certificate."""

from __future__ import annotations

import threading
from typing import Any

import pytest

from doorstroom_client import ApiKey, Auth, BearerToken, NoAuth, Token
from doorstroom_client.errors import ConfigurationError

BAD = ["", " ", "a\n", "a\r\nX: y", "\ta", "a ", "é", "a\x00b", "a\x7f", None, 5, b"x"]


def test_all_are_auth() -> None:
    for auth in (NoAuth(), ApiKey("X-Key", "k"), BearerToken("t")):
        assert isinstance(auth, Auth)
        assert not auth.blocking
    assert BearerToken(lambda: Token("t")).blocking
    assert dict(NoAuth().headers()) == {}
    assert dict(ApiKey("X-Key", "a b").headers()) == {"X-Key": "a b"}
    assert dict(BearerToken("t").headers()) == {"Authorization": "Bearer t"}


@pytest.mark.parametrize("value", BAD)
def test_secrets_that_would_not_travel_as_one_line(value: Any) -> None:
    for make in (lambda: ApiKey("X-Key", value), lambda: BearerToken(lambda: Token(value)).headers()):
        with pytest.raises(ConfigurationError) as caught:
            make()
        assert caught.value.setting in ("api_key", "bearer_token")


@pytest.mark.parametrize("value", ["", " ", "a\n", "a\r\nX: y", "é", "a\x00b"])
def test_a_fixed_token_is_checked_at_once(value: str) -> None:
    with pytest.raises(ConfigurationError):
        BearerToken(value)


@pytest.mark.parametrize("name", ["", "X Key", "X:Key", "X\r\nKey", "é", None])
def test_header_names(name: Any) -> None:
    with pytest.raises(ConfigurationError):
        ApiKey(name, "k")


def test_no_repr_shows_a_secret() -> None:
    for item in (ApiKey("X-Key", "geheim"), BearerToken("geheim"), Token("geheim"), BearerToken(lambda: Token("geheim"))):
        assert "geheim" not in repr(item) + str(item)


class Source:
    """Gives numbered tokens and counts."""

    def __init__(self, seconds: float | None = 100.0) -> None:
        self.count = 0
        self.seconds = seconds
        self.now = 0.0
        self.error: Exception | None = None
        self.auth = BearerToken(self.fetch, renew_before=10, clock=lambda: self.now)

    def fetch(self) -> Token:
        self.count += 1
        if self.error:
            raise self.error
        return Token(str(self.count), self.seconds)

    def value(self) -> str:
        return self.auth.headers()["Authorization"].removeprefix("Bearer ")


def test_the_two_windows() -> None:
    source = Source()
    seen = []
    for source.now in (0, 89, 90, 91, 179, 180, 400):
        seen.append(source.value())
    assert seen == ["1", "1", "2", "2", "2", "3", "4"]


def test_a_token_without_end() -> None:
    source = Source(None)
    for source.now in (0, 1e9):
        assert source.value() == "1"


def test_a_token_that_is_over_at_once_serves_one_call() -> None:
    source = Source(0)
    assert [source.value(), source.value()] == ["1", "2"]


def test_a_failing_source_is_told() -> None:
    source = Source()
    source.error = RuntimeError("weg")
    with pytest.raises(RuntimeError):
        source.value()
    source.error = None
    assert source.value() == "2"


def test_a_failing_early_renewal_does_not_fail_a_call_that_has_a_valid_token(caplog: pytest.LogCaptureFixture) -> None:
    source = Source()
    source.value()
    source.now, source.error = 95, RuntimeError("geheim")
    with caplog.at_level("WARNING", "doorstroom_client"):
        assert source.value() == "1"
    (record,) = caplog.records
    assert record.levelname == "WARNING"
    assert "(RuntimeError)" in record.getMessage()
    assert record.exc_info is None
    assert "geheim" not in caplog.text


def test_one_thread_fetches_at_a_time() -> None:
    barrier = threading.Barrier(8)
    calls, seen = [], []
    auth = BearerToken(lambda: calls.append(1) or Token("t", 100))  # type: ignore[func-returns-value]

    def work() -> None:
        barrier.wait()
        seen.append(auth.headers()["Authorization"])

    threads = [threading.Thread(target=work) for _ in range(8)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert len(calls) == 1
    assert seen == ["Bearer t"] * 8


def test_during_an_early_renewal_the_old_token_serves_others() -> None:
    started, go = threading.Event(), threading.Event()
    now, given = [0.0], []

    def fetch() -> Token:
        given.append(1)
        if len(given) > 1:
            started.set()
            assert go.wait(10)
        return Token(str(len(given)), 100)

    auth = BearerToken(fetch, renew_before=10, clock=lambda: now[0])
    auth.headers()
    now[0] = 95
    renewing = threading.Thread(target=auth.headers)
    renewing.start()
    assert started.wait(10)
    assert auth.headers() == {"Authorization": "Bearer 1"}
    go.set()
    renewing.join()
    assert auth.headers() == {"Authorization": "Bearer 2"}
