"""The verb and the Review screen answer alike: the same drafts give the same target, files, impact and detections."""

from __future__ import annotations

import json
from collections.abc import Callable
from pathlib import Path
from subprocess import CompletedProcess

import numpy as np
import pytest

from tetratui.core.config import Config
from tetratui.core.config.model import Tetragon, Wazuh
from tetratui.core.query import parse
from tetratui.core.table import load
from tetratui.core.tetragon.agent.agent_config import ETC_FOLDER
from tetratui.core.tuning.draft_request import DraftRequest, draft_events
from tetratui.core.tuning.marks import Marks
from tetratui.core.tuning.tuning_context import TuningContext
from tetratui.core.workspace.export_plan import ExportRequest, write_plan
from tetratui.core.workspace.review import review
from tetratui.core.workspace.target import configured_target, resolve_target
from tetratui.core.workspace.workspace import Workspace

CAPTURES = Path(__file__).parents[2] / "data" / "captures"
QUERY = "bin=/usr/bin/curl parent=/usr/local/bin/metrics-agent.sh"
RULES = (
    b'<group name="local,"><rule id="100200" level="10"><decoded_as>json</decoded_as>'
    b'<field name="process_exec.process.binary">curl</field><description>curl ran</description></rule></group>'
)


@pytest.mark.parametrize("mode", ["standalone", "overlay"])
@pytest.mark.parametrize("version", ["1.3.0", "1.7.0"])
def test_the_same_drafts_become_the_same_files_impact_and_lost_detections(
    mode: str, version: str, tmp_path: Path, tetratui: Callable[..., CompletedProcess[str]]
) -> None:
    rules = tmp_path / "local_rules.xml"
    rules.write_bytes(RULES)
    by_verb, by_screen = tmp_path / "verb", tmp_path / "screen"
    capture = CAPTURES / "server.log.gz"
    options = ("--mode", mode, "--rules", rules, "--tetragon", version, "--enable", "", "--out", by_verb, "--json")
    ended = tetratui("draft", capture, "--where", QUERY, *options)
    assert ended.returncode == 0, ended.stderr
    told = json.loads(ended.stdout)

    table = load([capture])
    config = Config(tetragon=Tetragon(version=version, enable=""), wazuh=Wazuh(mode=mode, rules=rules))  # type: ignore[arg-type]
    workspace = Workspace(table, config=config, sidecar=by_screen / "drafts.json", out=by_screen)
    rows = np.flatnonzero(parse(QUERY).mask(table)) + table.first
    drafts = draft_events(TuningContext(table), rows, DraftRequest()).drafts
    looked_at = review(
        drafts,
        table,
        Marks(),
        configured_target(workspace),
        ExportRequest(by_screen, mode=mode),  # type: ignore[arg-type]
    )
    write_plan(looked_at.plan, by_screen, workspace.sidecar)

    assert {path.name: path.read_bytes() for path in by_verb.iterdir()} == {
        path.name: path.read_bytes() for path in by_screen.iterdir()
    }
    plan = looked_at.plan
    assert (
        [lost["rule"] for lost in told["lost_detections"]] == [lost.rule for lost in plan.lost_detections] == [100200]
    )
    impact = plan.impact
    assert (told["impact"]["dropped"], told["impact"]["commands"]) == (impact.dropped, impact.commands)
    assert impact.dropped > 0
    compared = plan.files.equivalence
    assert compared is not None
    assert told["wazuh"]["match"] == compared.match


@pytest.mark.parametrize("enable", [None, "ancestors", ""])
@pytest.mark.parametrize("version", [None, "1.5.0"])
def test_verb_and_screen_decide_for_the_same_sensor(enable: str | None, version: str | None, tmp_path: Path) -> None:
    folder = tmp_path / ETC_FOLDER
    folder.mkdir(parents=True)
    (folder / "enable-process-cred").write_text("true")
    config = Config(tetragon=Tetragon(version=version, enable=enable))
    by_screen = configured_target(Workspace(load([CAPTURES / "disk-full.log.gz"]), config=config), root=tmp_path)
    by_verb = resolve_target(version, enable, root=tmp_path)
    assert (by_screen.version, by_screen.features) == (by_verb.version, by_verb.features)
    assert by_verb.features.process_cred == (enable is None)
