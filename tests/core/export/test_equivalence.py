"""The equivalence proof: the noisiest groups of a capture, and what the agent loses on the way."""

from __future__ import annotations

import gzip
from pathlib import Path

import orjson
import pytest

from tetratui.core.events.kinds import Kind
from tetratui.core.exclusion import Exclusion, Pattern
from tetratui.core.export.file_set import Choices, files
from tetratui.core.noise.groups import Board
from tetratui.core.table import EventTable, build_table
from tetratui.core.tuning.draft import Draft
from tetratui.core.tuning.scopes.scopes import scopes_of
from tetratui.core.wazuh.engine.formats.agent_reader import PIECE, AgentReader
from tetratui.core.wazuh.engine.load.ruleset import Ruleset

CAPTURE = Path(__file__).parents[2] / "data" / "captures" / "server.log.gz"


@pytest.fixture(scope="module")
def table() -> EventTable:
    return build_table(gzip.decompress(CAPTURE.read_bytes()).split(b"\n")[:-1])


@pytest.fixture(scope="module")
def drafts(table: EventTable) -> list[Draft]:
    """The narrowest safe draft of each of the five noisiest groups."""
    board = Board()
    board.update(table)
    found = []
    for number, group in enumerate(board.groups(5)):
        steps = scopes_of(table, board.rows(group))
        scope = steps[steps.default or "caller"]
        found.append(Draft(f"g{number}", scope.exclusions, scope.name, "noise", hosts=("server01",)))
    return found


@pytest.mark.parametrize("mode", ["standalone", "overlay"])
@pytest.mark.parametrize("number", range(5))
def test_the_suppression_rule_of_each_of_the_five_noisiest_groups_is_exact(
    number: int, mode: str, table: EventTable, drafts: list[Draft]
) -> None:
    made = files([drafts[number]], Choices(mode=mode), table)  # type: ignore[arg-type]
    assert made.equivalence is not None
    assert made.equivalence.dropped > 0
    assert (made.equivalence.missing, made.equivalence.extra, made.rules.refusals) == ((), (), {})
    loaded = Ruleset.of({"0011-tetratui.xml": made.files["0011-tetratui.xml"]}, beside_stock=True)
    assert (loaded.loads, loaded.errors, loaded.warnings, loaded.unknown) == (True, [], [], [])


def event(number: int, arguments: str = "x") -> bytes:
    process = {"exec_id": f"c2VydmVyMDE6{number}", "pid": number, "binary": "/usr/bin/date", "arguments": arguments}
    time = f"2026-11-23T19:12:{number:02}Z"
    return orjson.dumps({"process_exec": {"process": process}, "node_name": "server01", "time": time})


def overlong(number: int, length: int) -> bytes:
    short = event(number)
    return event(number, "x" * (length - len(short) + 1))


@pytest.mark.parametrize(
    "lines",
    [
        [event(1), overlong(2, PIECE + 1), event(3), event(4), event(5)],
        [event(1), overlong(2, PIECE), event(3), event(4)],
        [overlong(1, PIECE + 9), b"bad", event(3), b"bad", event(5), event(6)],
        [overlong(1, PIECE + 9), event(2), b"bad", event(4)],
        [overlong(1, PIECE + 9), overlong(2, PIECE + 9), event(3), event(4), event(5)],
        [overlong(1, PIECE * 2 + 9), event(2)],
    ],
)
def test_lines_that_the_agent_loses_are_missing_with_that_reason_and_no_others(lines: list[bytes]) -> None:
    table = build_table(lines)
    dates = Exclusion((Kind.EXEC,), binary=(Pattern.exactly("/usr/bin/date"),))
    made = files([Draft("d", (dates,), "binary", "all of them", hosts=("server01",))], Choices(), table)
    proof = made.equivalence
    assert proof is not None
    reader = AgentReader()
    lost = [row for row, line in enumerate(lines) if reader.read(line).line is None and line != b"bad"]
    told = [one.source_row for one in proof.missing if one.reason.startswith("the agent loses this line")]
    assert told == lost
    assert proof.extra == ()


def test_a_value_too_long_for_a_rule_is_named_and_the_other_events_are_silenced() -> None:
    long = "-d " + "v" * 21_000
    table = build_table([*(event(number, "+%s") for number in range(1, 6)), event(7, long)])
    exclusion = Exclusion((Kind.EXEC,), arguments=(Pattern.exactly("+%s"), Pattern.exactly(long)))
    made = files([Draft("d1", (exclusion,), "command", "noise", hosts=("server01",))], Choices(), table)
    assert made.equivalence is not None
    assert [one.reason for one in made.equivalence.missing] == ["a text of it is longer than a Wazuh rule takes"]
    assert made.equivalence.extra == ()
    assert any("the arguments -d vvv" in note and "21,003 characters" in note for note in made.notes)


def test_an_event_of_more_fields_than_the_decoder_takes_loses_its_host_and_that_is_said() -> None:
    labels = {f"team.example/label-{number}": "v" for number in range(300)}
    whole = orjson.loads(event(1))
    block = whole["process_exec"]["process"]
    block["pod"] = {"namespace": "n", "name": "web", "pod_labels": labels, "workload": "web", "workload_kind": "Pod"}
    table = build_table([orjson.dumps(whole)])
    exclusion = Exclusion((Kind.EXEC,), binary=(Pattern.exactly(block["binary"]),))
    made = files([Draft("d1", (exclusion,), "binary", "noise", hosts=("server01",))], Choices(), table)
    assert made.equivalence is not None
    (missing,) = made.equivalence.missing
    assert missing.reason == "over 256 fields: Wazuh loses node_name; --all-hosts would silence them"
