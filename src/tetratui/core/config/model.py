"""What can be configured: each key with its type, its default and, under it, the text of its documentation."""

from __future__ import annotations

import dataclasses
import sys
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Annotated, Any, Literal, get_type_hints

import msgspec

PREFIX = "TETRATUI_"
"""What every environment variable of ours begins with."""

Positive = Annotated[int, msgspec.Meta(ge=1)]


@dataclass(frozen=True, slots=True)
class Keys:
    """What the keys do."""

    preset: Literal["default", "vim", "lnav", "k9s"] = "default"
    """The set of key bindings to begin with."""
    map: Mapping[str, str] = field(default_factory=dict)
    """Own keys by binding id, several separated by commas: `follow = "F,end"`. They beat the preset."""


@dataclass(frozen=True, slots=True)
class Memory:
    """How much is held."""

    budget_mib: Annotated[int, msgspec.Meta(ge=16)] = 512
    """MiB the event table may hold; beyond it the oldest events leave memory, counted on screen. 16 at least."""


@dataclass(frozen=True, slots=True)
class Terminal:
    """How much is sent to the terminal."""

    bytes_per_second: Positive = 12_000
    """Bytes a second to stay under while events arrive; answers to keys are never held back."""
    low_bandwidth: bool = False
    """Always run as with `--low-bandwidth`: the smaller budget below and no animation."""
    low_bandwidth_bytes_per_second: Positive = 3_500
    """Bytes a second to stay under in low-bandwidth mode."""


@dataclass(frozen=True, slots=True)
class Time:
    """How times are shown."""

    zone: Literal["local", "utc"] = "local"
    """The zone of the times shown, and of the times typed in a query without a `Z`."""


@dataclass(frozen=True, slots=True)
class Tetragon:
    """The sensor that filters are written for."""

    version: Annotated[str, msgspec.Meta(pattern=r"^[0-9]+\.[0-9]+\.[0-9]+$")] | None = None
    """Version to write and check filters for, as in `"1.6.0"`. Unset: the one installed, else the newest known."""
    enable: Annotated[str, msgspec.Meta(pattern=r"^[a-z+=, -]*$")] | None = None
    """Optional features that are on, as in `"process-cred,ancestors=base"`. Unset: those of the one installed."""


@dataclass(frozen=True, slots=True)
class Wazuh:
    """The SIEM that suppression rules are written for."""

    mode: Literal["standalone", "overlay"] = "standalone"
    """`standalone`: our base rules and suppression rules stand alone. `overlay`: suppression rules silence what other rule files define."""
    rules: Path | None = None
    """Folder of the manager's rule files: ids in use are skipped and lost rules are named. Unset: none is read."""
    threat_alert: str = "12 tetratui_threat"
    """How threat marks alert: a level, groups and ATT&CK ids. Without an id each takes one by what it is like."""


@dataclass(frozen=True, slots=True)
class Config:
    """The effective configuration; `load()` makes it."""

    theme: str = "tetra-dark"
    """Name of the colour theme; `tetratui themes` lists them."""
    sidecar: Path | None = None
    """File that keeps reason, owner and expiry of drafts. Unset: the shared one of this host, else your own."""
    keys: Keys = field(default_factory=Keys)
    memory: Memory = field(default_factory=Memory)
    terminal: Terminal = field(default_factory=Terminal)
    time: Time = field(default_factory=Time)
    tetragon: Tetragon = field(default_factory=Tetragon)
    wazuh: Wazuh = field(default_factory=Wazuh)
    origins: Mapping[str, str] = field(default_factory=dict, repr=False)
    """Where each value that is no default comes from: dotted key → `file PATH` or `environment NAME`."""

    def settings(self) -> list[ConfigKey]:
        """List every key with its effective value and where it comes from, in the order of the documentation."""
        found = []
        for key, _ in keys():
            section, _, name = key.rpartition(".")
            value = getattr(getattr(self, section) if section else self, name)
            found.append(ConfigKey(key, value, self.origins.get(key, "default")))
        return found


@dataclass(frozen=True, slots=True)
class ConfigKey:
    """One key as it is now."""

    key: str
    """Dotted: `memory.budget_mib`."""
    value: Any
    origin: str
    """`default`, `file PATH` or `environment NAME`."""

    @property
    def variable(self) -> str:
        """Name the environment variable that sets it."""
        return variable_of(self.key)


def variable_of(key: str) -> str:
    """Name the environment variable of a dotted key: `memory.budget_mib` → `TETRATUI_MEMORY__BUDGET_MIB`."""
    return PREFIX + key.replace(".", "__").upper()


def types_of(section: type) -> dict[str, Any]:
    """Resolve the annotations of a section: key → type, with its bounds."""
    return get_type_hints(section, vars(sys.modules[__name__]), include_extras=True)


def keys(section: type = Config, prefix: str = "") -> Iterator[tuple[str, Any]]:
    """Yield each dotted key with its type, top-level keys first."""
    types = types_of(section)
    for item in dataclasses.fields(section):
        if item.name == "origins":
            continue
        if dataclasses.is_dataclass(types[item.name]):
            yield from keys(types[item.name], f"{item.name}.")
        else:
            yield prefix + item.name, types[item.name]
