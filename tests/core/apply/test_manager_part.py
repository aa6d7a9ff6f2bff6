"""Rules on a manager: put, tried, reloaded, taken back; whatever ends it, the old or the new file is in force."""

from __future__ import annotations

import os
import pickle
import shutil
import signal
import tempfile
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path

import httpx
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from sensor.world_clock import StandingClock
from stand_ins.manager_api import ERRS, STOPS, WARNS, ManagerApi, respond
from tetratui.core.apply.change import AppliedChange, ChangeState, Operator
from tetratui.core.apply.change_journal import ChangeJournal
from tetratui.core.apply.keeper import keep
from tetratui.core.apply.manager_part import ManagerPart
from tetratui.core.apply.manager_plan import choose_lines, plan_manager
from tetratui.core.apply.operation import Dialogue, Operation
from tetratui.core.apply.plan import ApplyPlan
from tetratui.core.errors import TetratuiError
from tetratui.core.wazuh.client.manager import Account, Manager
from tetratui.core.wazuh.rule_ids import RULE_FILE

ACCOUNT = Account("https://manager:55000", "wazuh", "a-pass-word")
FORM = b"""<!-- %s -->
<group name="tetragon,">
  <rule id="710000" level="0">
    <decoded_as>json</decoded_as>
    <field name="process_exec.process.binary" type="pcre2">\\A\\x2Fusr\\x2Fbin\\x2F%s\\z</field>
    <description>suppressed</description>
  </rule>
</group>
"""
OLD = FORM % (b"old", b"date")
NEW = FORM % (b"new", b"cut")
EVENT = (
    b'{"process_exec":{"process":{"exec_id":"eA==","binary":"/usr/bin/%s"}},"node_name":"n",'
    b'"time":"2026-11-28T12:00:00Z"}\n'
)


class Site:
    """A manager and the journal of the host that changes its rules."""

    def __init__(self, folder: Path, former: bytes | None = OLD) -> None:
        self.folder, self.former = folder, former
        self.api = ManagerApi({} if former is None else {RULE_FILE: former})
        self.clock = StandingClock(folder / "clock")
        self.journal = ChangeJournal(folder / "changes")
        self.export: Path | None = None

    def connect(self, account: Account) -> Manager:
        return Manager(account, httpx.MockTransport(self.api))

    def plan(self, rules: bytes | None = NEW) -> ApplyPlan:
        plan = ApplyPlan(self.journal.new_id(self.clock.now()), "here", self.folder)
        plan_manager(plan, ACCOUNT, RULE_FILE, rules, self.journal, self.export, self.connect)
        return plan

    def apply(self, plan: ApplyPlan, dialogue: Dialogue | None = None) -> AppliedChange:
        operation = Operation(
            self.journal,
            plan,
            Operator("tester", "here"),
            "a test",
            5.0,
            clock=self.clock,  # type: ignore[arg-type]
            start_keeper=lambda change, journal, secret: secret,
        )
        with self.journal.lock():
            return operation.run(dialogue or Dialogue(ask=lambda left: True))

    def recover(self) -> None:
        for change_id in self.journal.ids():
            keep(self.journal, change_id, self.clock, self.make_parts)  # type: ignore[arg-type]

    def make_parts(self, change: AppliedChange) -> list[ManagerPart]:
        parts = [ManagerPart.from_facts(facts, "a-pass-word") for facts in change.parts]
        for part in parts:
            part.connect = self.connect
        return parts

    def check(self, new: bytes | None = NEW) -> None:
        text = self.api.files.get(RULE_FILE)
        assert text in {self.former, new}
        assert self.api.in_force.get(RULE_FILE) == text, "the manager runs with other rules than it has on its disk"
        assert self.api.starts()


@pytest.fixture
def site(tmp_path: Path) -> Site:
    return Site(tmp_path)


@contextmanager
def temporary_site(former: bytes | None) -> Iterator[Site]:
    folder = Path(tempfile.mkdtemp(dir="/dev/shm" if os.access("/dev/shm", os.W_OK) else None))
    try:
        yield Site(folder, former)
    finally:
        shutil.rmtree(folder)


def test_rules_are_put_tried_and_reloaded(site: Site) -> None:
    change = site.apply(site.plan())
    assert change.state is ChangeState.CONFIRMED
    assert [step.state for step in change.steps] == ["done"] * 4
    site.check()
    assert site.api.files[RULE_FILE] == NEW
    assert site.api.overwrites() == ["true"]
    assert "a-pass-word" not in (site.journal.folder / f"{change.id}.json").read_text()


def test_a_new_file_is_never_put_with_overwrite(tmp_path: Path) -> None:
    site = Site(tmp_path, None)
    assert site.apply(site.plan()).state is ChangeState.CONFIRMED
    assert site.api.overwrites() == ["false"]


def test_nothing_is_done_where_the_manager_has_the_rules(site: Site) -> None:
    plan = site.plan(OLD)
    assert plan.is_empty
    assert "holds these rules already" in plan.in_force_already[0]


@pytest.mark.parametrize("former", [OLD, None])
@pytest.mark.parametrize("word", [STOPS, ERRS])
def test_a_refused_file_is_taken_back(tmp_path: Path, former: bytes | None, word: bytes) -> None:
    site = Site(tmp_path, former)
    change = site.apply(site.plan(FORM % (word, b"cut")))
    assert change.state is ChangeState.REVERTED
    assert site.api.files.get(RULE_FILE) == former
    site.check()


def test_a_warning_is_told(site: Site) -> None:
    new = FORM % (WARNS, b"cut")
    change = site.apply(site.plan(new))
    assert "7617" in change.steps[-1].message
    site.check(new)


def test_a_failed_reload_takes_the_file_back(site: Site) -> None:
    plan = site.plan()
    site.api.failures["PUT /manager/analysisd/reload"] = respond({"error": 1, "message": "no", "data": {}})
    site.api.after = lambda call, request: site.api.failures.clear() if call.endswith("reload") else None
    change = site.apply(plan)
    assert change.state is ChangeState.REVERTED
    site.check()


def test_rules_that_changed_since_they_were_shown_are_not_replaced(site: Site) -> None:
    plan = site.plan()
    site.api.files[RULE_FILE] = site.api.in_force[RULE_FILE] = other = FORM % (b"other", b"id")
    change = site.apply(plan)
    assert "has changed since it was shown" in change.outcome
    assert site.api.files[RULE_FILE] == other


def test_one_silenced_and_one_kept_event_are_tried(site: Site, monkeypatch: pytest.MonkeyPatch) -> None:
    site.export = site.folder / "tetragon.log"
    site.export.write_bytes(EVENT % b"cut" + EVENT % b"id")
    lines = choose_lines(site.export, RULE_FILE, NEW)
    assert lines.silenced is not None
    assert b"/usr/bin/cut" in lines.silenced
    assert lines.rule == 710000
    # This manager gives every line rule 710001: the silenced one is not silenced there.
    change = site.apply(site.plan())
    assert change.state is ChangeState.REVERTED
    assert "an event that rule 710000 should silence gets rule 710001" in change.outcome
    site.check()


def test_the_operator_says_no(site: Site) -> None:
    change = site.apply(site.plan(), Dialogue(ask=lambda left: False))
    assert change.state is ChangeState.REVERTED
    site.check()
    assert site.api.files[RULE_FILE] == OLD


def run_and_die(site: Site, plan: ApplyPlan, act: Callable[[], None], at: int, before: bool) -> None:
    """Apply in a process of its own, in which `act` happens at the request of this number."""
    state = site.folder / "api"
    count = 0

    def store(call: str, request: httpx.Request) -> None:
        api = site.api
        state.write_bytes(pickle.dumps((api.files, api.in_force, api.open_sessions, api.locked_sessions)))

    def on_request(call: str, request: httpx.Request) -> None:
        nonlocal count
        count += 1
        if before and count == at:
            act()

    def on_answer(call: str, request: httpx.Request) -> None:
        store(call, request)
        if not before and count == at:
            act()

    site.api.before, site.api.after = on_request, on_answer
    child = os.fork()
    if child == 0:
        try:
            site.apply(plan)
        except TetratuiError:
            pass
        finally:
            os._exit(0)
    os.waitpid(child, 0)
    if state.exists():
        site.api.files, site.api.in_force, site.api.open_sessions, site.api.locked_sessions = pickle.loads(
            state.read_bytes()
        )
    site.api.before = site.api.after = lambda call, request: None


def die() -> None:
    os.kill(os.getpid(), signal.SIGKILL)


def lose_connection() -> None:
    raise httpx.ConnectError("connection reset")


@settings(max_examples=int(os.environ.get("TETRATUI_SWEEP", "25")), deadline=None)
@given(
    former=st.sampled_from([OLD, None]),
    word=st.sampled_from([b"new", b"new", WARNS, STOPS, ERRS]),
    act=st.sampled_from([die, die, lose_connection]),
    at=st.integers(1, 22),
    before=st.booleans(),
)
def test_whatever_ends_it(former: bytes | None, word: bytes, act: Callable[[], None], at: int, before: bool) -> None:
    new = FORM % (word, b"cut")
    with temporary_site(former) as site:
        plan = site.plan(new)
        plan.check()
        run_and_die(site, plan, act, at, before)
        site.recover()
        site.check(new)
        changes = site.journal.changes()
        assert all(change.state.is_finished for change in changes)
        for change in changes:
            assert (change.state is ChangeState.CONFIRMED) == (site.api.files.get(RULE_FILE) == new)
        assert len(site.api.locked_sessions) <= 2
        assert site.api.files.get(RULE_FILE) != new or word in {b"new", WARNS}
