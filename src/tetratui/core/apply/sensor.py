"""The installed sensor that a list is applied to: where its list stands, what beats it, and how it is restarted."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

from tetratui.core.apply.agent_control import AgentControl
from tetratui.core.apply.machine import Machine
from tetratui.core.tetragon import FilterList, Version, read
from tetratui.core.tetragon.agent.agent_config import (
    ALLOWLIST,
    CONFIG_FOLDER,
    DENYLIST,
    ETC_FOLDER,
    EXPORT_FILE,
    AgentSetting,
    Installation,
    examine,
)
from tetratui.core.tetragon.agent.diagnosis import enabled_features
from tetratui.core.tetragon.format.versions import EnabledFeatures

_LOG_LEVELS_WITH_INFO = frozenset({"", "info", "debug", "trace"})
_ETC_ORDER, _NAMED_ORDER = 4, 5
"""Numbers of the layers /etc/tetragon/tetragon.conf.d and `config-dir`, as `examine` counts them."""


@dataclass(frozen=True, slots=True)
class Sensor:
    """A sensor, its configuration as it stands on the disk, and the program that runs it."""

    machine: Machine
    control: AgentControl
    install: Installation
    version: Version
    features: EnabledFeatures

    @classmethod
    def find(cls, machine: Machine, control: AgentControl, version: Version) -> Sensor:
        """Return the sensor installed on a machine; what cannot be read of it is among its faults."""
        install = examine(machine.root)
        return cls(machine, control, install, version, enabled_features(install, version))

    @property
    def list_path(self) -> Path:
        """The file that holds the list, or will: that of the highest layer of files which the agent reads."""
        named = self.install.value(CONFIG_FOLDER)
        folder = self.machine.root / (named.lstrip("/") if named else ETC_FOLDER)
        # The agent reads a name in any case.
        for setting in self.install.settings.get(DENYLIST, []):
            if setting.is_in_file and Path(setting.location).parent == folder:
                return Path(setting.location)
        return folder / DENYLIST

    @property
    def beaten_by(self) -> AgentSetting | None:
        """The setting that would win over the file, None if the file wins."""
        order = _NAMED_ORDER if self.install.value(CONFIG_FOLDER) else _ETC_ORDER
        higher = [setting for setting in self.install.settings.get(DENYLIST, []) if setting.order > order]
        return higher[-1] if higher else None

    @property
    def export_file(self) -> Path | None:
        """The export file, None if the agent writes none."""
        value = self.install.value(EXPORT_FILE)
        return self.machine.root / value.lstrip("/") if value else None

    @property
    def says_lists(self) -> bool:
        """Whether the agent logs its lists at its start."""
        return self.install.value("log-level").lower() in _LOG_LEVELS_WITH_INFO

    @property
    def metrics_address(self) -> str:
        """Where the agent serves metrics, empty if nowhere."""
        return self.install.value("metrics-server")

    def denylist_now(self) -> FilterList:
        """Return the effective denylist as it stands on the disk."""
        return self.read_list(self.install.value(DENYLIST).encode("utf-8", "surrogateescape"))

    def denylist_without_file(self) -> FilterList:
        """Return the denylist that would be in force if the file were not there."""
        lower = [
            setting for setting in self.install.settings.get(DENYLIST, []) if setting.location != str(self.list_path)
        ]
        return self.read_list((lower[-1].value if lower else "").encode("utf-8", "surrogateescape"))

    def allowlist(self) -> FilterList | None:
        """Return the effective allowlist, None if there is none."""
        value = self.install.value(ALLOWLIST)
        return read(value, self.version, self.features, as_allowlist=True) if value else None

    def read_list(self, data: bytes) -> FilterList:
        """Return a denylist as this sensor would read it."""
        return read(data, self.version, self.features)
