"""`tetratui draft` writes what drops exactly what it says."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path
from typing import Any

import orjson
import pytest

CAPTURES = Path(__file__).parents[1] / "data" / "captures"
SERVER = CAPTURES / "server.log.gz"


def ran(*words: str | Path) -> subprocess.CompletedProcess[bytes]:
    command = [sys.executable, "-c", "from tetratui.cli.main import main; main()", *map(str, words)]
    return subprocess.run(command, capture_output=True, timeout=120, check=False)


def told(*words: str | Path, code: int = 0) -> dict[str, Any]:
    ended = ran(*words, "--json")
    assert ended.returncode == code, ended.stderr
    document: dict[str, Any] = orjson.loads(ended.stdout)
    return document


AUDIT = "args:open-audit.sh or pargs:open-audit.sh"


@pytest.mark.parametrize(("scope", "dropped"), [("exact", 1146), ("caller", 1146), ("subtree", 1150)])
def test_the_written_list_drops_exactly_what_the_draft_says(tmp_path: Path, scope: str, dropped: int) -> None:
    found = told("draft", SERVER, "--where", AUDIT, "--scope", scope, "--out", tmp_path)
    assert (found["impact"]["events"], found["impact"]["dropped"], found["refused"]) == (4000, dropped, [])
    measured = told("impact", tmp_path / "export-denylist", SERVER)
    assert (measured["accepted"], measured["dropped_count"]) == (True, dropped)
    assert {one["scope"] for one in found["filters"]} == {scope}
    assert all("denylist" in one["targets"] for one in found["filters"])
    assert found["wazuh"]["extra"] == 0
    assert sorted(Path(path).name for path in found["files"]) == sorted(path.name for path in tmp_path.iterdir())


def test_without_a_scope_the_narrowest_is_taken() -> None:
    found = told("draft", SERVER, "--where", "bin=/usr/bin/curl parent=/usr/local/bin/metrics-agent.sh")
    assert {one["scope"] for one in found["filters"]} == {"exact", "destination"}
    assert found["selected"] == found["impact"]["dropped"]
    assert found["files"] == []


def test_every_selected_event_is_dropped_or_refused_by_name() -> None:
    found = told("draft", SERVER, "--where", "bin=/usr/bin/curl", code=1)
    assert found["impact"]["dropped"] + sum(one["events"] for one in found["refused"]) == found["selected"] == 195
    assert all("attack sample" in one["reason"] for one in found["refused"])


def test_a_selection_of_attack_samples_alone_is_refused() -> None:
    found = told("draft", SERVER, "--where", 'bin=/usr/bin/cat args="/etc/shadow" -parent:rootbash', code=1)
    assert found["filters"] == []
    assert "T1003.008" in found["refused"][0]["reason"]


def test_a_shell_alone_needs_a_reason() -> None:
    words = ("draft", SERVER, "--where", "bin=/usr/bin/bash", "--scope", "binary")
    assert told(*words, code=1)["filters"] == []
    ended = ran(*words, "--json")
    assert b"needs a typed reason" in ended.stderr


def test_all_hosts_needs_a_reason(tmp_path: Path) -> None:
    ended = ran("draft", SERVER, "--where", "bin:dpkg", "--all-hosts", "--out", tmp_path)
    assert ended.returncode == 2
    assert b"--reason" in ended.stderr
    assert list(tmp_path.iterdir()) == []


def test_reason_owner_and_expiry_are_kept_in_the_sidecar(tmp_path: Path) -> None:
    said = ("--reason", "inventory", "--owner", "ops", "--expires", "2027-01-31", "--sidecar", tmp_path / "s.json")
    words = ("draft", SERVER, "--where", "bin:dpkg kind=exec", "--scope", "template")
    told(*words, *said)
    kept = orjson.loads((tmp_path / "s.json").read_bytes())["drafts"].values()
    assert {(one["reason"], one["owner"], one["expiry"]) for one in kept} == {("inventory", "ops", "2027-01-31")}


def test_the_same_call_writes_the_same_bytes_and_keeps_what_stood_there(tmp_path: Path) -> None:
    theirs = b'{ "event_set": ["PROCESS_EXEC"],\n  "binary_regex": ["^/usr/bin/theirs$"] }\n'
    (tmp_path / "export-denylist").write_bytes(theirs)
    words = ("draft", SERVER, "--where", "bin:dpkg", "--out", tmp_path)
    told(*words)
    first = {path.name: path.read_bytes() for path in tmp_path.iterdir() if path.is_file()}
    assert first["export-denylist"].startswith(theirs)
    told(*words)
    second = (tmp_path / "export-denylist").read_bytes()
    assert first["export-denylist"] == second


def test_the_report_says_what_why_and_risk() -> None:
    ended = ran("draft", SERVER, "--where", "bin:dpkg", "--scope", "template", "--reason", "packages")
    text = ended.stdout.decode()
    assert ended.returncode == 0
    for words in ("# Drafts for", "evidence:", "risk:", "reason: packages", "rarest command lines"):
        assert words in text


@pytest.mark.parametrize("query", ["bin:[", "nosuch=1", "args~("])
def test_a_query_that_is_wrong_is_wrong_usage(query: str) -> None:
    ended = ran("draft", SERVER, "--where", query)
    assert ended.returncode == 2 or query == "bin:["
    assert b"Traceback" not in ended.stderr


def test_what_the_installed_version_cannot_say_is_refused_by_name() -> None:
    found = told("draft", SERVER, "--where", "kind:kprobe bin:getent", "--tetragon", "1.3.0")
    assert found["filters"] == []
    assert sum(one["events"] for one in found["refused"]) == found["selected"] > 0
    assert "1.3.0" in found["refused"][0]["reason"]


def test_threats_alert_in_the_rules_and_no_draft_hides_them(tmp_path: Path) -> None:
    threat = 'bin=/usr/bin/curl args:"198.51.100.66"'
    words = ("--threat", threat, "--threat-alert", "14 intrusion T1105")
    found = told("draft", SERVER, "--where", "bin=/usr/bin/curl", *words, "--out", tmp_path, code=1)
    assert {(one["level"], *one["groups"], *one["techniques"]) for one in found["threats"]} == {
        (14, "intrusion", "T1105")
    }
    matches = told("wazuh", "match", tmp_path / "0011-tetratui.xml", "--events", SERVER, "--agent", "--rows")["matches"]
    alerted = {row for row, rule, _ in matches if rule in {one["rule"] for one in found["threats"]}}
    assert len(alerted) == told("stats", SERVER, "--where", threat)["events"] > 0
    hidden = told("impact", tmp_path / "export-denylist", SERVER, "--rows")["dropped"]
    assert not alerted & set(hidden)


def test_how_threats_alert_must_make_sense() -> None:
    ended = ran("draft", SERVER, "--where", "bin:dpkg", "--threat", "bin:curl", "--threat-alert", "17")
    assert ended.returncode == 2
    assert b"one level from 1 to 16" in ended.stderr


def test_a_draft_from_containers_stays_in_them_unless_that_is_lifted_with_a_reason(tmp_path: Path) -> None:
    words = (
        "draft",
        CAPTURES / "docker.log.gz",
        "--where",
        "bin=/bin/sh",
        "--scope",
        "command",
        "--include",
        "shell-code",
    )
    found = told(*words, "--out", tmp_path)
    assert [one["filter"]["container_id"] for one in found["filters"]] == [["."]]
    assert (found["wazuh"]["match"], found["wazuh"]["extra"]) == (True, 0)
    assert b"process_exec.process.docker" in (tmp_path / "0011-tetratui.xml").read_bytes()
    assert ran(*words, "--place", "anywhere").returncode == 2
    lifted = told(*words, "--place", "anywhere", "--reason", "the same script runs on the host")
    assert "container_id" not in lifted["filters"][0]["filter"]


ATTACK = CAPTURES / "attack-in-query.jsonl"
INVENTORY = "args:inventory.sh or pargs:inventory.sh"


def test_what_merely_mentions_the_script_is_named_and_left_out(tmp_path: Path) -> None:
    words = ("draft", ATTACK, "--where", INVENTORY, "--scope", "caller", "--out", tmp_path)
    ended = ran(*words)
    assert ended.returncode == 1
    for text in (b"(writable, mention)", b"cp /opt/ops/inventory.sh /tmp/.a/inventory.sh", b"--include shell-code"):
        assert text in ended.stderr
    found = told(*words, code=1)
    assert (found["selected"], found["impact"]["dropped"]) == (6, 2)
    assert sum(group["events"] for group in found["left_out"]) == sum(one["events"] for one in found["refused"]) == 4
    written = (tmp_path / "export-denylist").read_text()
    assert "203.0.113.66" not in written
    assert "stage2" not in written
    assert told("impact", tmp_path / "export-denylist", ATTACK)["dropped_count"] == 2


def test_what_is_included_by_name_is_drafted_and_ends_well() -> None:
    words = ("draft", ATTACK, "--where", INVENTORY, "--scope", "exact")
    some = told(*words, "--include", "mention", "--include", "writable", code=1)
    assert some["impact"]["dropped"] == 3
    assert {reason for group in some["left_out"] for reason in group["reasons"]} == {"shell-code", "attack-sample"}
    everything = told(*words, "--include", "all")
    assert (everything["impact"]["dropped"], everything["left_out"]) == (6, [])
    assert ran(*words, "--include", "mentions").returncode == 2


def test_the_recipe_of_the_documentation_ends_well() -> None:
    page = (Path(__file__).parents[2] / "docs" / "drafts.md").read_text("utf-8")
    recipe = page.partition("```sh\n")[2].partition("```")[0]
    script = recipe.partition("script=")[2].splitlines()[0]
    query = recipe.partition('--where "')[2].partition('"')[0].replace("$script", script)
    found = told("draft", SERVER, "--where", query, "--scope", "caller")
    assert (found["left_out"], found["impact"]["dropped"]) == ([], 1146)


CLUSTER = Path(__file__).parents[1] / "data" / "kubernetes" / "events.jsonl.gz"


@pytest.mark.parametrize("place", ["container", "workload", "namespace"])
def test_a_draft_from_pods_says_its_place_and_hides_what_was_asked_only(tmp_path: Path, place: str) -> None:
    found = told("draft", CLUSTER, "--where", "ns=kube-system", "--place", place, "--out", tmp_path)
    assert {one["place"] for one in found["filters"]} == {place}
    assert all(one["filter"]["namespace"] == ["kube-system"] for one in found["filters"])
    assert (found["impact"]["dropped"], found["impact"]["collateral"], found["refused"]) == (16, 0, [])
    assert (found["wazuh"]["match"], found["selected"]) == (True, 16)
    assert told("impact", tmp_path / "export-denylist", CLUSTER)["dropped_count"] == 16


def test_a_whole_namespace_is_drafted_with_a_reason_only() -> None:
    words = ("draft", CLUSTER, "--where", "ns=kube-system", "--scope", "namespace")
    (refused,) = told(*words)["refused"]
    assert "needs a typed reason" in refused["reason"]
    (one, *hooks) = told(*words, "--reason", "no tenant runs there")["filters"]
    assert one["filter"] == {"namespace": ["kube-system"], "event_set": ["PROCESS_EXEC", "PROCESS_EXIT"]}
    assert one["place"] == "namespace"
    assert all(hook["filter"]["namespace"] == ["kube-system"] for hook in hooks)


def test_probes_are_drafted_in_their_workload_or_anywhere() -> None:
    words = ("draft", CLUSTER, "--where", "workload=cart bin=/bin/grpc_health_probe", "--scope", "probe")
    (one,) = told(*words)["filters"]
    assert (one["filter"]["health_check"], one["place"], one["collateral"]) == (True, "workload", 0)
    assert "the probe's own command line" in one["risk"]
    (bare,) = told(*words, "--place", "anywhere", "--reason", "as the chart does")["filters"]
    assert bare["filter"] == {"health_check": True, "event_set": ["PROCESS_EXEC", "PROCESS_EXIT"]}


def test_a_version_that_cannot_compare_a_container_says_what_to_draft_instead() -> None:
    words = ("draft", CLUSTER, "--where", "workload=cilium", "--place", "container")
    assert [one["filter"]["container_name_regex"] for one in told(*words)["filters"]] != []
    assert all("cel_expression" in one["filter"] for one in told(*words, "--tetragon", "1.5")["filters"])
    refused = told(*words, "--tetragon", "1.3")
    assert refused["filters"] == []
    assert "--place workload" in refused["refused"][0]["reason"]
