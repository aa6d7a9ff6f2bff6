"""`tree`, `chain`, `hunt` and `wazuh chain` answer in their documents, and refuse what they cannot answer."""

from __future__ import annotations

import gzip
import json
import subprocess
from collections.abc import Callable
from pathlib import Path
from typing import Any

import orjson
import pytest

DATA = Path(__file__).parents[1] / "data"
CAPTURE = DATA / "captures" / "web-shell.json.gz"
ROLES = orjson.loads((DATA / "captures" / "web-shell.chains.json").read_bytes())
PROCESS_KEYS = {"exec_id", "parent", "pid", "binary", "arguments", "start", "end", "status", "events", "children"}

Verb = Callable[..., "subprocess.CompletedProcess[str]"]


def read_json(done: subprocess.CompletedProcess[str]) -> dict[str, Any]:
    assert done.returncode == 0, done.stderr
    document: dict[str, Any] = json.loads(done.stdout)
    return document


def exec_id_of(binary: str) -> str:
    return next(exec_id for exec_id, role in ROLES.items() if role["binary"] == binary)


def test_the_tree_holds_every_process_once(tetratui: Verb) -> None:
    processes = read_json(tetratui("tree", CAPTURE, "--json"))["processes"]
    by_id = {process["exec_id"]: process for process in processes}
    assert len(by_id) == len(processes)
    assert set(ROLES) <= by_id.keys()
    for process in processes:
        assert process.keys() >= PROCESS_KEYS
        assert all(by_id[child]["parent"] == process["exec_id"] for child in process["children"])
    position = {process["exec_id"]: number for number, process in enumerate(processes)}
    assert all(position[each["parent"]] < position[each["exec_id"]] for each in processes if each["parent"])


def test_a_part_of_the_tree_is_selected(tetratui: Verb) -> None:
    top = exec_id_of("/tmp/.drill/u")
    below = read_json(tetratui("tree", CAPTURE, "--exec-id", top, "--json"))["processes"]
    assert below[0]["exec_id"] == top
    assert len(below) == 17
    above = read_json(tetratui("tree", CAPTURE, "--where", "bin=/tmp/.drill/syslogd-helper", "--json"))["processes"]
    assert [process["binary"] for process in above][-2:] == ["/tmp/.drill/u", "/tmp/.drill/syslogd-helper"]


@pytest.mark.parametrize("exec_id", [key for key, role in ROLES.items() if role["role"] == "victim"])
def test_a_chain_holds_nothing_of_the_noise(exec_id: str, tetratui: Verb) -> None:
    from tetratui.core.lineage.chain import make_chain
    from tetratui.core.lineage.process_graph import ProcessGraph
    from tetratui.core.table import load

    graph = ProcessGraph(load([CAPTURE]))
    number = graph.number(exec_id)
    assert number is not None
    members = {graph.exec_id(member) for member in make_chain(graph, number).members.tolist()}
    forks = {graph.exec_id(member) for member in range(len(graph)) if graph.node(member).origin == "fork"}
    victims = {key for key, role in ROLES.items() if role["role"] == "victim"}
    assert exec_id in members
    assert members <= victims | forks


def test_a_chain_is_written_as_a_report(tetratui: Verb, tmp_path: Path) -> None:
    out = tmp_path / "out"
    document = read_json(tetratui("chain", CAPTURE, "--where", "bin=/tmp/.drill/u", "--out", out, "--json"))
    assert [Path(path).name for path in document["files"]] == ["chain.md", "chain.mmd", "chain.json", "chain.jsonl"]
    assert document["root"] in document["processes"]
    whole = gzip.decompress(CAPTURE.read_bytes()).splitlines()
    rows = [event["row"] for event in document["events"]]
    assert (out / "chain.jsonl").read_bytes().splitlines() == [whole[row] for row in sorted(rows)]
    assert document["events"][0].keys() == {"row", "time", "kind", "exec_id", "text", "techniques"}
    times = [event["time"] for event in document["events"]]
    assert times == sorted(times)
    assert any("T1036.005" in event["techniques"] for event in document["events"])
    assert any("not known" in gap for gap in document["gaps"])
    assert "203.0.113.66 port 4444" in document["indicators"]["addresses"]


def test_the_list_in_force_is_named_as_a_gap(tetratui: Verb, tmp_path: Path) -> None:
    denylist = tmp_path / "list"
    denylist.write_text('{"binary_regex":["^/usr/bin/id$"]}\n')
    document = read_json(tetratui("chain", CAPTURE, "--where", "bin=/tmp/.drill/u", "--denylist", denylist, "--json"))
    assert any("would hide 4 events of these" in gap for gap in document["gaps"])


@pytest.mark.parametrize(
    ("arguments", "code", "words"),
    [
        ((), 2, "either --exec-id or --where"),
        (("--exec-id", "bm9uZQ=="), 2, "no event names the exec id"),
        (("--where", "bin=/no/such"), 1, "selects no event"),
    ],
)
def test_a_chain_of_nothing_is_refused(arguments: tuple[str, ...], code: int, words: str, tetratui: Verb) -> None:
    done = tetratui("chain", CAPTURE, *arguments)
    assert done.returncode == code
    assert words in done.stderr


def test_hunt_names_the_chain_with_its_reasons(tetratui: Verb) -> None:
    chains = read_json(tetratui("hunt", CAPTURE, "--json"))["chains"]
    attack = next(chain for chain in chains if "/tmp/.drill/u" in chain["command"] and "chmod" in chain["command"])
    assert {"service-shell", "T1036.005", "network"} <= {reason["kind"] for reason in attack["reasons"]}
    assert all(len(chain["reasons"]) >= 2 for chain in chains)


def test_techniques_are_asked_for_and_counted(tetratui: Verb) -> None:
    counts = dict(read_json(tetratui("stats", CAPTURE, "--json"))["techniques"])
    assert counts["T1036.005"] == 2
    exact = read_json(tetratui("stats", CAPTURE, "--where", "technique=T1036.005", "--json"))
    assert exact["events"] == 2
    whole = read_json(tetratui("stats", CAPTURE, "--where", "technique:T1087", "--json"))
    assert whole["events"] == counts["T1087.001"]


def test_rules_for_the_template_fire_step_by_step(tetratui: Verb, tmp_path: Path) -> None:
    made = read_json(tetratui("wazuh", "chain", "--out", tmp_path, "--json"))
    decoder, rules = made["files"]
    document = read_json(
        tetratui(
            "wazuh",
            "match",
            rules,
            "--decoders",
            decoder,
            "--events",
            DATA / "wazuh/chain/0012-tetragon-chain.jsonl",
            "--rows",
            "--json",
        )
    )
    assert document["cautions"] == []
    assert [level for _, _, level in document["matches"][:5]] == [8, 10, 11, 13, 15]
    assert tetratui("wazuh", "check", rules, "--decoders", decoder).returncode == 0


def test_rules_from_a_chain_fire_on_it(tetratui: Verb, tmp_path: Path) -> None:
    made = read_json(tetratui("wazuh", "chain", CAPTURE, "--where", "bin=/tmp/.drill/u", "--out", tmp_path, "--json"))
    decoder, rules = made["files"]
    document = read_json(
        tetratui("wazuh", "match", rules, "--decoders", decoder, "--events", CAPTURE, "--rows", "--json")
    )
    fired = {rule for _, rule, _ in document["matches"]}
    assert {rule["rule"] for rule in made["rules"]} <= fired
    assert made["left_out"]


def test_a_draft_names_the_chains_that_would_lose_a_link(tetratui: Verb, tmp_path: Path) -> None:
    done = tetratui(
        "draft", CAPTURE, "--where", "bin=/usr/bin/wc", "--scope", "binary", "--reason", "test", "--include", "all",
        "--out", tmp_path, "--json",
    )  # fmt: skip
    lost = json.loads(done.stdout)["lost_links"]
    assert [(link["links"], link["execs"]) for link in lost] == [(1, 18)]
    assert "/tmp/.drill/u" in lost[0]["command"]
    assert "would lose 1 of 18 execs" in done.stderr


@pytest.mark.parametrize(("binary", "lost"), [("curl", [730011, 730021, 730031, 730041]), ("id", [])])
def test_a_list_that_hides_a_step_loses_the_rules_of_the_chain(
    binary: str, lost: list[int], tetratui: Verb, tmp_path: Path
) -> None:
    denylist = tmp_path / "list"
    denylist.write_text(f'{{"binary_regex":["^/usr/bin/{binary}$"]}}\n')
    chain = DATA / "wazuh" / "chain"
    document = read_json(
        tetratui("impact", denylist, chain / "0012-tetragon-chain.jsonl", "--rules", chain / "0012-tetragon-chain.xml",
                 "--decoders", chain / "decoders", "--json")
    )  # fmt: skip
    assert document["dropped_count"] > 0
    assert [detection["rule"] for detection in document["lost_detections"]] == lost
