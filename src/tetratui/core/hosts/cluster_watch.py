"""Watch the pods of a DaemonSet: a reader for each, as they come and go."""

from __future__ import annotations

from collections.abc import Callable, Iterator

from tetratui.core.hosts.file_reading import FileReading, Inspect
from tetratui.core.hosts.host_reader import HostItem, HostReader, HostReading
from tetratui.core.hosts.host_state import HostCondition, HostFacts, HostState
from tetratui.core.hosts.interface import HostError
from tetratui.core.hosts.kubernetes import LOG_CONTAINER, Cluster, PodFacts, PodHost, explain_kubectl_failure
from tetratui.core.hosts.log_reading import LogReading, read_whole_log
from tetratui.core.hosts.whole_file import read_whole_file
from tetratui.core.sources.follow.mailbox import Mailbox
from tetratui.core.sources.line_location import Chunk
from tetratui.core.sources.source_registry import SourceRegistry

INTERVAL = 10.0
"""Seconds between two looks at the pods."""


class ClusterReading(HostReading):
    """Looks at the pods of a DaemonSet from time to time, and starts and ends their readers."""

    def __init__(
        self,
        reader: HostReader,
        cluster: Cluster,
        mailbox: Mailbox[HostItem],
        add: Callable[[HostReader], None],
        inspect: Inspect | None = None,
    ) -> None:
        self._reader = reader
        self._cluster = cluster
        self._mailbox = mailbox
        self._add = add
        self._inspect = inspect
        self._readers: dict[str, HostReader] = {}

    def interrupt(self) -> None:
        """Do nothing: a look at the pods ends by itself."""

    def close(self) -> None:
        """Do nothing: between two looks nothing runs."""

    def read_connection(self) -> None:
        """Look at the pods until the reader is stopped. Raise HostError if the cluster cannot be asked."""
        reader = self._reader
        while not reader.is_stopping:
            pods = {pod.uid: pod for pod in self._cluster.list_pods() if pod.is_running}
            reader.reach(HostCondition.FOLLOWING if pods else HostCondition.WAITING)
            reader.history_ended = True
            for uid, pod in pods.items():
                if uid not in self._readers:
                    self._readers[uid] = self._start(pod)
            for uid in self._readers.keys() - pods.keys():
                # Its log is read to the end; then it ends by itself.
                self._readers[uid].is_gone = True
            reader.wait(INTERVAL)

    def _start(self, pod: PodFacts) -> HostReader:
        host = PodHost(self._cluster, pod)
        facts = HostFacts(version=_version_of_image(pod.image))
        state = HostState(host.name, host.url, path=f"{pod.name}/{LOG_CONTAINER}", facts=facts)

        def choose(reader: HostReader) -> HostReading:
            return choose_pod_reading(reader, host, self._inspect)

        reader = HostReader(state, self._reader.registry, self._mailbox, choose, host.interrupt)
        self._add(reader)
        return reader


def choose_pod_reading(reader: HostReader, host: PodHost, inspect: Inspect | None) -> HostReading:
    """Return how a pod's events are read: what `export-stdout` prints, else the export file by `kubectl exec`."""
    if LOG_CONTAINER in host.pod.containers:
        return LogReading(reader, host.logs_command, explain_kubectl_failure)
    return FileReading(reader, host, "", inspect)


def read_whole_cluster(cluster: Cluster, inspect: Inspect | None, registry: SourceRegistry) -> Iterator[Chunk]:
    """Yield all lines of all pods of a DaemonSet, pod by pod. Raise HostError."""
    pods = [pod for pod in cluster.list_pods() if pod.is_running]
    if not pods:
        raise HostError(f"{cluster.name}: no pod of Tetragon runs there", "see: kubectl get pods")
    for pod in sorted(pods, key=lambda pod: pod.node):
        host = PodHost(cluster, pod)
        if LOG_CONTAINER in pod.containers:
            command = [word for word in host.logs_command if word != "--follow"]
            yield from read_whole_log(host.name, host.url, command, registry, explain_kubectl_failure)
        else:
            yield from read_whole_file(host, "", inspect(host) if inspect is not None else None, registry)


def _version_of_image(image: str) -> str:
    tag = image.rpartition(":")[2] if ":" in image.rpartition("/")[2] else ""
    return tag.partition("@")[0].removeprefix("v")
