"""From drafts to files: what they say together, what is proved, and what is said when something cannot be."""

from __future__ import annotations

import gzip
from dataclasses import replace
from datetime import date
from pathlib import Path

import orjson
import pytest

from tetratui.core.errors import RefusedError, UsageError
from tetratui.core.events.kinds import Kind
from tetratui.core.exclusion import Exclusion, Pattern, SocketMatch
from tetratui.core.export.cluster_instructions import MANIFESTS
from tetratui.core.export.equivalence import compare_rules_with_filters
from tetratui.core.export.export_item import items_of
from tetratui.core.export.file_set import EVERY_FILE, Choices, files
from tetratui.core.export.sidecar import key_of, read
from tetratui.core.table import EventTable, build_table
from tetratui.core.tetragon import LATEST, Version, canonical_text
from tetratui.core.tetragon import read as read_list
from tetratui.core.tetragon.manifest.chart import CLUSTER_EXPORT_FILE, ManifestForm
from tetratui.core.tuning.draft import Draft
from tetratui.core.wazuh.engine.load.ruleset import Ruleset
from tetratui.core.wazuh.rule_ids import ids_in

LINES = gzip.decompress((Path(__file__).parents[2] / "data/export/varied.log.gz").read_bytes()).split(b"\n")[:-1]
BOTH = (Kind.EXEC, Kind.EXIT)
DATE = Exclusion(BOTH, binary=(Pattern.exactly("/usr/bin/date"),))
SCRAPE = Exclusion((Kind.KPROBE,), socket=SocketMatch(("203.0.113.0/24",), (9100,)))
DRAFTS = [
    Draft("a1", (DATE,), "command", "a clock", "anna", date(2027, 1, 31), ("server01",)),
    Draft("a2", (SCRAPE,), "destination", "metrics", hosts=("server01",)),
]


GOLDEN = Path(__file__).parents[2] / "golden" / "set"
LIMITED = b'{"event_set": ["PROCESS_EXIT"], "binary_regex": ["^/usr/bin/true$"]}'


@pytest.mark.parametrize("name", EVERY_FILE)
def test_every_file_is_the_one_that_was_reviewed(name: str) -> None:
    assert reviewed()[name].decode() == (GOLDEN / name).read_text()


@pytest.mark.parametrize("form", ["helm", "configmap"])
def test_the_files_for_a_cluster_are_the_reviewed_ones(form: ManifestForm) -> None:
    made = files(DRAFTS, Choices(existing=LIMITED, form=form, export_file=CLUSTER_EXPORT_FILE)).files
    folder = GOLDEN.parent / "set-kubernetes"
    name = MANIFESTS[form]
    assert tuple(made) == ("export-denylist", name, *EVERY_FILE[1:])
    assert made[name].decode() == (folder / name).read_text()
    assert made["README.md"].decode() == (folder / f"README-{form}.md").read_text()


def reviewed() -> dict[str, bytes]:
    too_long = Draft("a3", (Exclusion(BOTH, arguments=(Pattern.exactly("x" * 21_000),)),), "exact", hosts=("server01",))
    made = files([*DRAFTS, too_long], Choices(existing=LIMITED, ignore=True))
    short = {name: text.replace(b"x" * 21_000, b"x") for name, text in made.files.items()}
    # The entry's key hashes the long text; it is of no interest here.
    return {**short, "drafts.json": files(DRAFTS).files["drafts.json"]}


@pytest.fixture(scope="module")
def table() -> EventTable:
    return build_table(LINES)


@pytest.mark.parametrize("mode", ["standalone", "overlay"])
def test_filters_drop_and_rules_silence_the_same_events(mode: str, table: EventTable) -> None:
    made = files(DRAFTS, Choices(mode=mode), table)  # type: ignore[arg-type]
    assert made.equivalence is not None
    assert (made.equivalence.match, made.notes, tuple(made.files)) == (True, (), EVERY_FILE)
    dropped = read_list(made.files["export-denylist"]).first_matches(table)
    assert made.equivalence.dropped == int((dropped >= 0).sum()) > 0


def test_the_existing_list_keeps_its_bytes_and_the_same_drafts_give_the_same_files() -> None:
    existing = b'{"event_set": ["PROCESS_EXIT"],\r\n "pid":[1]}'
    made = files(DRAFTS, Choices(existing=existing))
    assert made.files["export-denylist"].startswith(existing + b"\n{")
    assert files(DRAFTS, Choices(existing=existing)).files == made.files
    again = files(DRAFTS, Choices(existing=made.files["export-denylist"]))
    assert again.files["export-denylist"] == made.files["export-denylist"]


def test_a_list_that_tetragon_refuses_is_not_written_over() -> None:
    with pytest.raises(RefusedError, match="existing list is refused"):
        files(DRAFTS, Choices(existing=b"# a comment"))


def test_reasons_are_kept_beside_what_was_known() -> None:
    known = {"x": next(iter(read(files(DRAFTS).files["drafts.json"]).values()))}
    sidecar = read(files(DRAFTS, Choices(sidecar=known)).files["drafts.json"])
    reason = sidecar[key_of(canonical_text(files(DRAFTS).filters[0]))]
    assert (reason.reason, reason.owner, reason.expiry, reason.hosts) == (
        "a clock",
        "anna",
        date(2027, 1, 31),
        ("server01",),
    )
    assert "x" in sidecar


def test_ids_of_the_operators_rules_are_left_alone() -> None:
    theirs = b'<group name="a,"><rule id="710005" level="3"><match>a</match><description>b</description></rule></group>'
    made = files(DRAFTS, Choices(rules={"local_rules.xml": theirs}))
    assert ids_in(made.files["0011-tetratui.xml"]).isdisjoint({710005})
    loaded = Ruleset.of({"0011-tetratui.xml": made.files["0011-tetratui.xml"], "local_rules.xml": theirs})
    assert (loaded.errors, loaded.warnings) == ([], [])


def test_detections_that_our_base_set_would_put_in_the_dark_are_named() -> None:
    theirs = b"""<group name="a,"><rule id="700029" level="10"><decoded_as>json</decoded_as>
      <field name="process_exec.process.binary">/rm$</field><description>d</description></rule>
      <rule id="700030" level="12"><if_sid>700029</if_sid><description>d</description></rule>
      <rule id="700031" level="3"><decoded_as>json</decoded_as><field name="other">a</field>
      <description>d</description></rule>
      </group>"""
    own = files(DRAFTS, Choices(rules={"tetragon.xml": theirs}))
    assert [note.split(" never")[0] for note in own.notes] == [
        "with our base set, 1 rules of tetragon.xml (700029) and what hangs under them"
    ]
    assert b"700029" in own.files["README.md"]
    assert files(DRAFTS, Choices(mode="overlay", rules={"tetragon.xml": theirs})).notes == ()


def test_what_the_version_cannot_say_is_silenced_in_wazuh_only_and_said(table: EventTable) -> None:
    made = files(DRAFTS, Choices(version=Version.parse("1.3.0")), table)
    assert [made.targets(part) for part in range(2)] == [["denylist", "wazuh"], ["wazuh"]]
    assert made.equivalence is not None
    assert made.equivalence.match
    assert "no filter" in made.notes[0]
    assert b"no filter" in made.files["README.md"]
    assert b"datagram_connect" not in made.files["network-monitoring.yaml"]


def test_without_hosts_there_is_no_suppression_rule_unless_a_reason_allows_all(table: EventTable) -> None:
    nowhere = [replace(draft, hosts=()) for draft in DRAFTS]
    made = files(nowhere, Choices(), table)
    assert made.equivalence is not None
    assert (made.targets(0), made.equivalence.match, made.equivalence.extra) == (["denylist"], False, ())
    assert {"no rule could be written"} == {one.reason.split(" (")[0] for one in made.equivalence.missing}
    everywhere = files(nowhere, Choices(all_hosts="one image for all"), table)
    assert everywhere.equivalence is not None
    assert everywhere.equivalence.match
    assert b"node_name" not in everywhere.files["0011-tetratui.xml"].split(b"draft a1")[1]
    with pytest.raises(UsageError, match="reason"):
        Choices(all_hosts=" ")


def test_events_of_other_hosts_and_overlong_lines_are_missing_with_their_reason() -> None:
    event = orjson.loads(next(line for line in LINES if b'"binary":"/usr/bin/date"' in line and b"_exec" in line))
    other = orjson.dumps({**event, "node_name": "server02"})
    event["process_exec"]["process"]["cwd"] = "x" * 70_000
    lines = [b"bad", orjson.dumps(event), b'{"test":{}}', LINES[0], other]
    made = files(DRAFTS[:1], Choices(), build_table(lines))
    assert made.equivalence is not None
    assert [(one.row, one.source_row, one.reason[:22]) for one in made.equivalence.missing] == [
        (0, 1, "the agent loses this l"),
        (3, 4, "it is from a host that"),
    ]


def test_a_suppression_rule_that_silences_too_much_is_found_and_left_out(table: EventTable) -> None:
    parts = items_of(DRAFTS, LATEST)
    made = files(DRAFTS, table=table)
    assert made.equivalence is not None
    honest, first = made.rules, made.equivalence.first_item
    greedy = replace(honest, data=honest.data.replace(rb"\A/usr/bin/date\z", b"date|bash"))
    proof = compare_rules_with_filters(parts, greedy, table, first)
    assert proof.extra
    assert set(proof.too_much) == {0}
    hostless = replace(honest, data=honest.data.replace(rb"\Aserver01\z", b""))
    assert {one.reason for one in compare_rules_with_filters(parts, hostless, table, first).extra} == {
        "it silences other hosts too"
    }


def test_many_events_are_compared_by_their_kinds_of_line(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("tetratui.core.export.equivalence.EVERY_LINE_UP_TO", 100)
    many = build_table([line for line in LINES for _ in range(3)])
    made = files(DRAFTS, Choices(), many)
    assert made.equivalence is not None
    assert made.equivalence.match
    assert made.equivalence.sent < made.equivalence.held == len(LINES) * 3


def test_written_files_stand_and_show_no_difference(tmp_path: Path) -> None:
    made = files(DRAFTS)
    assert set(made.differences(tmp_path)) == set(EVERY_FILE)
    made.write(tmp_path / "out", tmp_path / "backups")
    assert made.differences(tmp_path / "out") == {}
    assert {path.name for path in (tmp_path / "out").iterdir()} == set(EVERY_FILE)


def test_ignore_lines_come_only_when_asked_for() -> None:
    assert b"<ignore" not in files(DRAFTS).files["ossec-localfile.xml"]
    assert files(DRAFTS, Choices(ignore=True)).files["agent-group.conf"].count(b"<ignore") == 2


def test_hostile_notes_do_not_act_in_the_readme() -> None:
    long = Exclusion(BOTH, arguments=(Pattern.exactly("x" * 21_000),))
    made = files([Draft("<b>\x1b[31m|`", (long,), "command", hosts=("server01",))])
    text = made.files["README.md"].decode()
    assert r"draft \<b\>?\[31m\|\`" in text
    assert "\x1b" not in text
