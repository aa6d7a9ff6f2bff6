"""Define the configuration keys: each with its type, its default and, as its docstring, its documentation."""

from __future__ import annotations

import dataclasses
import sys
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Annotated, Any, Literal, get_type_hints

import msgspec

PREFIX = "TETRATUI_"
"""Prefix of our environment variables."""

Positive = Annotated[int, msgspec.Meta(ge=1)]


@dataclass(frozen=True, slots=True)
class Keys:
    """Key bindings."""

    preset: Literal["default", "vim", "lnav", "k9s"] = "default"
    """Key bindings to start from."""
    map: Mapping[str, str] = field(default_factory=dict)
    """Your own keys by binding id, several separated by commas: `follow = "F,end"`. They override the preset."""


@dataclass(frozen=True, slots=True)
class Memory:
    """Limits on memory."""

    budget_mib: Annotated[int, msgspec.Meta(ge=16)] = 512
    """MiB for the event table, at least 16. Beyond it the oldest events leave memory; the screen counts them."""


@dataclass(frozen=True, slots=True)
class Terminal:
    """Limits on what is sent to the terminal."""

    bytes_per_second: Positive = 12_000
    """Most bytes a second to send while events arrive. Answers to keys are never delayed."""
    low_bandwidth: bool = False
    """Always run as with `--low-bandwidth`: with the lower limit below and without animation."""
    low_bandwidth_bytes_per_second: Positive = 3_500
    """Most bytes a second to send in low-bandwidth mode."""


@dataclass(frozen=True, slots=True)
class Time:
    """How times are shown."""

    zone: Literal["local", "utc"] = "local"
    """Zone of the times shown, and of times typed in a query without a `Z`."""


@dataclass(frozen=True, slots=True)
class Tetragon:
    """The Tetragon that filters are written for."""

    version: Annotated[str, msgspec.Meta(pattern=r"^[0-9]+\.[0-9]+\.[0-9]+$")] | None = None
    """Version to write and check filters for, as in `"1.6.0"`. Unset: the installed one, else the newest known."""
    enable: Annotated[str, msgspec.Meta(pattern=r"^[a-z+=, -]*$")] | None = None
    """Optional features that are on, as in `"process-cred,ancestors=base"`. Unset: those of the installed Tetragon."""


@dataclass(frozen=True, slots=True)
class Wazuh:
    """The Wazuh that suppression rules are written for."""

    mode: Literal["standalone", "overlay"] = "standalone"
    """`standalone`: suppression rules under our own base rules. `overlay`: suppression rules over other rule files."""
    rules: Path | None = None
    """Folder of the manager's rule files: ids in use are skipped, lost detections are named. Unset: none is read."""
    threat_alert: str = "12 tetratui_threat"
    """Level, groups and ATT&CK ids of the alerts for threat marks. Without an id, each gets one by its command."""


@dataclass(frozen=True, slots=True)
class Apply:
    """How changes are applied."""

    confirm_seconds: Positive = 120
    """Seconds to confirm a change after it was applied and proved. Without a confirmation the former state returns."""


@dataclass(frozen=True, slots=True)
class Config:
    """The effective configuration, as `load()` returns it."""

    theme: str = "tetra-dark"
    """Name of the colour theme; `tetratui themes` lists them."""
    sidecar: Path | None = None
    """File that keeps reason, owner and expiry of drafts. Unset: the one shared on this host, else your own."""
    keys: Keys = field(default_factory=Keys)
    memory: Memory = field(default_factory=Memory)
    terminal: Terminal = field(default_factory=Terminal)
    time: Time = field(default_factory=Time)
    tetragon: Tetragon = field(default_factory=Tetragon)
    wazuh: Wazuh = field(default_factory=Wazuh)
    apply: Apply = field(default_factory=Apply)
    origins: Mapping[str, str] = field(default_factory=dict, repr=False)
    """Where each value that is not a default comes from: dotted key → `file PATH` or `environment NAME`."""

    def settings(self) -> list[ConfigKey]:
        """Return every key with its effective value and where it comes from, in the order of the documentation."""
        settings = []
        for key, _ in iter_keys():
            section, _, name = key.rpartition(".")
            value = getattr(getattr(self, section) if section else self, name)
            settings.append(ConfigKey(key, value, self.origins.get(key, "default")))
        return settings


@dataclass(frozen=True, slots=True)
class ConfigKey:
    """A key with its effective value."""

    key: str
    """Dotted: `memory.budget_mib`."""
    value: Any
    origin: str
    """`default`, `file PATH` or `environment NAME`."""

    @property
    def variable(self) -> str:
        """Return the name of the environment variable that sets this key."""
        return to_variable(self.key)


def to_variable(key: str) -> str:
    """Return the environment variable of a dotted key: `memory.budget_mib` → `TETRATUI_MEMORY__BUDGET_MIB`."""
    return PREFIX + key.replace(".", "__").upper()


def resolve_types(section: type) -> dict[str, Any]:
    """Return the types of a section's keys, with their bounds."""
    return get_type_hints(section, vars(sys.modules[__name__]), include_extras=True)


def iter_keys(section: type = Config, prefix: str = "") -> Iterator[tuple[str, Any]]:
    """Yield each dotted key with its type, top-level keys first."""
    types = resolve_types(section)
    for item in dataclasses.fields(section):
        if item.name == "origins":
            continue
        if dataclasses.is_dataclass(types[item.name]):
            yield from iter_keys(types[item.name], f"{item.name}.")
        else:
            yield prefix + item.name, types[item.name]
