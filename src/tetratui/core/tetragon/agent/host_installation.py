"""Read the configuration of the Tetragon on a host, as `examine` reads that of this machine."""

from __future__ import annotations

import hashlib
import posixpath
import re
import secrets
import shlex
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, replace
from pathlib import Path

import orjson

from tetratui.core.hosts.container import ContainerHost
from tetratui.core.hosts.host_state import HostFacts
from tetratui.core.hosts.interface import HostError
from tetratui.core.hosts.kubernetes import PodHost
from tetratui.core.hosts.scripts import CONFIGURATION, EXAMINE
from tetratui.core.hosts.shell_host import ShellHost
from tetratui.core.tetragon.agent.agent_config import (
    CONF_FOLDERS,
    CONFIG_FOLDER,
    DENYLIST,
    ETC_FOLDER,
    ETC_YAML,
    EXPORT_FILE,
    POLICY_FOLDER,
    WORKING_YAML,
    Installation,
    examine,
)
from tetratui.core.tetragon.agent.agent_version import find_version
from tetratui.core.tetragon.agent.cluster_diagnosis import ClusterFacts, find_cluster_facts
from tetratui.core.tetragon.agent.diagnosis import LOGROTATE, diagnose
from tetratui.core.tetragon.agent.inspection import AgentInspection, VersionOrigin
from tetratui.core.tetragon.agent.systemd_unit import FOLDERS, NAME, list_environment_files
from tetratui.core.tetragon.format.versions import LATEST, Version

_FILES = (
    *CONF_FOLDERS,
    ETC_FOLDER,
    WORKING_YAML,
    ETC_YAML,
    POLICY_FOLDER,
    LOGROTATE,
    *(f"{folder}/{NAME}" for folder in FOLDERS),
    *(f"{folder}/{NAME}.d" for folder in FOLDERS),
    "usr/local/lib/tetragon/VERSION",
    "usr/lib/tetragon/VERSION",
)
"""What `examine` and `diagnose` may look at, below the root."""
_HASH_LENGTH = 12
_REMEDY = "connect as a user who may read it"


@dataclass(slots=True)
class HostInstallation:
    """The options of the Tetragon on a host, and its version."""

    install: Installation
    """Its `root` is a copy that exists only inside `copy_configuration`."""
    version: Version | None


def inspect_host(host: ShellHost) -> HostFacts:
    """Return what the configuration of a host's Tetragon says. Raise HostError if the host cannot be reached."""
    with copy_configuration(host) as found:
        listed = found.install.value(DENYLIST)
        digest = hashlib.sha256(listed.encode("utf-8", "surrogateescape")).hexdigest()[:_HASH_LENGTH]
        version = "" if found.version is None else str(found.version)
        return HostFacts(found.install.value(EXPORT_FILE), version, digest if listed else "")


def inspect_host_agent(host: ShellHost, named: Version | None) -> AgentInspection:
    """Return what is seen of a host's agent; `named` is the version that counts instead of the installed one.

    Raise HostError if the host cannot be reached.
    """
    with copy_configuration(host) as found:
        _add_export_file(host, found.install)
        pod = isinstance(host, PodHost)
        cluster = ClusterFacts(True, host.pod.node) if isinstance(host, PodHost) else find_cluster_facts(found.install)
        version = named or found.version or LATEST
        origin: VersionOrigin = "operator" if named else "installed" if found.version else "assumed"
        findings = diagnose(found.install, version, cluster=cluster, with_export_file=not pod)
        root = str(found.install.root)
        for settings in found.install.settings.values():
            settings[:] = [replace(setting, location=setting.location.replace(root, "")) for setting in settings]
        shown = tuple(replace(finding, message=finding.message.replace(root, "")) for finding in findings)
        return AgentInspection(found.install, version, origin, cluster, shown)


@contextmanager
def copy_configuration(host: ShellHost) -> Iterator[HostInstallation]:
    """Copy the configuration of a host's Tetragon into a folder of this machine, for as long as it is looked at.

    Raise HostError if the host cannot be reached.
    """
    with tempfile.TemporaryDirectory(prefix="tetratui-") as folder:
        root = Path(folder)
        closed: list[str] = []
        version: Version | None = None
        if isinstance(host, PodHost):
            version = _copy_pod(host, root)
        else:
            if isinstance(host, ContainerHost):
                version = _copy_container(host, root)
            texts = _copy_files(host, root, [f"/{path}" for path in _FILES], closed)
            version = find_version(texts) or version
            named = [*list_environment_files(root), *filter(None, [examine(root).value(CONFIG_FOLDER)])]
            if named:
                _copy_files(host, root, named, closed)
        install = examine(root)
        for path in closed:
            install.add_fault("unreadable", f"{path} cannot be read", _REMEDY)
        yield HostInstallation(install, version)


def _copy_files(host: ShellHost, root: Path, paths: list[str], closed: list[str]) -> dict[str, str]:
    """Copy files and folders below a root; return what packages and programs say of the version, by their names."""
    token = secrets.token_hex(16)
    result = host.run_script(CONFIGURATION, token, *paths)
    if not result.ok:
        raise HostError(f"{host.name}: the configuration cannot be read: {result.reason}")
    said: dict[str, str] = {}
    # What a login shell prints of its own stands before the first mark.
    for part in result.stdout.split(token.encode() + b" ")[1:]:
        head, _, content = part.partition(b"\n")
        kind, _, path = head.decode("utf-8", "surrogateescape").partition(" ")
        if kind == "closed":
            closed.append(path)
        elif kind in {"dpkg", "rpm", "tetra"}:
            said[kind] = content.decode("utf-8", "replace")
        elif kind in {"folder", "file"} and path.startswith("/") and ".." not in path.split("/"):
            copy = root / path.lstrip("/")
            (copy if kind == "folder" else copy.parent).mkdir(parents=True, exist_ok=True)
            if kind == "file" and not copy.is_dir():
                copy.write_bytes(content.removesuffix(b"\n"))
    version = root / "usr/local/lib/tetragon/VERSION"
    other = root / "usr/lib/tetragon/VERSION"
    said["notes"] = next((file.read_text("utf-8", "replace") for file in (version, other) if file.is_file()), "")
    return said


def _copy_container(host: ContainerHost, root: Path) -> Version | None:
    """Write the command and the environment of a container as a unit; return the version in its image's name."""
    command = [host.engine, "inspect", "--type", "container", host.container]
    result = host.run_here(command)
    try:
        facts = orjson.loads(result.stdout)[0]
        configuration = facts["Config"]
        words = [str(facts.get("Path") or "tetragon"), *map(str, facts.get("Args") or [])]
    except (orjson.JSONDecodeError, LookupError, TypeError):
        raise HostError(f"{host.name}: {host.engine} inspect printed nothing that is understood") from None
    _write_unit(root, words, [str(each) for each in configuration.get("Env") or []])
    return find_version({"image": str(configuration.get("Image") or "")})


def _copy_pod(host: PodHost, root: Path) -> Version | None:
    """Write the ConfigMap and the command line of a pod as files; return the version in its image's name."""
    folder = root / ETC_FOLDER
    folder.mkdir(parents=True)
    for option, value in host.cluster.read_config_map().items():
        if re.fullmatch(r"[-._A-Za-z0-9]+", option):
            (folder / option).write_text(value, "utf-8", "surrogateescape")
    # The chart names its own mount as config-dir; its content is here already.
    words = [word for word in host.pod.arguments if not word.startswith(f"--{CONFIG_FOLDER}")]
    _write_unit(root, ["tetragon", *words], list(host.pod.environment))
    return find_version({"image": host.pod.image})


def _write_unit(root: Path, command: list[str], environment: list[str]) -> None:
    unit = root / FOLDERS[0] / NAME
    unit.parent.mkdir(parents=True, exist_ok=True)
    lines = [f"ExecStart={_flatten(shlex.join(command))}"]
    lines += [f"Environment={_flatten(shlex.quote(entry))}" for entry in environment if entry.startswith("TETRAGON_")]
    unit.write_text("\n".join(["[Service]", *lines, ""]), "utf-8", "surrogateescape")


def _flatten(text: str) -> str:
    # A unit is read line by line; lists of filters may be written over several, where a space means the same.
    return text.replace("\n", " ")


def _add_export_file(host: ShellHost, install: Installation) -> None:
    """Put an empty file with the mode of the host's export file into the copy, so that its mode is judged."""
    value = install.value(EXPORT_FILE)
    if not value or isinstance(host, PodHost):
        return
    words = host.run_script(EXAMINE, value).stdout.decode("ascii", "replace").split()
    if len(words) < 2:
        return
    copy = install.root / value.lstrip("/")
    copy.parent.mkdir(parents=True, exist_ok=True)
    if words[1].startswith("d"):
        copy.mkdir(exist_ok=True)
        return
    copy.touch()
    bits = sum(1 << (8 - place) for place, letter in enumerate(words[1][1:10]) if letter not in "-ST")
    copy.chmod(bits | 0o400)
    if words[0] == "no":
        install.add_fault("unreadable", f"you may not read {posixpath.normpath(value)} there", _REMEDY)
