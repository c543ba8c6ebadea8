"""A protocol that takes an object for what it answers to, on every Python."""

from __future__ import annotations

from typing import TYPE_CHECKING, Protocol

if TYPE_CHECKING:
    from abc import ABCMeta as _ProtocolMeta
else:
    _ProtocolMeta = type(Protocol)


class Answering(_ProtocolMeta):
    """The metaclass of a protocol for objects that users bring along.

    Since Python 3.12 ``isinstance`` looks past ``__getattr__``, so an object that hands every question on to another (Django's
    ``SimpleLazyObject``, a proxy that counts calls) would be none of ours.
    """

    def __instancecheck__(cls, instance: object) -> bool:  # noqa: N805 - of a metaclass, which type(Protocol) hides
        if Protocol not in cls.__bases__:
            return super().__instancecheck__(instance)
        members = (name for name in vars(cls) if not name.startswith("_"))
        return cls in type(instance).__mro__ or all(getattr(instance, name, None) is not None for name in members)
