"""The sensor and the manager that lists and rules are made for: decided here once, for verbs and screens alike."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from functools import cached_property
from pathlib import Path
from typing import TYPE_CHECKING, Any

from tetratui.core.errors import UsageError
from tetratui.core.export.sidecar import Sidecar, default_path, read_file
from tetratui.core.table import EventTable
from tetratui.core.tetragon import LATEST, SUPPORTED, EnabledFeatures, FilterList, Version
from tetratui.core.tetragon.agent.agent_config import examine
from tetratui.core.tetragon.agent.agent_version import installed_version
from tetratui.core.tetragon.agent.diagnosis import enabled_features
from tetratui.core.workspace.workspace import Workspace

if TYPE_CHECKING:
    from tetratui.core.tuning.safety.lost_detections import LostDetection
    from tetratui.core.wazuh.engine.load.ruleset import Ruleset

INSTALLED_ROOT = Path("/")
"""Where an installed sensor is looked for."""


@dataclass(frozen=True)
class Target:
    """What an export, a check or a preview is made for. Reading it may read files: keep it off the event loop."""

    version: Version = LATEST
    """The version of Tetragon."""
    features: EnabledFeatures = field(default_factory=EnabledFeatures)
    """Its optional features that are on."""
    rules: tuple[Path, ...] = ()
    """The operator's rule files and folders."""
    decoders: tuple[Path, ...] = ()
    """The manager's decoders; without them they are looked for beside the rules."""
    stock: Path | None = None
    """The manager's stock rules; without them they are looked for beside the rules."""
    sidecar: Path | None = None
    """The file that keeps reason, owner and expiry."""

    @property
    def caution(self) -> str:
        """What an operator should know of the version; empty for one that is known."""
        newer = (self.version.major, self.version.minor) > (LATEST.major, LATEST.minor)
        return f"Tetragon {self.version} is newer than what tetratui knows; it is treated as {LATEST}" if newer else ""

    @cached_property
    def rule_files(self) -> Mapping[str, bytes]:
        """The operator's rule files by name: their ids are left alone. Raises SourceError."""
        # Only who names rules pays for the rule engine, here and below.
        from tetratui.core.wazuh.rule_ids import read_all_rule_files

        return read_all_rule_files(self.rules)

    @cached_property
    def ruleset(self) -> Ruleset | None:
        """The operator's rules with the manager's files, loaded once; None if none were named. Raises SourceError."""
        if not self.rules:
            return None
        from tetratui.core.wazuh.engine.load.ruleset import Ruleset

        return Ruleset.load(self.rules, decoders=self.decoders, stock=self.stock)

    @cached_property
    def reasons(self) -> Sidecar:
        """What the sidecar says, empty where there is none. Raises SourceError."""
        return read_file(self.sidecar) if self.sidecar is not None else {}

    def filter_list(self, filters: Sequence[Any]) -> FilterList:
        """Return filters as this sensor would hold them."""
        return FilterList.of(filters, self.version, self.features)

    def lost_detections(self, filters: FilterList, table: EventTable) -> list[LostDetection]:
        """List the operator's alerting rules that would lose events to these filters; none if no rules were named."""
        if self.ruleset is None:
            return []
        from tetratui.core.tuning.safety.lost_detections import lost_detections

        return lost_detections(filters, self.ruleset, table)


def resolve_target(
    version: str | None,
    enable: str | None,
    *,
    rules: Sequence[Path] = (),
    decoders: Sequence[Path] = (),
    stock: Path | None = None,
    sidecar: Path | None = None,
    root: Path = INSTALLED_ROOT,
) -> Target:
    """Return the target that the operator named; what was not named is that of the sensor installed under `root`.

    Args:
        version: as in `1.6.0`; without it the installed one, else the newest known.
        enable: the optional features, as in `process-cred,ancestors`; without it those of the installed sensor.

    Raises:
        UsageError: no version, or one before the first that is known; an unknown feature.
    """
    chosen = Version.parse(version) if version else installed_version(root) or LATEST
    if chosen < SUPPORTED[0]:
        raise UsageError(
            f"Tetragon {chosen} is older than what tetratui knows", f"known are {SUPPORTED[0]} to {LATEST}"
        )
    features = EnabledFeatures.parse(enable) if enable is not None else enabled_features(examine(root), chosen)
    return Target(chosen, features, tuple(rules), tuple(decoders), stock, sidecar)


def known_version(workspace: Workspace) -> Version:
    """Return the version of the screens' target as far as it is known without reading a file: it may be drawn with."""
    named = workspace.config.tetragon.version or workspace.tetragon
    return Version.parse(named) if named else LATEST


def configured_target(workspace: Workspace, root: Path = INSTALLED_ROOT) -> Target:
    """Return the target of the screens: the configuration's, else the sensor installed under `root`.

    Raises:
        UsageError: the configuration names a version that is none, or too old.
    """
    config = workspace.config
    rules = () if config.wazuh.rules is None else (config.wazuh.rules,)
    sidecar = workspace.sidecar or default_path(workspace.node)
    version = config.tetragon.version or workspace.tetragon or None
    return resolve_target(version, config.tetragon.enable, rules=rules, sidecar=sidecar, root=root)
