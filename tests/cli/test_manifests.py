"""Helm values and ConfigMaps on the command line: judged, applied to events, written; one list in three forms."""

from __future__ import annotations

import gzip
import json
from pathlib import Path
from typing import Any

import pytest
import yaml
from click.testing import CliRunner, Result

from tetratui.cli.check import command as check
from tetratui.cli.doctor import command as doctor
from tetratui.cli.draft import command as draft
from tetratui.cli.impact import command as impact

DATA = Path(__file__).parents[1] / "data" / "kubernetes"
VALUES = """\
tetragon:
  enabled: true
  exportAllowList: |-
    {"event_set":["PROCESS_EXEC", "PROCESS_EXIT", "PROCESS_KPROBE"]}
  exportDenyList: |-
    {"health_check":true}
    {"namespace":["", "cilium", "kube-system", "flux-system"]}
"""


def run(command: Any, *arguments: object, code: int = 0) -> Result:
    result = CliRunner().invoke(command, [str(each) for each in arguments], standalone_mode=False)
    if result.exception is not None:
        raise result.exception
    assert result.return_value == code, result.output
    return result


def run_json(command: Any, *arguments: object, code: int = 0) -> dict[str, Any]:
    document: dict[str, Any] = json.loads(run(command, *arguments, "--json", code=code).stdout)
    return document


@pytest.fixture
def events(tmp_path: Path) -> Path:
    path = tmp_path / "events.log"
    path.write_bytes(gzip.decompress((DATA / "events.jsonl.gz").read_bytes()))
    return path


def write(path: Path, text: str) -> Path:
    path.write_text(text)
    return path


def test_both_lists_of_helm_values_are_judged(tmp_path: Path) -> None:
    values = write(tmp_path / "values.yaml", VALUES)
    document = run_json(check, values)
    assert (document["accepted"], document["filters"], document["allowlist"]["filters"]) == (True, 2, 1)
    assert "error" not in {lint["severity"] for lint in document["lints"]}
    assert run_json(check, values, "--as", "allowlist")["filters"] == 1
    result = run(check, values)
    assert "tetragon.exportDenyList and tetragon.exportAllowList" in result.stderr
    assert f"{values}, allowlist: Tetragon 1.7.0 would start with it; 1 filter" in result.stdout


def test_a_broken_allowlist_refuses_the_file(tmp_path: Path) -> None:
    values = write(tmp_path / "values.yaml", VALUES.replace("PROCESS_EXIT", "process_exit"))
    document = run_json(check, values, code=1)
    (error,) = document["allowlist"]["errors"]
    assert (document["accepted"], error["line"], error["column"]) == (True, 4, 35)


def test_a_file_without_the_list_that_is_asked_for_is_refused(tmp_path: Path) -> None:
    from tetratui.core.errors import RefusedError

    values = write(tmp_path / "values.yaml", "tetragon:\n  enabled: true\n")
    for role in ("denylist", "allowlist"):
        with pytest.raises(RefusedError, match=r"has no tetragon\.export"):
            run(check, values, "--as", role)


def test_the_allowlist_of_the_same_file_counts(tmp_path: Path, events: Path) -> None:
    values = write(tmp_path / "values.yaml", VALUES)
    deny = write(tmp_path / "deny", '{"health_check":true}\n{"namespace":["", "cilium", "kube-system", "flux-system"]}')
    allow = write(tmp_path / "allow", '{"event_set":["PROCESS_EXEC", "PROCESS_EXIT", "PROCESS_KPROBE"]}')
    together = run_json(impact, values, events, "--rows")
    assert together["dropped"] == run_json(impact, deny, events, "--allowlist", allow, "--rows")["dropped"]
    assert together["dropped_count"] > run_json(impact, deny, events)["dropped_count"]


@pytest.mark.parametrize(("form", "name"), [("helm", "values.yaml"), ("configmap", "configmap.yaml")])
def test_the_same_list_in_all_forms(tmp_path: Path, events: Path, form: str, name: str) -> None:
    out = tmp_path / "out"
    arguments = (events, "--where", "bin:wget", "--format", form, "--out", out)
    document = run_json(draft, *arguments, "--owner", "ann", "--reason", "the probe of the shop", code=1)
    assert str(out / name) in document["files"]
    value = yaml.safe_load((out / name).read_text())
    text = value["tetragon"]["exportDenyList"] if form == "helm" else value["data"]["export-denylist"]
    assert text == (out / "export-denylist").read_text() != ""
    dropped = [run_json(impact, out / each, events, "--rows")["dropped"] for each in (name, "export-denylist")]
    assert dropped[0] == dropped[1] != []
    assert "# tetratui: entry 1: owner ann" in (out / name).read_text()
    readme = (out / "README.md").read_text()
    for words in ("What restarts", "What stops at the first node", "does **not** restore the ConfigMap"):
        assert words in readme
    assert ("--set-file" in readme) is (form == "helm")
    # Once more: the list of the folder is kept, and nothing is added that it holds.
    before = (out / name).read_bytes()
    run(draft, *arguments, "--owner", "ann", "--reason", "the probe of the shop", code=1)
    assert (out / name).read_bytes() == before


def test_values_in_the_folder_keep_all_but_their_list(tmp_path: Path, events: Path) -> None:
    out = tmp_path / "out"
    out.mkdir()
    (out / "values.yaml").write_bytes(VALUES.replace("\n", "\r\n").encode())
    run(draft, events, "--where", "bin:wget", "--format", "helm", "--out", out, code=1)
    made = (out / "values.yaml").read_bytes().decode()
    assert made.startswith(VALUES.partition("  exportDenyList")[0].replace("\n", "\r\n"))
    assert made.count("\n") == made.count("\r\n")
    text = yaml.safe_load(made)["tetragon"]["exportDenyList"]
    assert text.startswith(
        '{"health_check":true}\n{"namespace":["", "cilium", "kube-system", "flux-system"]}\n{"binary'
    )
    assert (out / "export-denylist").read_text().rstrip("\n") == text.rstrip("\n")


def test_doctor_counts_the_lists_over_events(tmp_path: Path, events: Path) -> None:
    config = tmp_path / "etc/tetragon/tetragon.conf.d"
    config.mkdir(parents=True)
    (config / "export-denylist").write_text('{"namespace":["kube-system"]}')
    (config / "enable-k8s-api").write_text("true")
    document = run_json(doctor, "--root", tmp_path, "--events", events)
    counts = {(count["list"], count["from"].rpartition("/")[2]): count["hidden"] for count in document["lists"]}
    assert counts["denylist", "export-denylist"] == 16
    assert counts["denylist", "chart default"] > 100
    assert "chart default) hides" in run(doctor, "--root", tmp_path, "--events", events).stdout


def test_doctor_compares_nodes(tmp_path: Path) -> None:
    for node, value in (("a", ""), ("b", '{"pid":[1]}')):
        config = tmp_path / node / "etc/tetragon/tetragon.conf.d"
        config.mkdir(parents=True)
        (config / "export-denylist").write_text(value)
    document = run_json(doctor, "--root", tmp_path / "a", "--root", tmp_path / "b")
    assert len(document["nodes"]) == 2
    assert "nodes-differ" in {finding["code"] for finding in document["findings"]}


def test_a_list_beside_the_values_is_not_lost(tmp_path: Path, events: Path) -> None:
    from tetratui.core.errors import RefusedError

    (tmp_path / "values.yaml").write_text(VALUES)
    (tmp_path / "export-denylist").write_text('{"pid":[1]}')
    with pytest.raises(RefusedError, match=r"export-denylist in the folder has 1 filter that values\.yaml has not"):
        run(draft, events, "--where", "bin:wget", "--format", "helm", "--out", tmp_path)


def test_owners_of_earlier_entries_stay(tmp_path: Path, events: Path) -> None:
    for query, owner in (("bin:wget", "ann"), ("bin:grpc_health_probe", "bob")):
        run(
            draft,
            events,
            "--where",
            query,
            "--format",
            "helm",
            "--out",
            tmp_path,
            "--owner",
            owner,
            code=query == "bin:wget",
        )
    text = (tmp_path / "values.yaml").read_text()
    assert "owner ann" in text
    assert "owner bob" in text


def test_new_values_say_that_they_replace_the_charts_list(tmp_path: Path, events: Path) -> None:
    result = run(draft, events, "--where", "bin:grpc_health_probe", "--format", "helm", "--out", tmp_path)
    assert "replaces the chart's default one" in result.stderr
    again = run(draft, events, "--where", "bin:grpc_health_probe", "--format", "helm", "--out", tmp_path)
    assert "replaces the chart's default one" not in again.stderr


@pytest.mark.parametrize(
    ("text", "severity"),
    [
        ('tetragon:\n  exportDenyList: \'{"namespace":[""]}\'\n', "warning"),
        ('tetragon:\n  enableK8sAPI: false\n  exportDenyList: \'{"namespace":[""]}\'\n', "error"),
        ("data:\n  enable-k8s-api: 'false'\n  export-denylist: '{\"namespace\":[\"\"]}'\n", "error"),
        ("data:\n  enable-k8s-api: 'true'\n  export-denylist: '{\"namespace\":[\"\"]}'\n", "warning"),
    ],
)
def test_the_manifest_says_whether_pods_are_resolved(tmp_path: Path, text: str, severity: str) -> None:
    manifest = write(tmp_path / "m.yaml", text)
    # Even on a machine whose own agent has other features.
    document = run_json(
        check, manifest, "--enable", "no-k8s-api" if severity == "warning" else "", code=severity == "error"
    )
    assert [lint["severity"] for lint in document["lints"] if lint["severity"] != "info"] == [severity]


def test_features_that_the_values_enable_count(tmp_path: Path) -> None:
    filter_ = '{"capabilities":{"effective":{"any":["CAP_CHOWN"]}}}'
    text = f"tetragon:\n  enableProcessCred: true\n  exportDenyList: '{filter_}'\n"
    assert run_json(check, write(tmp_path / "m.yaml", text), "--enable", "")["accepted"]
    off = write(tmp_path / "off.yaml", text.replace("Cred: true", "Cred: false"))
    assert not run_json(check, off, "--enable", "", code=1)["accepted"]
