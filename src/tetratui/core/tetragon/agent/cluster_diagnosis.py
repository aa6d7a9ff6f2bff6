"""Find what is wrong with the export of an agent in a Kubernetes cluster (`tetratui doctor` in or through its pod)."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

from tetratui.core.amounts import name_entry
from tetratui.core.events.kinds import Kind
from tetratui.core.tetragon.agent.agent_config import (
    ALLOWLIST,
    COMMAND_LINE,
    DENYLIST,
    EXPORT_FILE,
    Installation,
)
from tetratui.core.tetragon.agent.agent_process import read_agent_process
from tetratui.core.tetragon.agent.field_filters import FieldFilters, find_useless_paths, read_field_filters
from tetratui.core.tetragon.agent.finding import Finding
from tetratui.core.tetragon.format.filter_writer import canonical_text
from tetratui.core.tetragon.format.versions import ALL_FEATURES, LATEST
from tetratui.core.tetragon.manifest.chart import CHART_DEFAULTS
from tetratui.core.tetragon.match.filter_list import read

FIELD_FILTERS = "field-filters"
KUBERNETES = "enable-k8s-api"
_TRUE = frozenset({"true", "1", "t"})
_NODE_VARIABLES = ("HUBBLE_NODE_NAME", "NODE_NAME")
"""Environment variables from which the agent takes the name of its node, first to last."""
_SERVICE_ACCOUNT = "var/run/secrets/kubernetes.io/serviceaccount"
_IN_MEMORY = frozenset({"tmpfs", "ramfs"})
_LISTS = {DENYLIST: "exportDenyList", ALLOWLIST: "exportAllowList"}
_MOUNTED_MAP = "..data"
"""The link that kubelet puts into every mounted ConfigMap."""
_LOST = {
    "process.pod": "namespaces, pods and workloads are absent in this export: that does not mean that there is no pod",
    "process.docker": "containers are absent in this export: that does not mean that a process is on the host",
    "process.binary": "binaries are absent in this export: no draft can be made from these events",
    "process.arguments": "arguments are absent in this export: drafts hide a binary whatever it was started with",
    "process.exec_id": "exec_id is absent in this export: exec, exit and hooks of a process cannot be joined",
    "process": "the process is absent in this export: events can be neither told apart nor drafted from",
    "parent": "parents are absent in this export: callers are known by parent_exec_id only, if their exec is there",
    "parent.binary": "the parent's binary is absent in this export: no draft can name what started a process",
}
"""What an operator should know of a field that field filters take away."""


@dataclass(frozen=True, slots=True)
class ClusterFacts:
    """What shows that an agent runs in a pod."""

    in_pod: bool
    node: str = ""
    """The name of its node as events have it; empty if it is not known."""
    config_map: str = ""
    """The folder in which a ConfigMap is mounted; empty if none is seen."""


def find_cluster_facts(install: Installation) -> ClusterFacts:
    """Return whether the agent of an installation runs in a pod, and on which node."""
    process = read_agent_process(install.root)
    node = next((name for variable in _NODE_VARIABLES if (name := process.environment.get(variable))), "")
    mounted = next((str(folder) for folder in install.config_folders if (folder / _MOUNTED_MAP).exists()), "")
    account = (install.root / _SERVICE_ACCOUNT).exists()
    in_pod = account or bool(mounted) or "KUBERNETES_SERVICE_HOST" in process.environment
    return ClusterFacts(in_pod, node, mounted)


def diagnose_cluster(install: Installation, facts: ClusterFacts) -> Iterator[Finding]:
    """Yield the findings about an agent, most of which only concern agents in a pod."""
    if facts.in_pod:
        yield from _check_kubernetes(install)
        yield from _check_defaults(install)
        yield from _check_command_line(install)
    yield from _check_memory(install)
    yield from _check_field_filters(install)


def _check_kubernetes(install: Installation) -> Iterator[Finding]:
    if install.value(KUBERNETES).lower() not in _TRUE:
        text = f"{KUBERNETES} is off although the agent runs in a pod: no event has a pod, namespace or workload"
        yield Finding("warning", "k8s-api-off", text, "Helm: tetragon.enableK8sAPI true")


def _check_defaults(install: Installation) -> Iterator[Finding]:
    for role, option in (("denylist", DENYLIST), ("allowlist", ALLOWLIST)):
        setting = install.effective(option)
        if setting is None or not _is_same_list(setting.value, CHART_DEFAULTS[role]):  # type: ignore[index]
            continue
        hides = {
            DENYLIST: "it hides exec probes, kube-system, cilium, and everything without a pod, the host among it",
            ALLOWLIST: "it keeps out loader, throttle and USDT events",
        }[option]
        text = f"{setting.location}: {option} is the default of the Helm chart: {hides}"
        yield Finding("info", "chart-default", text, f"set tetragon.{_LISTS[option]} if that is not what you want")


def _is_same_list(one: str, other: str) -> bool:
    def entries(text: str) -> list[str]:
        return list(map(canonical_text, read(text, LATEST, ALL_FEATURES).filters))

    return entries(one) == entries(other)


def _check_command_line(install: Installation) -> Iterator[Finding]:
    for option, settings in sorted(install.settings.items()):
        lower = [setting for setting in settings[:-1] if setting.is_in_file]
        if settings[-1].location != COMMAND_LINE or not lower or lower[-1].value == settings[-1].value:
            continue
        severity = "warning" if option in {*_LISTS, FIELD_FILTERS, EXPORT_FILE} else "info"
        text = f"{option} on the command line (Helm: tetragon.extraArgs or argsOverride) beats {lower[-1].location}"
        remedy = f"remove it there: a change of the ConfigMap's {option} has no effect"
        yield Finding(severity, "command-line-beats", text, remedy)  # type: ignore[arg-type]


def _check_memory(install: Installation) -> Iterator[Finding]:
    value = install.value(EXPORT_FILE)
    if not value:
        return
    kind = find_file_system(install.root, value)
    if kind in _IN_MEMORY:
        text = f"{value} lies in memory ({kind}): it is gone after a reboot, and takes the node's memory"
        yield Finding("info", "export-in-memory", text, "ship it off the node; Helm: exportDirectory /var/log/tetragon")


def find_file_system(root: Path, path: str) -> str:
    """Return the kind of file system that a path lies on, by /proc/mounts; empty if that is not known."""
    try:
        text = (root / "proc/mounts").read_text("utf-8", "replace")
    except OSError:
        return ""
    best, kind = -1, ""
    for line in text.splitlines():
        words = line.split(" ")
        if len(words) < 3:
            continue
        point = re.sub(r"\\([0-7]{3})", lambda match: chr(int(match[1], 8)), words[1]).rstrip("/")
        # A later line covers an earlier one on the same folder.
        if (path == point or path.startswith(f"{point}/")) and len(point) >= best:
            best, kind = len(point), words[2]
    return kind


def _check_field_filters(install: Installation) -> Iterator[Finding]:
    setting = install.effective(FIELD_FILTERS)
    if setting is None or not setting.value:
        return
    filters = read_field_filters(setting.value)
    if filters.cut is not None:
        where = f"line {filters.cut.line + setting.blank_lines}, column {filters.cut.column}"
        text = (
            f"{setting.location}: {FIELD_FILTERS}: {where}: {filters.cut.message}: up to 1.8 the agent ignores all from"
            f" there on without a word; {len(filters.filters)} before it in force: what they should remove is exported"
        )
        yield Finding("error", "field-filters-cut", text, filters.cut.remedy)
    if filters.refused is not None:
        text = f"{setting.location}: {FIELD_FILTERS}: {filters.refused.message}: the agent does not start"
        yield Finding("error", "field-filters-refused", text, filters.refused.remedy)
    yield from _check_paths(setting.location, filters)
    for path, kinds in _absent_fields(filters).items():
        words = "all events" if kinds is None else f"{', '.join(kinds)} events"
        text = f"{setting.location}: {FIELD_FILTERS} take {path} from {words}: {_LOST[path]}"
        yield Finding(
            "warning", "field-absent", text, "export the field if you want to tune by it: filters still see it"
        )


def _check_paths(location: str, filters: FieldFilters) -> Iterator[Finding]:
    for number, filter_ in enumerate(filters.filters):
        for path, reason in find_useless_paths(filter_):
            effect = "leaves an empty event" if filter_.is_include and len(filter_.paths) == 1 else "has no effect"
            text = f"{location}: {FIELD_FILTERS} {name_entry(number)}: {path!r} {effect}: {reason}"
            yield Finding("warning", "field-path", text, "correct the path")
    including = [filter_ for filter_ in filters.filters if filter_.is_include and filter_.paths]
    if len(including) > 1 and any(one.kinds is None or two.kinds is None for one in including for two in including):
        text = f"{location}: {FIELD_FILTERS}: {len(including)} entries INCLUDE fields: only what all of them name stays"
        yield Finding("warning", "field-filters-intersect", text, "name all fields in one entry, with commas")


def _absent_fields(filters: FieldFilters) -> dict[str, list[str] | None]:
    """Return the important fields that are gone, each with the kinds of event; None for all kinds."""
    kinds = (Kind.EXEC, Kind.EXIT, Kind.KPROBE, Kind.TRACEPOINT, Kind.LSM, Kind.UPROBE)
    gone: dict[str, list[str]] = {}
    for kind in kinds:
        for path in filters.absent(kind):
            gone.setdefault(path, []).append(kind.word)
    return {path: None if len(words) == len(kinds) else words for path, words in gone.items()}


def compare_nodes(nodes: Mapping[str, Installation]) -> list[Finding]:
    """Return the options of the export that differ between nodes, by the name of the node."""
    options = sorted({option for install in nodes.values() for option in install.settings})
    findings = []
    for option in options:
        by_value: dict[str, list[str]] = {}
        for name, install in sorted(nodes.items()):
            by_value.setdefault(install.value(option), []).append(name)
        if len(by_value) > 1:
            text = f"{option} differs between nodes: {'; '.join(_describe_value(*pair) for pair in by_value.items())}"
            remedy = (
                "a rollout that stopped leaves the old value on some nodes: kubectl rollout status daemonset/tetragon"
            )
            findings.append(Finding("warning" if option in _OF_EXPORT else "info", "nodes-differ", text, remedy))
    return findings


_OF_EXPORT = frozenset({*_LISTS, FIELD_FILTERS, EXPORT_FILE, "redaction-filters", "export-rate-limit", KUBERNETES})
_SHORT = 40


def _describe_value(value: str, names: Sequence[str]) -> str:
    is_short = len(value) <= _SHORT and "\n" not in value
    words = (value or "not set") if is_short else f"{len(value)} characters"
    return f"{', '.join(names)}: {words}"
