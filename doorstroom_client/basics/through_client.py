"""What works through a client: it cannot leave the process, and a copy of it is the same thing."""

from __future__ import annotations

from typing import NoReturn, Self, SupportsIndex


class ThroughClient:
    """Base of clients, of their parts, and of values with methods that need one.

    None of them changes, so a copy is the object itself. Connections, locks and an open store cannot be pickled.
    """

    __slots__ = ()

    def __copy__(self) -> Self:
        return self

    def __deepcopy__(self, _: object) -> Self:
        return self

    def __reduce_ex__(self, protocol: SupportsIndex) -> NoReturn:
        raise TypeError(
            f"{type(self).__name__} works through an open client and cannot be pickled: make a client where it is needed, and "
            "pass plain values, such as result.id or result.resultaat"
        )
