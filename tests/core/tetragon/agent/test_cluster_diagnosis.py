"""What doctor says of an agent in a pod, from inside and through a host, on files as the chart lays them out."""

from __future__ import annotations

import gzip
from pathlib import Path

import pytest

from tetratui.core.table import build_table
from tetratui.core.tetragon import Version
from tetratui.core.tetragon.agent.agent_config import examine
from tetratui.core.tetragon.agent.cluster_diagnosis import ClusterFacts, compare_nodes, find_file_system
from tetratui.core.tetragon.agent.diagnosis import diagnose
from tetratui.core.tetragon.agent.finding import Finding
from tetratui.core.tetragon.agent.inspection import inspect_root
from tetratui.core.tetragon.agent.list_counts import count_hidden

from .cluster_files import CONFIG, EXPORT, MOUNTS, OPTIONS, write_pod

EVENTS = Path(__file__).parents[3] / "data" / "kubernetes" / "events.jsonl.gz"


def findings_of(root: Path) -> dict[str, Finding]:
    return {finding.code: finding for finding in inspect_root(root, Version(1, 7)).findings}


def test_a_fresh_installation_of_the_chart_has_no_error(tmp_path: Path) -> None:
    seen = inspect_root(write_pod(tmp_path), Version(1, 7))
    assert (seen.cluster.in_pod, seen.cluster.node) == (True, "node-a")
    assert seen.cluster.config_map.endswith(CONFIG)
    assert "error" not in {finding.severity for finding in seen.findings}
    assert [finding.code for finding in seen.findings].count("chart-default") == 2
    assert "TETRAGON_SERVICE_PORT" not in str(seen.install.settings)
    assert "service-port" not in seen.install.settings
    # The chart names the folder of the ConfigMap, which is read anyway: nothing overrides itself.
    assert len(seen.install.settings["export-denylist"]) == 1


def test_without_the_api_the_same_list_hides_everything(tmp_path: Path) -> None:
    found = findings_of(write_pod(tmp_path, {"enable-k8s-api": "false"}))
    assert found["k8s-api-off"].severity == "warning"
    assert found["matches-every-process"].severity == "error"


def test_extra_arguments_that_beat_the_config_map_are_named(tmp_path: Path) -> None:
    found = findings_of(write_pod(tmp_path, flags=["--export-denylist={}", "--enable-k8s-api=true"]))
    assert "extraArgs" in found["command-line-beats"].message
    assert found["command-line-beats"].message.startswith("export-denylist")
    assert found["command-line-beats"].severity == "warning"


def test_an_export_file_in_memory_is_named(tmp_path: Path) -> None:
    assert EXPORT in findings_of(write_pod(tmp_path / "a"))["export-in-memory"].message
    on_disk = write_pod(tmp_path / "b", mounts="\n".join(MOUNTS.splitlines()[:3]))
    assert "export-in-memory" not in findings_of(on_disk)


@pytest.mark.parametrize(
    ("path", "kind"),
    [("/a/b/c", "tmpfs"), ("/a/bc", "ext4"), ("/", "overlay"), ("/x y/z", "xfs"), ("/late", "second")],
)
def test_the_deepest_and_last_mount_holds_a_path(tmp_path: Path, path: str, kind: str) -> None:
    (tmp_path / "proc").mkdir()
    mounts = "r / overlay x\nd /a ext4 x\nt /a/b tmpfs x\nd /x\\040y xfs x\nd /late first x\nd /late second x\n"
    (tmp_path / "proc/mounts").write_text(mounts)
    assert find_file_system(tmp_path, path) == kind


def test_field_filters_that_are_cut_are_an_error(tmp_path: Path) -> None:
    text = '{"fields":"parent","action":"EXCLUDE"},\n{"fields":"process.pod","action":"EXCLUDE"}'
    found = findings_of(write_pod(tmp_path, {"field-filters": text}))
    assert found["field-filters-cut"].severity == "error"
    assert "line 1, column 39" in found["field-filters-cut"].message
    assert "1 before it in force" in found["field-filters-cut"].message
    assert found["field-absent"].message.count("take parent from all events") == 1


def test_a_field_that_is_taken_away_is_absent_and_not_unset(tmp_path: Path) -> None:
    text = '{"fields":"process.pod","action":"EXCLUDE","event_set":["PROCESS_EXEC"]}'
    message = findings_of(write_pod(tmp_path, {"field-filters": text}))["field-absent"].message
    assert "take process.pod from exec events" in message
    assert "does not mean that there is no pod" in message


def test_nodes_that_differ_are_named(tmp_path: Path) -> None:
    nodes = {
        "node-a": examine(write_pod(tmp_path / "a")),
        "node-b": examine(write_pod(tmp_path / "b", {"export-denylist": ""}, node="node-b")),
        "node-c": examine(write_pod(tmp_path / "c", node="node-c")),
    }
    (finding,) = compare_nodes(nodes)
    assert (finding.code, finding.severity) == ("nodes-differ", "warning")
    assert "node-a, node-c: 65 characters" in finding.message
    assert "node-b: not set" in finding.message


def test_a_copy_of_a_pods_options_is_judged_by_what_is_known_of_the_pod(tmp_path: Path) -> None:
    # As they are read through Kubernetes: the ConfigMap alone, without processes and without the export file.
    config = tmp_path / CONFIG
    config.mkdir(parents=True)
    for option, value in (OPTIONS | {"enable-k8s-api": "false"}).items():
        (config / option).write_text(value)
    install = examine(tmp_path)
    alone = {finding.code for finding in diagnose(install, Version(1, 7))}
    known = {
        finding.code
        for finding in diagnose(install, Version(1, 7), cluster=ClusterFacts(True, "node-a"), with_export_file=False)
    }
    assert known - alone == {"k8s-api-off", "chart-default"}
    assert alone - known == {"no-file-yet"}


def test_each_list_is_counted_over_the_events_held(tmp_path: Path) -> None:
    table = build_table(gzip.decompress(EVENTS.read_bytes()).split(b"\n")[:-1])
    install = examine(write_pod(tmp_path, {"export-denylist": '{"namespace":["kube-system"]}'}))
    counts = {
        (count.role, count.origin.rpartition("/")[2]): count for count in count_hidden(install, Version(1, 7), table)
    }
    assert counts["denylist", "export-denylist"].hidden == 16
    default = counts["denylist", "chart default"]
    assert default.hidden == sum(events for _, events in default.entries)
    assert default.events == 258
    assert 0 < counts["allowlist", "chart default"].hidden < 20
