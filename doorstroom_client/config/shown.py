"""The value of a setting as it may be shown."""

from __future__ import annotations

import os
from collections.abc import Sequence
from typing import cast

from doorstroom_client.config.settings import Settings
from doorstroom_client.config.table import Setting
from doorstroom_client.store.location import shown

_MOST = 3
_OF_SERVER = {"serve.certificate": "cert", "serve.key": "key", "serve.password": "password"}
"""Settings of the receiver's own certificate, and the names of its parts."""


def value_of(setting: Setting, settings: Settings) -> str:
    """The value in effect, default included; of a secret only whether it is there; empty when there is none.

    Args:
        setting: which one.
        settings: all of them.
    """
    if "[]" in setting.name:
        return _several(setting, settings)
    if setting.name in _OF_SERVER:
        value: object = getattr(settings.receiving.certificate, _OF_SERVER[setting.name], None)
    elif setting.section == "serve":
        value = getattr(settings.receiving, setting.key)
    elif setting.name == "retry.attempts":
        value = getattr(getattr(settings.retry, "stop", None), "max_attempt_number", "")
    else:
        owner = getattr(settings, setting.section) if setting.section else settings
        value = getattr(owner, setting.key, None)
    if setting.kind == "place" and value:
        return shown(str(value))
    if setting.secret:
        return "(set, not shown)" if value else ""
    return _text(value)


def _several(setting: Setting, settings: Settings) -> str:
    items: Sequence[object] = getattr(settings, setting.section.removesuffix("[]"))
    values = [_text(getattr(item, setting.key, None)) for item in items]
    more = f", and {len(values) - _MOST} more" if len(values) > _MOST else ""
    return ", ".join(value or "-" for value in values[:_MOST]) + more


def _text(value: object) -> str:
    if value is None:
        return ""
    if isinstance(value, bool):
        return "yes" if value else "no"
    if isinstance(value, tuple):
        return ", ".join(_text(item) for item in cast("tuple[object, ...]", value))
    return os.fspath(cast("os.PathLike[str]", value)) if isinstance(value, os.PathLike) else str(value)
