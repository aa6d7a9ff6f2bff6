"""The pods of a DaemonSet, through a stand-in for `kubectl`."""

from __future__ import annotations

import json
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Any

import pytest

from stand_ins.feeding import Feeding
from tetratui.core.errors import SourceError
from tetratui.core.hosts import cluster_watch
from tetratui.core.hosts.host_source import HostSource, find_host, parse_host_source
from tetratui.core.hosts.host_state import HostCondition
from tetratui.core.hosts.kubernetes import Cluster
from tetratui.core.query import parse
from tetratui.core.table import load
from tetratui.core.tetragon.agent.host_installation import inspect_host, inspect_host_agent

Start = Callable[[Sequence[HostSource]], Feeding]


def line(node: str, number: int) -> bytes:
    process = b'{"pid":%d,"binary":"/bin/true"}' % number
    return b'{"process_exec":{"process":%s},"node_name":"%s","time":"2026-11-28T10:00:00Z"}' % (process, node.encode())


class FakeCluster:
    """What the stand-in for `kubectl` answers."""

    def __init__(self, folder: Path, containers: Sequence[str] = ("export-stdout", "tetragon")) -> None:
        self.folder = folder
        self.containers = containers
        self.arguments: list[str] = []
        volumes = [{"name": "config", "configMap": {"name": "tetragon-config"}}]
        labels = {"app.kubernetes.io/name": "tetragon"}
        spec = {
            "selector": {"matchLabels": labels},
            "template": {"spec": {"containers": [{"name": name} for name in containers], "volumes": volumes}},
        }
        self.write("daemonset.json", {"metadata": {"name": "tetragon"}, "spec": spec})
        (folder / "contexts").write_text("prod\narn:aws:eks:x:1:cluster/prod\n")
        self.write("configmap.json", {"data": {"export-filename": "/var/run/cilium/tetragon/tetragon.log"}})

    def write(self, name: str, content: Any) -> None:
        # Replaced as a whole: the stand-in may be reading it.
        (self.folder / f"{name}.new").write_text(json.dumps(content))
        (self.folder / f"{name}.new").rename(self.folder / name)

    def set_pods(self, *nodes: str) -> None:
        containers = [
            {"name": name, "image": "quay.io/cilium/tetragon:v1.7.0", "args": self.arguments}
            for name in self.containers
        ]
        pods = [
            {
                "metadata": {"name": f"tetragon-{node}", "uid": f"uid-{node}"},
                "spec": {"nodeName": node, "containers": containers},
                "status": {"phase": "Running"},
            }
            for node in nodes
        ]
        self.write("pods.json", {"items": pods})

    def log(self, node: str, *numbers: int) -> None:
        with (self.folder / f"tetragon-{node}.log").open("ab") as log:
            log.writelines(line(node, number) + b"\n" for number in numbers)


@pytest.fixture
def cluster(stand_in: Path) -> FakeCluster:
    return FakeCluster(stand_in)


def source(url: str) -> HostSource:
    found = parse_host_source(url, inspect_host)
    assert found is not None
    return found


def test_the_logs_of_all_pods_are_one_table(cluster: FakeCluster) -> None:
    cluster.set_pods("n1", "n2", "n3")
    for node in ("n1", "n2", "n3"):
        cluster.log(node, 1, 2)
    table = load([source("k8s://kube-system")])
    assert len(table) == 6
    assert int(parse("host=n2").mask(table).sum()) == 2


def test_pods_come_and_go(cluster: FakeCluster, feeding: Start, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(cluster_watch, "INTERVAL", 0.2)
    cluster.set_pods("n1", "n2")
    cluster.log("n1", 1)
    cluster.log("n2", 1)
    running = feeding([source("k8s://kube-system/tetragon")])
    running.wait_for(lambda: len(running.feed.table) == 2)
    cluster.log("n3", 1, 2)
    cluster.set_pods("n2", "n3")
    cluster.log("n2", 2)
    running.wait_for(lambda: len(running.feed.table) == 5)

    states = {state.name: state for state in running.feed.hosts}
    assert set(states) == {"n1", "n2", "n3"}
    assert states["n2"].facts is not None
    assert states["n2"].facts.version == "1.7.0"
    assert running.lines("n3") == [line("n3", 1), line("n3", 2)]
    assert running.lines("n2") == [line("n2", 1), line("n2", 2)]


def test_the_log_of_a_pod_that_is_gone_ends(
    cluster: FakeCluster, feeding: Start, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(cluster_watch, "INTERVAL", 0.1)
    # A pod whose log cannot be read: it is going away.
    cluster.set_pods("n1")
    running = feeding([source("k8s://kube-system")])
    running.wait_for(lambda: any(state.condition is HostCondition.LOST for state in running.feed.hosts))
    cluster.set_pods()
    running.wait_for(lambda: any(state.condition is HostCondition.ENDED for state in running.feed.hosts))


def test_without_export_stdout_the_file_is_read_in_the_pod(stand_in: Path, tmp_path: Path) -> None:
    cluster = FakeCluster(stand_in, ("tetragon",))
    cluster.arguments = ["--config-dir=/etc/tetragon/tetragon.conf.d", f"--export-filename={tmp_path}/t.log"]
    cluster.set_pods("n1")
    (tmp_path / "t.log").write_bytes(line("n1", 1) + b"\n")
    assert len(load([source("k8s://kube-system")])) == 1


@pytest.mark.parametrize(
    ("text", "context", "namespace"),
    [
        ("kube-system", "", "kube-system"),
        ("prod/kube-system", "prod", "kube-system"),
        ("kube-system/tetragon", "", "kube-system"),
        ("arn:aws:eks:x:1:cluster/prod/kube-system/tetragon", "arn:aws:eks:x:1:cluster/prod", "kube-system"),
    ],
)
def test_context_and_namespace_are_told_apart(cluster: FakeCluster, text: str, context: str, namespace: str) -> None:
    found = Cluster(text)
    assert (found.context, found.namespace) == (context, namespace)


@pytest.mark.parametrize(
    ("url", "text"),
    [
        ("k8s://none", "there is no such pod, DaemonSet or namespace"),
        ("k8s://kube-system/other", "there is no such pod, DaemonSet or namespace"),
        ("k8s://nowhere/kube-system/tetragon", "there is no context 'nowhere/kube-system'"),
    ],
)
def test_what_is_not_there_is_said(cluster: FakeCluster, url: str, text: str) -> None:
    cluster.set_pods()
    with pytest.raises(SourceError) as caught:
        load([source(url)])
    assert text in str(caught.value)
    assert "\n" not in str(caught.value)


def test_the_config_map_and_the_command_line_are_the_configuration(cluster: FakeCluster) -> None:
    cluster.arguments = ["--export-rate-limit=5"]
    cluster.set_pods("n1")
    found = inspect_host_agent(find_host("k8s://kube-system"), None)
    findings = found.findings
    location = found.install.effective("export-filename")
    assert location is not None
    assert location.location == "/etc/tetragon/tetragon.conf.d/export-filename"
    assert str(found.version) == "1.7.0"
    assert "rate-limit" in {finding.code for finding in findings}
