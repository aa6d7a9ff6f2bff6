"""The set of files that drafts become: pure text first, with its proof; then compared with a folder and written."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING

from tetratui.core.errors import UsageError
from tetratui.core.export.atomic_write import Written, write_all
from tetratui.core.export.cluster_instructions import MANIFESTS
from tetratui.core.export.difference import difference
from tetratui.core.export.export_item import ALL_HOSTS_NEEDS, ExportItem, filters_of, hiding, items_of
from tetratui.core.export.instructions import DENYLIST, GROUP, LOCALFILE, POLICY, README, SIDECAR, instructions
from tetratui.core.export.rule_conflicts import warnings
from tetratui.core.export.sidecar import Sidecar, describe_entries, sidecar_of
from tetratui.core.export.sidecar import write as write_sidecar
from tetratui.core.folders import DEFAULT_EXPORT_FILE
from tetratui.core.tetragon.format.filter import Filter
from tetratui.core.tetragon.format.filter_writer import append_filters, canonical_text
from tetratui.core.tetragon.format.versions import ALL_FEATURES, LATEST, EnabledFeatures, Version
from tetratui.core.tetragon.manifest.chart import ManifestForm, write_manifest
from tetratui.core.tetragon.match.filter_list import FilterList, read
from tetratui.core.tetragon.policy.network_policy import NetworkPolicy
from tetratui.core.tuning.draft import Draft
from tetratui.core.wazuh.rule_ids import RULE_FILE, ids_in
from tetratui.core.wazuh.write.agent_blocks import (
    write_group_block,
    write_host_block,
    write_ignore_patterns,
)
from tetratui.core.wazuh.write.rule_file import RuleFile, Threat, write_rule_file
from tetratui.core.wazuh.write.rule_text import NoSuppressionRuleError
from tetratui.core.wazuh.write.suppression import Mode

if TYPE_CHECKING:
    from tetratui.core.export.equivalence import Equivalence
    from tetratui.core.noise.columns import Mask
    from tetratui.core.table import EventTable

EVERY_FILE = (DENYLIST, RULE_FILE, LOCALFILE, GROUP, POLICY, SIDECAR, README)
"""The names of the files of every set; for Kubernetes there is one more."""


_REPLACES_DEFAULT = (
    "values.yaml: the list replaces the chart's default one, so that probes, kube-system, cilium and everything without"
    " a pod are exported unless an entry of it hides them"
)


@dataclass(frozen=True, slots=True)
class Choices:
    """What the operator chose for an export, apart from the drafts."""

    mode: Mode = "standalone"
    version: Version = LATEST
    features: EnabledFeatures = field(default_factory=EnabledFeatures)
    """The optional features of the sensor that are on."""
    existing: bytes | None = None
    """The denylist whose bytes are kept, ours come after; None: none was named."""
    form: ManifestForm | None = None
    """In which form the list is written for Kubernetes besides; None: it is for the agent of a host."""
    manifest: bytes = b""
    """The Helm values or ConfigMap whose other bytes are kept; its list is `existing`. Empty: a new file."""
    rules: Mapping[str, bytes] = field(default_factory=dict)
    """The operator's rule files by name (`wazuh.ids.rule_files`): their ids are left alone."""
    all_hosts: str = ""
    """The reason for silencing on every host, or empty: bound to the hosts of the marks."""
    ignore: bool = False
    """Whether the agent shall drop the events itself."""
    threats: tuple[Threat, ...] = ()
    sidecar: Sidecar = field(default_factory=dict)
    """Reasons that are known already; ours are added."""
    export_file: str = DEFAULT_EXPORT_FILE

    def __post_init__(self) -> None:
        if self.all_hosts and not self.all_hosts.strip():
            raise UsageError(ALL_HOSTS_NEEDS, "say why")


@dataclass(frozen=True, slots=True)
class FileSet:
    """All files of an export, in memory."""

    files: dict[str, bytes]
    items: tuple[ExportItem, ...]
    rules: RuleFile
    notes: tuple[str, ...]
    """What falls short, one sentence each: a filter or suppression rule that cannot be said, and why."""
    filter_list: FilterList
    """The filters that are written, as the sensor would hold them."""
    hiding: FilterList
    """What is hidden in all: by a filter, or by rules alone where the sensor's version has no such filter."""
    threats: tuple[Threat, ...] = ()
    """What `rules.threats` counts."""
    equivalence: Equivalence | None = None
    """Events that the filters drop against events that the rules suppress; None when no table was given."""

    @property
    def filters(self) -> tuple[Filter, ...]:
        """The filters that were added, in order."""
        return self.filter_list.filters

    def dropped(self, table: EventTable) -> Mask:
        """Return per held event whether a filter that is written drops it."""
        if self.equivalence is not None and len(self.filters) == len(self.hiding.filters):
            # Each part has a filter, so that what hides is what drops.
            return self.equivalence.first_item >= 0
        return self.filter_list.first_matches(table) >= 0

    def targets(self, part: int) -> list[str]:
        """Name where a part ended up: `denylist`, `wazuh`."""
        targets = ["denylist"] if self.items[part].filter is not None else []
        return [*targets, "wazuh"] if part not in self.rules.refusals else targets

    @property
    def names(self) -> tuple[str, ...]:
        """The names of all its files."""
        return tuple(self.files)

    def differences(self, folder: Path, names: Sequence[str] | None = None) -> dict[str, str]:
        """Compare all or some files with what stands in a folder: a unified diff by file name, without the unchanged.

        Raises:
            TargetError: a file there cannot be read.
        """
        found = {name: difference(folder / name, self.files[name]) for name in (names or self.names)}
        return {name: text for name, text in found.items() if text}

    def write(self, folder: Path, backups: Path | None = None, names: Sequence[str] | None = None) -> list[Written]:
        """Write all files, or those named, into a folder, all or none.

        Raises:
            TargetError: one could not be written.
        """
        return write_all({folder / name: self.files[name] for name in names or self.names}, backups)


def files(drafts: Sequence[Draft], choices: Choices | None = None, table: EventTable | None = None) -> FileSet:
    """Make all files from drafts; with a table, prove the suppression rules and leave out what silences too much.

    Raises:
        RefusedError: the existing denylist is one that Tetragon refuses, or no rule ids are free.
    """
    choices = choices or Choices()
    items = items_of(drafts, choices.version)
    # Built once, and handed on as objects to all that asks them.
    filter_list = FilterList.of(filters_of(items), choices.version, choices.features)
    hidden_by = hiding(items)
    hiding_list = FilterList.of(list(hidden_by.values()), LATEST, EnabledFeatures())
    rules = _rules(items, choices)
    equivalence = None
    if table is not None:
        # The comparison reads a table; whoever only writes files needs none.
        from tetratui.core.export.equivalence import compare_rules_with_filters, first_items

        first = first_items(hiding_list, list(hidden_by), table)
        equivalence = compare_rules_with_filters(items, rules, table, first)
        if equivalence.too_much:
            rules = _rules(items, choices, equivalence.too_much)
            equivalence = compare_rules_with_filters(items, rules, table, first)
    conflicts = warnings(choices.rules) if choices.mode == "standalone" else []
    replaces = [_REPLACES_DEFAULT] if choices.form == "helm" and not choices.existing else []
    notes = (*conflicts, *replaces, *_notes(items, rules, equivalence))
    made = _files(items, rules, choices, notes)
    return FileSet(made, tuple(items), rules, notes, filter_list, hiding_list, choices.threats, equivalence)


def _rules(parts: Sequence[ExportItem], choices: Choices, left_out: Mapping[int, str] | None = None) -> RuleFile:
    ours = choices.rules.get(RULE_FILE, b"")
    taken = {rule for name, text in choices.rules.items() if name != RULE_FILE for rule in ids_in(text)}
    suppressed = [part.suppressed(choices.all_hosts) for part in parts]
    return write_rule_file(suppressed, choices.mode, taken, choices.threats, ours, left_out)


def _files(parts: Sequence[ExportItem], rules: RuleFile, choices: Choices, notes: Sequence[str]) -> dict[str, bytes]:
    ignores = _ignores(parts) if choices.ignore else []
    version = choices.version
    known = [reason for part in parts if (reason := part.reason()) is not None]
    sidecar = {**choices.sidecar, **sidecar_of(known)}
    denylist = append_filters(choices.existing or b"", filters_of(parts))
    return {
        DENYLIST: denylist,
        **_manifest(choices, denylist, sidecar),
        RULE_FILE: rules.data,
        LOCALFILE: write_host_block(choices.export_file, ignores),
        GROUP: write_group_block(choices.export_file, ignores),
        POLICY: NetworkPolicy((version.major, version.minor, version.patch)).yaml(),
        SIDECAR: write_sidecar(sidecar),
        README: instructions(choices.mode, notes, choices.form),
    }


def _manifest(choices: Choices, denylist: bytes, sidecar: Sidecar) -> dict[str, bytes]:
    """Return the list in the form for Kubernetes by its file name; nothing when it is for the agent of a host."""
    if choices.form is None:
        return {}
    name = MANIFESTS[choices.form]
    filters = read(denylist, LATEST, ALL_FEATURES).filters
    comments = list(describe_entries(sidecar, map(canonical_text, filters)))
    return {name: write_manifest(choices.form, choices.manifest, name, denylist, comments)}


def _ignores(parts: Sequence[ExportItem]) -> list[str]:
    patterns: list[str] = []
    for part in parts:
        try:
            patterns += write_ignore_patterns(part.exclusion)
        except NoSuppressionRuleError:
            # The filter and its suppression rule do the work; an ignore line only saves bandwidth.
            continue
    return patterns


def _notes(parts: Sequence[ExportItem], rules: RuleFile, equivalence: Equivalence | None) -> list[str]:
    notes = [f"{_name(part)}: no filter: {part.filter_refused}" for part in parts if part.filter is None]
    notes += [f"{_name(parts[place])}: no Wazuh rule: {reason}" for place, reason in rules.refusals.items()]
    notes += [f"threat {place}: no Wazuh rule: {reason}" for place, reason in rules.threat_refusals.items()]
    notes += [_too_long(_name(parts[place]), values) for place, values in rules.too_long.items()]
    notes += [_too_long(f"threat {place}", values) for place, values in rules.threats_too_long.items()]
    return notes + (equivalence.sentences() if equivalence is not None else [])


def _too_long(name: str, values: Sequence[str]) -> str:
    return f"{name}: longer than a Wazuh rule takes, and left out of its rules: {'; '.join(values)}"


def _name(part: ExportItem) -> str:
    return f"draft {part.draft.id} (scope {part.draft.scope})"
