"""A plan in a folder, for the chain test."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path
from typing import Any

PLAN = {
    "leverancier": '"ICE"',
    "config": '"doorstroom.toml"',
    "rollen": '["toetssysteem", "terugweg"]',
    "omgeving": '"test"',
    "host": '"localhost"',
}
"""A plan for the chain on this machine, as TOML writes its values."""


def write_plan(folder: Path, opstelling: Mapping[str, str] | None = None, **more: str | None) -> Path:
    """Write a plan; a value of None leaves a name out."""
    values: dict[str, Any] = {**PLAN, **more}
    lines = [f"{name} = {value}" for name, value in values.items() if value is not None]
    states = {"school": '"99AA"', **(opstelling or {})}
    lines += ["[opstelling]", *(f"{name} = {value}" for name, value in states.items())]
    (folder / "plan.toml").write_text("\n".join(lines) + "\n", "utf-8")
    return folder
