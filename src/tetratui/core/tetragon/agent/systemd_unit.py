"""Read the command and the environment of tetragon.service, as systemd would, under a root folder."""

from __future__ import annotations

import re
import shlex
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path

NAME = "tetragon.service"
FOLDERS = (
    "etc/systemd/system",
    "run/systemd/system",
    "usr/local/lib/systemd/system",
    "usr/lib/systemd/system",
    "lib/systemd/system",
)
"""Folders of units. A unit hides those of the same name in later folders (systemd.unit(5))."""
_PREFIXES = "-@:+!"
"""What may stand before the program of ExecStart (systemd.service(5))."""


@dataclass(slots=True)
class Unit:
    """The command and environment of a unit, drop-ins included."""

    command: list[str] = field(default_factory=list)
    """The words of ExecStart; empty when there is no unit."""
    environment: dict[str, str] = field(default_factory=dict)


def read_unit(root: Path) -> Unit:
    """Return the unit in force with its drop-ins. Files that cannot be read are left out."""
    unit = Unit()
    for text in _texts(root):
        for key, value in _assignments(text):
            if key == "ExecStart":
                unit.command = _words(value.lstrip(_PREFIXES))
            elif key == "Environment":
                unit.environment |= dict(word.split("=", 1) for word in _words(value) if "=" in word)
            elif key == "EnvironmentFile":
                unit.environment |= _environment_file(root / value.lstrip("-").lstrip("/"))
    return unit


def list_environment_files(root: Path) -> list[str]:
    """Return the paths of the files from which the unit takes its environment."""
    return [value.lstrip("-") for text in _texts(root) for key, value in _assignments(text) if key == "EnvironmentFile"]


def _texts(root: Path) -> Iterator[str]:
    """Yield the text of the unit from the first folder that has one, then those of the drop-ins in the order of names.

    A drop-in of an earlier folder replaces one of the same name in a later folder.
    """
    units = [root / folder / NAME for folder in FOLDERS]
    drop_ins: dict[str, Path] = {}
    for unit in reversed(units):
        drop_ins |= {path.name: path for path in unit.with_name(f"{NAME}.d").glob("*.conf")}
    first = [unit for unit in units if unit.is_file()][:1]
    for path in (*first, *(drop_ins[name] for name in sorted(drop_ins))):
        try:
            yield path.read_text("utf-8", "replace")
        except OSError:
            continue


def _assignments(text: str) -> Iterator[tuple[str, str]]:
    for line in re.sub(r"\\\n", " ", text).splitlines():
        key, equals, value = line.strip().partition("=")
        if equals and not key.startswith(("#", ";")):
            yield key.strip(), value.strip()


def _words(text: str) -> list[str]:
    try:
        return shlex.split(text)
    except ValueError:
        return []


def _environment_file(path: Path) -> dict[str, str]:
    try:
        text = path.read_text("utf-8", "replace")
    except OSError:
        return {}
    return {key: "".join(_words(value)[:1]) or value for key, value in _assignments(text)}
