"""Takes back what a scenario set at a simulator, also when the run that set it was killed."""

from __future__ import annotations

import json
from collections.abc import Callable, Mapping
from contextlib import suppress
from pathlib import Path
from typing import Any

from doorstroom_client.output.files import write_whole

Ask = Callable[[str, str, Mapping[str, Any] | None], Any]
"""Asks the control address: method, path and what goes along; gives what comes back."""
FILE = "simulator-standen.json"
"""The file, in the folder of a test, that holds the states as they were before; it is there while something is set."""


class Undo:
    """The states of a simulator as they were before a scenario set any.

    Args:
        ask: reaches its control address.
        file: keeps them until they are as they were; None for a simulator that ends with this process.
        of: tells this start of the simulator apart: the states of an earlier one are nobody's.
    """

    def __init__(self, ask: Ask, file: Path | None = None, of: str = "") -> None:
        self._ask = ask
        self._file = file
        self._of = of
        self._before = self._left_by_a_killed_run()
        self.restore()

    def remember(self) -> None:
        """Note how everything is, before something is set."""
        if self._before is None:
            self._before = self._ask("GET", "/standen", None)
            if self._file is not None:
                write_whole(self._file, json.dumps({"simulator": self._of, "standen": self._before}).encode())

    def restore(self) -> None:
        """Set everything back."""
        if self._before is not None:
            self._ask("PUT", "/standen", self._before)
            self._before = None
        if self._file is not None:
            with suppress(FileNotFoundError):
                self._file.unlink()

    def _left_by_a_killed_run(self) -> Any:
        if self._file is None:
            return None
        try:
            kept = json.loads(self._file.read_bytes())
        except (OSError, ValueError):
            return None
        return kept.get("standen") if isinstance(kept, dict) and kept.get("simulator") == self._of else None
