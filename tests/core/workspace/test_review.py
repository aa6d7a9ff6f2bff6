"""What is looked at before files are written: impact, keeps, attack samples, samples with rules, the difference."""

from __future__ import annotations

import gzip
from pathlib import Path

import pytest

from tetratui.core.errors import RefusedError, SourceError
from tetratui.core.events.kinds import Kind
from tetratui.core.exclusion import Exclusion, Pattern
from tetratui.core.export.file_set import EVERY_FILE
from tetratui.core.export.instructions import DENYLIST, SIDECAR
from tetratui.core.export.sidecar import Reason, key_of, read_file, write
from tetratui.core.table import EventTable, build_table
from tetratui.core.tuning.draft import Draft
from tetratui.core.tuning.marks import Marks, Verdict
from tetratui.core.wazuh.write.suppression import Mode
from tetratui.core.workspace.export_plan import ExportRequest
from tetratui.core.workspace.review import Review, review, write_review
from tetratui.core.workspace.target import Target

LINES = gzip.decompress((Path(__file__).parents[2] / "data/export/varied.log.gz").read_bytes()).split(b"\n")[:-1]
BOTH = (Kind.EXEC, Kind.EXIT)
DATE = Draft(
    "d1", (Exclusion(BOTH, binary=(Pattern.exactly("/usr/bin/date"),)),), "binary", "a clock", hosts=("server01",)
)


@pytest.fixture(scope="module")
def table() -> EventTable:
    return build_table(LINES)


def looked(
    table: EventTable, folder: Path, marks: Marks | None = None, target: Target | None = None, mode: Mode = "standalone"
) -> Review:
    return review([DATE], table, marks or Marks(), target or Target(), ExportRequest(folder, mode=mode))


def rows_of(table: EventTable, binary: str) -> list[int]:
    return [row for row in range(table.first, table.stop) if table.event(row).binary == binary]


def test_the_impact_is_what_the_filters_drop(table: EventTable, tmp_path: Path) -> None:
    found = looked(table, tmp_path)
    assert found.whole.dropped == found.each[0].dropped == len(rows_of(table, "/usr/bin/date")) > 0
    assert found.plan.files.equivalence is not None
    assert found.plan.files.equivalence.match
    assert found.blocked is None
    assert set(found.differences) == set(EVERY_FILE)


def test_a_written_folder_has_no_difference(table: EventTable, tmp_path: Path) -> None:
    looked(table, tmp_path).plan.files.write(tmp_path, tmp_path / "backups")
    again = review([], table, Marks(), Target(), ExportRequest(tmp_path))
    assert DENYLIST not in again.differences


def test_an_event_marked_keep_or_threat_blocks_the_writing(table: EventTable, tmp_path: Path) -> None:
    for verdict in (Verdict.KEEP, Verdict.THREAT):
        marks = Marks().with_rows(verdict, table, rows_of(table, "/usr/bin/date")[:1])
        found = looked(table, tmp_path, marks)
        assert found.keeps_hidden == 1
        assert found.blocked == "it would hide 1 event marked keep or threat"


def test_a_threat_mark_becomes_an_alert_rule(table: EventTable, tmp_path: Path) -> None:
    marks = Marks()
    other = next(row for row in range(table.first, table.stop) if table.event(row).kind is Kind.EXEC)
    marks = Marks().with_rows(Verdict.THREAT, table, [other])
    found = looked(table, tmp_path, marks)
    assert b"threat mark" in found.plan.files.files["0011-tetratui.xml"]
    assert len(found.plan.files.threats) == 1


def test_an_existing_list_is_kept_byte_for_byte(table: EventTable, tmp_path: Path) -> None:
    there = b'{ "binary_regex": ["^/usr/bin/true$"],\n  "event_set": ["PROCESS_EXIT"] }'
    (tmp_path / DENYLIST).write_bytes(there)
    assert looked(table, tmp_path).plan.files.files[DENYLIST].startswith(there)


def test_a_list_that_tetragon_refuses_is_named(table: EventTable, tmp_path: Path) -> None:
    (tmp_path / DENYLIST).write_bytes(b'[{"pid": [1]}]')
    with pytest.raises(RefusedError):
        looked(table, tmp_path)


def test_a_folder_that_cannot_be_read_is_named(table: EventTable, tmp_path: Path) -> None:
    (tmp_path / DENYLIST).mkdir()
    with pytest.raises(SourceError, match="cannot be read"):
        looked(table, tmp_path)


def test_sampled_events_tell_the_rule_they_get_and_the_way_to_it(table: EventTable, tmp_path: Path) -> None:
    found = looked(table, tmp_path)
    dropped = [one for one in found.samples if one.dropped]
    kept = [one for one in found.samples if not one.dropped]
    assert dropped
    assert kept
    assert {one.level for one in dropped} == {0}
    assert {one.alert for one in kept} == {True}
    assert all(one.path[-1] == one.rule for one in found.samples)
    assert all(one.binary == "/usr/bin/date" for one in dropped)


def test_the_operators_alerting_rules_that_would_lose_events_are_named(table: EventTable, tmp_path: Path) -> None:
    rules = tmp_path / "local.xml"
    rules.write_bytes(
        b'<group name="local,"><rule id="100200" level="10"><decoded_as>json</decoded_as>'
        b'<field name="process_exec.process.binary">date</field><description>x</description></rule></group>'
    )
    found = looked(table, tmp_path / "out", target=Target(rules=(rules,)), mode="overlay")
    assert [(one.rule, one.how) for one in found.plan.lost_detections] == [(100200, "seen")]


def test_reasons_kept_in_the_folder_do_not_stop_the_writing(table: EventTable, tmp_path: Path) -> None:
    out, own = tmp_path / "out", tmp_path / "sidecar.json"
    kept = Reason('{"pid":[7]}', owner="ann")
    out.mkdir()
    (out / SIDECAR).write_bytes(write({key_of(kept.filter): kept}))
    found = looked(table, out, target=Target(sidecar=own))
    write_review(found)
    assert read_file(own) == read_file(out / SIDECAR)
    assert read_file(own)[key_of(kept.filter)].owner == "ann"


def test_reasons_of_the_host_that_have_changed_stop_the_writing(table: EventTable, tmp_path: Path) -> None:
    own = tmp_path / "sidecar.json"
    found = looked(table, tmp_path / "out", target=Target(sidecar=own))
    other = Reason('{"pid":[7]}', owner="ann")
    own.write_bytes(write({key_of(other.filter): other}))
    with pytest.raises(RefusedError, match="has changed"):
        write_review(found)
