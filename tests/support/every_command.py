"""Every command that does something, as the program has them."""

from __future__ import annotations

import warnings
from typing import Any

import pytest


def every_command() -> dict[str, Any]:
    """Each by what is typed; hidden ones are left out. Skips the test where the command line is not installed."""
    typer = pytest.importorskip("typer")
    app = pytest.importorskip("doorstroom_client.cli._app").app
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        todo = [("doorstroom", typer.main.get_command(app))]
    found: dict[str, Any] = {}
    while todo:
        name, command = todo.pop()
        children = getattr(command, "commands", {})
        todo += [(f"{name} {key}", child) for key, child in children.items() if not getattr(child, "hidden", False)]
        if not children:
            found[name] = command
    return found
