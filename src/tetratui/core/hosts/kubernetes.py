"""The pods of a Tetragon in Kubernetes: one a node, each a host, reached by `kubectl`."""

from __future__ import annotations

import re
import subprocess
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import orjson

from tetratui.core.hosts.followed_file import FollowingHost
from tetratui.core.hosts.interface import COMMAND_TIMEOUT, CommandResult, HostError, HostRefused
from tetratui.core.hosts.shell_host import end_process, start_process, terminate

LOG_CONTAINER, AGENT_CONTAINER = "export-stdout", "tetragon"
"""The containers of the chart: one prints the export file, in the other Tetragon runs."""

_CAUSES: Sequence[tuple[str, str, str]] = (
    (
        r"Unable to connect to the server|connection refused|no such host|i/o timeout|was refused",
        "the cluster does not answer",
        "check the context: kubectl config current-context",
    ),
    (r"forbidden|Forbidden", "you may not do that there", "it takes get and list on pods, get on pods/log"),
    (r"must be logged in|Unauthorized|credentials", "the cluster does not accept your login", "log in again"),
    (
        r"context .* does not exist|context was not found",
        "there is no such context",
        "kubectl config get-contexts lists them",
    ),
    (r"NotFound|not found", "there is no such pod, DaemonSet or namespace", ""),
)
"""An expression over what `kubectl` prints, the cause in words, the remedy."""
_LASTING = frozenset({"the cluster does not accept your login", "you may not do that there"})


def explain_kubectl_failure(name: str, result: CommandResult) -> HostError | None:
    """Return the error for what `kubectl` printed; None if it is nothing that is known."""
    text = result.stderr.decode("utf-8", "replace")
    for pattern, cause, remedy in _CAUSES:
        if re.search(pattern, text):
            return (HostRefused if cause in _LASTING else HostError)(f"{name}: {cause} ({result.reason})", remedy)
    return None


@dataclass(frozen=True, slots=True)
class PodFacts:
    """A pod of the DaemonSet."""

    name: str
    uid: str
    node: str
    containers: tuple[str, ...]
    image: str
    """The image of the container in which Tetragon runs."""
    is_running: bool
    arguments: tuple[str, ...] = ()
    """The words of Tetragon's command line."""
    environment: tuple[str, ...] = ()
    """Its environment, each as `NAME=VALUE`."""


class Cluster:
    """A DaemonSet of Tetragon in a namespace, as `kubectl` reaches it."""

    def __init__(self, text: str) -> None:
        """Take `[CONTEXT/]NAMESPACE[/DAEMONSET]`; which part is which is decided when the contexts are known."""
        self.name = text
        self._parts = text.split("/")
        self._resolved: tuple[str, str, str] | None = None
        self._asking: subprocess.Popen[bytes] | None = None

    @property
    def context(self) -> str:
        """The context; empty for the current one."""
        return self._resolve()[0]

    @property
    def namespace(self) -> str:
        """The namespace."""
        return self._resolve()[1]

    def interrupt(self) -> None:
        """End a question to the cluster that is under way; any thread may call it."""
        if self._asking is not None:
            terminate(self._asking)

    def kubectl(self, *words: str) -> list[str]:
        """Return a command of `kubectl` in the cluster's context and namespace."""
        context = [f"--context={self.context}"] if self.context else []
        return ["kubectl", *context, f"--namespace={self.namespace}", *words]

    def list_pods(self) -> list[PodFacts]:
        """Return the pods of the DaemonSet. Raise HostError if it cannot be asked, or there is none."""
        selector = self._find_selector()
        reply = self._ask(*self.kubectl("get", "pods", f"--selector={selector}", "--output=json"))
        return [_read_pod(pod) for pod in reply.get("items", [])]

    def read_config_map(self) -> dict[str, str]:
        """Return the options that the chart's ConfigMap holds; none if it cannot be found. Raise HostError."""
        daemon_set = self._find_daemon_set()
        for volume in daemon_set["spec"]["template"]["spec"].get("volumes", []):
            name = volume.get("configMap", {}).get("name", "")
            if name.endswith("-config"):
                data = self._ask(*self.kubectl("get", "configmap", name, "--output=json")).get("data") or {}
                return {str(option): str(value) for option, value in data.items()}
        return {}

    def _resolve(self) -> tuple[str, str, str]:
        """Return context, namespace and DaemonSet. Raise HostError."""
        if self._resolved is None:
            parts = self._parts
            known = set() if len(parts) == 1 else self._list_contexts()
            # A context may hold slashes itself, as those of cloud clusters do.
            for count in range(len(parts) - 1, 0, -1):
                rest = parts[count:]
                if "/".join(parts[:count]) in known and len(rest) <= 2:
                    self._resolved = "/".join(parts[:count]), rest[0], rest[1] if len(rest) == 2 else ""
                    return self._resolved
            if len(parts) > 2:
                named = "/".join(parts[:-1])
                raise HostError(f"{self.name}: there is no context {named!r}", "kubectl config get-contexts lists them")
            self._resolved = "", parts[0], parts[1] if len(parts) == 2 else ""
        return self._resolved

    def _list_contexts(self) -> set[str]:
        result = self._run(["kubectl", "config", "get-contexts", "--output=name"])
        return set(result.stdout.decode("utf-8", "replace").split("\n"))

    def _find_daemon_set(self) -> dict[str, Any]:
        wanted = self._resolve()[2]
        if wanted:
            return self._ask(*self.kubectl("get", "daemonset", wanted, "--output=json"))
        sets = self._ask(*self.kubectl("get", "daemonsets", "--output=json")).get("items", [])
        candidates = [each for each in sets if AGENT_CONTAINER in _container_names(each["spec"]["template"]["spec"])]
        if len(candidates) == 1:
            found: dict[str, Any] = candidates[0]
            return found
        names = ", ".join(each["metadata"]["name"] for each in candidates) or "none"
        raise HostError(
            f"{self.name}: which DaemonSet is Tetragon's is not clear: {names} has a container {AGENT_CONTAINER}",
            f"name it: k8s://{self.name}/DAEMONSET",
        )

    def _find_selector(self) -> str:
        labels = self._find_daemon_set()["spec"]["selector"].get("matchLabels", {})
        return ",".join(f"{key}={value}" for key, value in labels.items())

    def _ask(self, *command: str) -> dict[str, Any]:
        result = self._run(list(command))
        try:
            reply: dict[str, Any] = orjson.loads(result.stdout)
        except orjson.JSONDecodeError:
            raise HostError(f"{self.name}: kubectl printed no JSON") from None
        return reply

    def _run(self, command: list[str]) -> CommandResult:
        process = self._asking = start_process(self.name, command)
        try:
            stdout, stderr = process.communicate(b"", COMMAND_TIMEOUT)
        except subprocess.TimeoutExpired:
            raise HostError(f"{self.name}: kubectl did not answer within {COMMAND_TIMEOUT:.0f} s") from None
        finally:
            end_process(process)
        result = CommandResult(process.returncode, stdout, stderr)
        if not result.ok:
            raise explain_kubectl_failure(self.name, result) or HostError(f"{self.name}: {result.reason}")
        return result


class PodHost(FollowingHost):
    """The container of a pod in which Tetragon runs. Programs are started in it by `kubectl exec`."""

    def __init__(self, cluster: Cluster, pod: PodFacts) -> None:
        super().__init__(pod.node or pod.name, f"k8s://{cluster.name}/{pod.name}")
        self.pod = pod
        self.cluster = cluster

    def command(self, argv: Sequence[str]) -> list[str]:
        """Return the command of `kubectl`; no shell reads the words."""
        return self.cluster.kubectl("exec", "-i", self.pod.name, f"--container={AGENT_CONTAINER}", "--", *argv)

    @property
    def logs_command(self) -> list[str]:
        """The command that prints what `export-stdout` prints from its beginning and follows it."""
        return self.cluster.kubectl("logs", "--follow", "--tail=-1", self.pod.name, f"--container={LOG_CONTAINER}")

    def find_failure(self, result: CommandResult) -> HostError | None:
        """Return why the pod could not be reached; None if the command ran there."""
        if result.ok or b"command terminated with exit code" in result.stderr:
            return None
        return explain_kubectl_failure(self.name, result)


def _container_names(spec: dict[str, Any]) -> tuple[str, ...]:
    return tuple(str(container.get("name", "")) for container in spec.get("containers", []))


def _read_pod(pod: dict[str, Any]) -> PodFacts:
    spec, metadata = pod.get("spec", {}), pod.get("metadata", {})
    agent: dict[str, Any] = next(
        (each for each in spec.get("containers", []) if each.get("name") == AGENT_CONTAINER), {}
    )
    running = pod.get("status", {}).get("phase") == "Running" and "deletionTimestamp" not in metadata
    return PodFacts(
        name=str(metadata.get("name", "")),
        uid=str(metadata.get("uid", "")),
        node=str(spec.get("nodeName", "")),
        containers=_container_names(spec),
        image=str(agent.get("image", "")),
        is_running=running,
        arguments=tuple(map(str, agent.get("args") or [])),
        environment=tuple(f"{each.get('name')}={each['value']}" for each in agent.get("env") or [] if "value" in each),
    )
