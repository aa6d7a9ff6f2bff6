"""Look at an agent once: its options, its version, whether it runs in a pod, and what is wrong (`tetratui doctor`)."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path
from typing import Literal

from tetratui.core.tetragon.agent.agent_config import Installation, examine
from tetratui.core.tetragon.agent.agent_version import installed_version
from tetratui.core.tetragon.agent.cluster_diagnosis import ClusterFacts, find_cluster_facts
from tetratui.core.tetragon.agent.diagnosis import diagnose
from tetratui.core.tetragon.agent.finding import Finding
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
    """Look at the agent under a root folder: that of this machine, of the pod this runs in, or of an unpacked image.

    `named` is the version that counts instead of the installed one.
    """
    installed = None if named is not None else installed_version(root)
    version = named or installed or LATEST
    origin: VersionOrigin = "operator" if named else "installed" if installed else "assumed"
    install = examine(root)
    cluster = find_cluster_facts(install)
    return AgentInspection(install, version, origin, cluster, tuple(diagnose(install, version, cluster=cluster)))
