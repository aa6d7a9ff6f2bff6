"""A SOURCE that is on a host: `ssh://`, `docker://`, `podman://` or `k8s://`."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass, field
from pathlib import Path

from tetratui.core.errors import UsageError
from tetratui.core.hosts.container import ENGINES, ContainerHost
from tetratui.core.hosts.file_reading import Inspect
from tetratui.core.hosts.followed_file import FollowingHost
from tetratui.core.hosts.interface import HostError
from tetratui.core.hosts.kubernetes import Cluster, PodHost
from tetratui.core.hosts.local import HERE, LocalHost
from tetratui.core.hosts.ssh import SshHost

SSH, KUBERNETES = "ssh", "k8s"
SCHEMES = (SSH, *ENGINES, KUBERNETES)
_URL = re.compile(rf"(?P<scheme>{'|'.join(SCHEMES)})://(?P<rest>.*)", re.DOTALL)
_SSH = re.compile(
    r"(?:(?P<user>[^@/]+)@)?(?:\[(?P<address>[0-9A-Fa-f:.%\w]+)\]|(?P<host>[^/:@\[\]]+))(?::(?P<port>\d+))?(?P<path>/.*)?"
)
_CONTAINER = re.compile(r"(?P<name>[A-Za-z0-9][A-Za-z0-9_.-]*)(?P<path>/.*)?")
_NAME = r"[A-Za-z0-9][A-Za-z0-9._:@-]*"
_CLUSTER = re.compile(rf"{_NAME}(/{_NAME})*")
_EXAMPLES = {
    SSH: "ssh://[USER@]HOST[:PORT][/PATH]",
    KUBERNETES: "k8s://[CONTEXT/]NAMESPACE[/DAEMONSET]",
} | {engine: f"{engine}://CONTAINER[/PATH]" for engine in ENGINES}


@dataclass(frozen=True, slots=True)
class HostSource:
    """A host to read events from, as the operator named it."""

    url: str
    scheme: str
    address: str
    """What follows `//`, without a path."""
    path: str = ""
    """The file or folder there; empty for the export file that Tetragon there is configured with."""
    inspect: Inspect | None = field(default=None, compare=False, repr=False)
    """Reads the configuration of the host's Tetragon."""
    silent: bool = field(default=True, compare=False)
    """Whether `ssh` may ask for nothing, as screens need it."""

    def __str__(self) -> str:
        return self.url

    def make_host(self) -> FollowingHost:
        """Return the host of a source that is one host."""
        if self.scheme == SSH:
            match = _SSH.fullmatch(self.address)
            assert match is not None
            port = int(match["port"]) if match["port"] else None
            name = match["address"] or match["host"]
            return SshHost(name, user=match["user"] or "", port=port, silent=self.silent)
        return ContainerHost(self.scheme, self.address)

    def make_cluster(self) -> Cluster:
        """Return the cluster of a source that is a DaemonSet."""
        return Cluster(self.address)


Source = str | Path | HostSource
"""What the operator names to read from."""


def parse_host_source(text: str, inspect: Inspect | None = None, *, silent: bool = True) -> HostSource | None:
    """Return the host that a SOURCE names; None if it names a file or a pipe. Raise UsageError."""
    url = _URL.fullmatch(text)
    if url is None:
        return None
    scheme, rest = url["scheme"], url["rest"]
    pattern = {SSH: _SSH, KUBERNETES: _CLUSTER}.get(scheme, _CONTAINER)
    match = pattern.fullmatch(rest.rstrip("/") if scheme == KUBERNETES else rest)
    if match is None or rest.startswith("-") or "\n" in text or "\0" in text:
        raise UsageError(f"{text}: names no host", f"write {_EXAMPLES[scheme]}")
    if scheme == SSH and ":" in (match["user"] or ""):
        raise UsageError(
            "a password in an address would be seen by everyone on this machine", "use a key, or the agent of ssh"
        )
    if scheme == SSH and (match["host"] or match["user"] or "x").startswith("-"):
        raise UsageError(f"{text}: names no host", f"write {_EXAMPLES[scheme]}")
    path = "" if scheme == KUBERNETES else match["path"] or ""
    address = rest.rstrip("/") if scheme == KUBERNETES else rest.removesuffix(path)
    return HostSource(text, scheme, address, "" if path == "/" else path, inspect, silent)


def as_host(source: Source) -> HostSource | None:
    """Return the host that a source is on; None for one of this machine. Raise UsageError."""
    return source if isinstance(source, HostSource) else parse_host_source(str(source))


def split_sources_by_place(sources: Sequence[Source]) -> tuple[list[str | Path], list[HostSource]]:
    """Return the sources of this machine and those of hosts, each in their order. Raise UsageError."""
    here: list[str | Path] = []
    hosts: list[HostSource] = []
    for source in sources:
        host = as_host(source)
        if host is not None:
            hosts.append(host)
        elif not isinstance(source, HostSource):
            here.append(source)
    return here, hosts


def has_several_hosts(sources: Sequence[Source]) -> bool:
    """Return whether events may come from several hosts, one of which is not this machine."""
    hosts = split_sources_by_place(sources)[1]
    return bool(hosts) and (len(sources) > 1 or hosts[0].scheme == KUBERNETES)


def find_host(text: str, *, silent: bool = True) -> FollowingHost:
    """Return the host that the operator names: `here`, an address as of a SOURCE, or a name for `ssh`.

    Of a cluster it is the pod of the first node, which is asked for. Raise UsageError, HostError.
    """
    if text == HERE:
        return LocalHost()
    source = parse_host_source(text if "://" in text else f"{SSH}://{text}", silent=silent)
    if source is None:
        raise UsageError(f"{text}: names no host", f"write {', '.join(_EXAMPLES.values())}")
    if source.scheme != KUBERNETES:
        return source.make_host()
    cluster = source.make_cluster()
    pods = sorted((pod for pod in cluster.list_pods() if pod.is_running), key=lambda pod: pod.node)
    if not pods:
        raise HostError(f"{source.url}: no pod of Tetragon runs there", "see: kubectl get pods")
    return PodHost(cluster, pods[0])
