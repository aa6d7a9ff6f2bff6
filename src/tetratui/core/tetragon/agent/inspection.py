"""Look at an agent once: its options, its version, whether it runs in a pod, and what is wrong (`tetratui doctor`)."""

from __future__ import annotations

from dataclasses import dataclass, replace
from pathlib import Path
from typing import Literal

from tetratui.core.tetragon.agent.agent_config import Installation, examine
from tetratui.core.tetragon.agent.agent_version import installed_version
from tetratui.core.tetragon.agent.cluster_diagnosis import ClusterFacts, find_cluster_facts
from tetratui.core.tetragon.agent.diagnosis import diagnose
from tetratui.core.tetragon.agent.finding import Finding
from tetratui.core.tetragon.agent.host_mirror import ReachedHost, find_host_version, mirror_host
from tetratui.core.tetragon.format.versions import LATEST, Version

VersionOrigin = Literal["operator", "installed", "assumed"]


@dataclass(frozen=True, slots=True)
class AgentInspection:
    """What was seen of an agent."""

    install: Installation
    version: Version
    version_from: VersionOrigin
    cluster: ClusterFacts
    findings: tuple[Finding, ...]


def inspect_root(root: Path, named: Version | None = None) -> AgentInspection:
    """Look at the agent under a root folder: that of this machine, of the pod this runs in, or of an unpacked image."""
    return _inspect(root, named, None if named is not None else installed_version(root), with_export_file=True)


def inspect_host(host: ReachedHost, named: Version | None = None) -> AgentInspection:
    """Look at the agent of a host that is reached by commands. Paths are those on the host.

    The export file is not looked at; a configuration that cannot be read looks like none.
    """
    installed = None if named is not None else find_host_version(host)
    with mirror_host(host) as root:
        seen = _inspect(root, named, installed, with_export_file=False)
        return _rename_root(seen, str(root))


def _inspect(root: Path, named: Version | None, installed: Version | None, with_export_file: bool) -> AgentInspection:
    install = examine(root)
    version = named or installed or LATEST
    origin: VersionOrigin = "operator" if named else "installed" if installed else "assumed"
    findings = diagnose(install, version, with_export_file=with_export_file)
    return AgentInspection(install, version, origin, find_cluster_facts(install), tuple(findings))


def _rename_root(seen: AgentInspection, root: str) -> AgentInspection:
    """Return the same with the paths that files have on the host, not in its copy."""
    install = Installation(Path("/"))
    install.settings = {
        option: [replace(setting, location=setting.location.removeprefix(root)) for setting in settings]
        for option, settings in seen.install.settings.items()
    }
    install.faults = [(code, message.replace(root, ""), remedy) for code, message, remedy in seen.install.faults]
    cluster = replace(seen.cluster, config_map=seen.cluster.config_map.removeprefix(root))
    findings = tuple(replace(finding, message=finding.message.replace(root, "")) for finding in seen.findings)
    return replace(seen, install=install, cluster=cluster, findings=findings)
