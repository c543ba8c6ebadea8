"""How the LAS identifies itself on top of its client certificate.

The chain itself asks for nothing but mutual TLS; the OSR wants an API key on some calls. The part is pluggable because
the sector moves towards tokens. Headers go only to the peer that an `Auth` is configured for.
"""

from __future__ import annotations

import re
import time
from collections.abc import Callable, Mapping
from dataclasses import field
from typing import Protocol, runtime_checkable

from doorstroom_client.basics import forks
from doorstroom_client.basics.answering import Answering
from doorstroom_client.basics.frozen import frozen
from doorstroom_client.errors import ConfigurationError
from doorstroom_client.events import logger

_HEADER_NAME = re.compile(r"[A-Za-z0-9!#$%&'*+.^_`|~-]+")
_HEADER_VALUE = re.compile(r"[\x21-\x7e]([\x20-\x7e]*[\x21-\x7e])?")


@runtime_checkable
class Auth(Protocol, metaclass=Answering):
    """Gives the headers that identify us.

    Attributes:
        blocking: whether `headers` may wait for something. `AsyncClient` then calls it in a worker thread.
    """

    @property
    def blocking(self) -> bool:
        """Whether `headers` may wait for something."""
        ...

    def headers(self) -> Mapping[str, str]:
        """The headers to add to a request; called before every attempt."""
        ...


@frozen
class NoAuth:
    """Nothing but the client certificate: what the chain asks for."""

    blocking: bool = field(default=False, init=False, repr=False)

    def headers(self) -> Mapping[str, str]:
        """No headers."""
        return {}


@frozen
class ApiKey:
    """A fixed key in a header of your choice.

    Attributes:
        header: the name of the header, as the documentation of the other party gives it.
        key: the secret; never shown.
    """

    header: str
    key: str = field(repr=False)
    blocking: bool = field(default=False, init=False, repr=False)

    def __post_init__(self) -> None:
        check_header(self.header, self.key, "api_key")

    def headers(self) -> Mapping[str, str]:
        """The key in its header."""
        return {self.header: self.key}


@frozen
class Token:
    """A bearer token.

    Attributes:
        value: the secret; never shown.
        seconds: how long it stays valid from now; None when it does not end.
    """

    value: str = field(repr=False)
    seconds: float | None = None


class BearerToken:
    """A bearer token, fixed or fetched; a fetched one is kept until shortly before it ends.

    One thread fetches at a time. In the last `renew_before` seconds the old token still serves everybody else; once it has
    ended, all wait for the one that fetches.

    Args:
        source: the token, or a function that fetches one. The function may wait for the network.
        renew_before: seconds before the end at which a new token is fetched.
        clock: monotonic seconds; for tests.
    """

    def __init__(
        self,
        source: str | Callable[[], Token],
        *,
        renew_before: float = 60.0,
        clock: Callable[[], float] = time.monotonic,
    ) -> None:
        self._fetch: Callable[[], Token] = (lambda: Token(source)) if isinstance(source, str) else source
        self.blocking: bool = not isinstance(source, str)
        self._renew_before = renew_before
        self._clock = clock
        self._kept = (Token(""), float("-inf"))  # one value, so that no thread sees half a change
        self._fetching = forks.Lock()
        if isinstance(source, str):
            check_header("Authorization", source, "bearer_token")

    def __repr__(self) -> str:
        return "BearerToken(…)"

    def headers(self) -> Mapping[str, str]:
        """The Authorization header with a token that is valid now.

        Raises:
            ConfigurationError: the source gave something that cannot stand in a header.
        """
        token, ends_at = self._kept
        left = ends_at - self._clock()
        if left <= 0:
            with self._fetching:
                if self._kept[1] - self._clock() <= 0:
                    self._renew()
                token = self._kept[0]
        elif left <= self._renew_before and self._fetching.acquire(blocking=False):
            try:
                self._renew_early()
                token = self._kept[0]
            finally:
                self._fetching.release()
        return {"Authorization": f"Bearer {token.value}"}

    def _renew_early(self) -> None:
        """The old token is still good: a source that is out of order for a moment fails nobody, but somebody has to know."""
        failed = ""
        try:
            self._renew()
        except Exception as error:  # noqa: BLE001 - the source is not ours
            failed = type(error).__name__  # its text may hold the secret
        if failed:
            logger.warning("a new bearer token could not be fetched (%s); the old one is used until it ends", failed)

    def _renew(self) -> None:
        token = self._fetch()
        check_header("Authorization", token.value, "bearer_token")
        self._kept = (token, self._clock() + (float("inf") if token.seconds is None else token.seconds))


def check_header(name: str, value: str, setting: str) -> None:
    """Refuse a header that would not travel as one line.

    Raises:
        ConfigurationError: names the setting, never the value.
    """
    if not isinstance(name, str) or not _HEADER_NAME.fullmatch(name):
        raise ConfigurationError(
            f"{setting}: the header name is empty or holds other characters than a name may have", setting=setting
        )
    fits = isinstance(value, str) and _HEADER_VALUE.fullmatch(value) is not None
    del value  # tracebacks may show local variables
    if not fits:
        raise ConfigurationError(
            f"{setting}: the secret is empty, or holds a line break, a control character or a non-ASCII character",
            setting=setting,
            hint="A secret read from a file often ends in a line break",
        )
