"""What recurs is found by runs, even intervals, or being seen all the time; the rest stays visible."""

from __future__ import annotations

import base64
import gzip
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import numpy as np
import orjson
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from tetratui.core.table import build_table
from tetratui.core.tetragon import FilterList, build_filter
from tetratui.core.tuning.cover.candidates import decisions
from tetratui.core.tuning.cover.cover import Cover, suggest
from tetratui.core.tuning.cover.recurrence import Bounds
from tetratui.core.tuning.tuning_context import TuningContext

CAPTURES = Path(__file__).parents[3] / "data" / "captures"
BEGIN = datetime(2026, 11, 23, 20, tzinfo=UTC)
INIT = ("/usr/lib/systemd/systemd", "")
SHELL = ("/usr/bin/bash", "")
SCRIPT = "/opt/ops/inventory.sh"
WAYS = (("/usr/bin/bash", SCRIPT), ("/bin/bash", f"{SCRIPT} fast"), (SCRIPT, SCRIPT))
TOOLS = tuple(f"/usr/bin/tool{letter}" for letter in "abcdefghijklmnopqrs")


class Log:
    """Writes events of processes that know who started them."""

    def __init__(self) -> None:
        self.lines: list[bytes] = []
        self._pids = 100

    def process(self, binary: str, arguments: str = "", parent: dict[str, Any] | None = None, **more: Any) -> Any:
        """Make a process block with an exec id of its own."""
        self._pids += 1
        exec_id = base64.b64encode(f"server01:{self._pids}000:{self._pids}".encode()).decode()
        above = {"parent_exec_id": parent["exec_id"]} if parent else {}
        block = {"exec_id": exec_id, "pid": self._pids, "uid": 0, "cwd": "/root", "binary": binary, "flags": "execve"}
        return block | ({"arguments": arguments} if arguments else {}) | above | more

    def write(self, key: str, process: Any, parent: Any, seconds: float, **body: Any) -> None:
        """Write one event."""
        time = (BEGIN + timedelta(seconds=seconds)).isoformat().replace("+00:00", "Z")
        event = {key: {"process": process, "parent": parent, **body}, "node_name": "server01", "time": time}
        self.lines.append(orjson.dumps(event))

    def run(self, command: tuple[str, str], parent: Any, seconds: float) -> Any:
        """Write an exec and its exit."""
        process = self.process(*command, parent)
        self.write("process_exec", process, parent, seconds)
        self.write("process_exit", process, parent, seconds + 0.05)
        return process

    def connect(self, process: Any, parent: Any, seconds: float, address: str, **body: Any) -> None:
        """Write a connection of a process."""
        socket = {"family": "AF_INET", "protocol": "IPPROTO_TCP", "daddr": address, "dport": 443}
        hook = {"function_name": "tcp_connect", "policy_name": "net", "args": [{"sock_arg": socket}]}
        self.write("process_kprobe", process, parent, seconds, **(hook | body))


def suggested(log: Log, cover: float = 1.0, **more: Any) -> tuple[Cover, TuningContext]:
    context = TuningContext(
        build_table(sorted(log.lines, key=lambda line: str(orjson.loads(line)["time"]))), attack_samples=()
    )
    found = suggest(context, cover, **more)
    filters = FilterList.of([build_filter(one.exclusion) for one in found.chosen])
    assert np.array_equal(filters.first_matches(context.table) >= 0, found.mask)
    return found, context


def hidden(log: Log, binary: str, **more: Any) -> int:
    """Count the events of a binary that a suggestion hides."""
    found, context = suggested(log, **more)
    text = context.columns.text["bin"]
    return int(found.mask[[text.text(index) == binary for index in range(len(context.columns))]].sum())


def init(log: Log) -> Any:
    return log.process(*INIT) | {"pid": 1}


def fill(log: Log, seconds: int = 600) -> None:
    """Write a timer that is seen all the time, so that the file is as long as this."""
    loop = log.process("/usr/bin/bash", "/opt/ops/tick.sh", init(log))
    for second in range(0, seconds, 5):
        log.run(("/usr/bin/date", "+%s"), loop, second)


@pytest.mark.parametrize("runs", [6, 10, 15, 25])
@pytest.mark.parametrize("around", [False, True], ids=["alone", "within a longer file"])
def test_a_probe_at_even_intervals_recurs_however_short_it_was_seen(runs: int, around: bool) -> None:
    log = Log()
    shim = log.process("/usr/bin/containerd-shim-runc-v2", "-namespace k8s.io")
    if around:
        fill(log)
    for run in range(runs):
        log.run(("/bin/probe", "-addr=:7070"), shim, 100 + 5 * run)
    assert hidden(log, "/bin/probe") == 2 * runs


def test_a_probe_may_come_a_little_early_or_late_and_take_its_time() -> None:
    log = Log()
    fill(log)
    shim = log.process("/usr/bin/containerd-shim-runc-v2", "-namespace k8s.io")
    for run, late in enumerate((0, 0.5, -0.4, 0.3, 0, -0.4, 0.5, 0.1, -0.3, 0.4)):
        process = log.process("/bin/probe", "-addr=:7070", shim)
        log.write("process_exec", process, shim, 100 + 5 * run + late)
        log.write("process_exit", process, shim, 101.7 + 5 * run + late)
    assert hidden(log, "/bin/probe") == 20


def test_what_a_daemon_starts_now_and_then_does_not_recur() -> None:
    log = Log()
    fill(log)
    daemon = log.process("/usr/sbin/updater", "", init(log))
    for seconds in (300, 302, 309, 310.5, 325, 327):
        log.run(("/usr/bin/unpack", "-x"), daemon, seconds)
    assert hidden(log, "/usr/bin/unpack") == 0


def test_the_one_line_of_a_probe_is_taken_rather_than_all_its_arguments() -> None:
    log = Log()
    for run in range(10):
        log.run(("/bin/probe", "-addr=:7070"), log.process("/usr/bin/kubelet"), 5 * run)
    found, _ = suggested(log)
    assert [(one.scope, one.exclusion.arguments[0].literal) for one in found.chosen] == [("exact", "-addr=:7070")]


def inventory(log: Log, at: float, way: tuple[str, str] = WAYS[0], starter: Any = None) -> None:
    """Run the script once: each tool twice, in a forked copy of the script."""
    above = starter or log.process("/usr/sbin/cron", "-f", init(log))
    script = log.run(way, above, at)
    for place, tool in enumerate((*TOOLS, *TOOLS)):
        copy = log.process(*way, script)
        log.run((tool, "-q"), copy, at + place / 20)


def test_a_script_seen_in_three_runs_is_one_filter_and_one_decision() -> None:
    log = Log()
    for run in range(3):
        inventory(log, 100 * run)
    found, _ = suggested(log, 0.8)
    assert found.share >= 0.8
    (one,) = found.chosen
    assert (len(one.exclusion.binary), decisions(one.exclusion)) == (len(TOOLS), 1)


def test_a_script_is_the_same_however_it_was_started() -> None:
    log = Log()
    for run, way in enumerate(WAYS):
        inventory(log, 100 * run, way)
    found, _ = suggested(log, 0.8)
    assert found.share >= 0.8
    assert len(found.chosen) <= len(WAYS)


def test_two_runs_are_not_enough_and_the_option_that_takes_them_is_named() -> None:
    log = Log()
    fill(log)
    for run in range(2):
        inventory(log, 100 * run)
    found, _ = suggested(log)
    assert {one.exclusion.binary[0].literal for one in found.chosen} == {"/usr/bin/date"}
    assert {one.reason for one in found.left if "tool" in one.group} == {
        "seen in 2 runs, 3 are needed; not at even intervals, not all the time"
    }
    assert all(one.include.startswith("--runs 2, ") for one in found.left if "tool" in one.group)
    assert hidden(log, TOOLS[0], bounds=Bounds(runs=2)) == 8


def test_much_in_one_run_does_not_recur() -> None:
    log = Log()
    fill(log)
    inventory(log, 100)
    loop = log.process("/usr/bin/bash", "/tmp/all.sh", init(log))
    for number in range(200):
        log.run(("/usr/bin/ssh", "root@10.0.0.1 id"), loop, 300 + number / 10)
    found, _ = suggested(log)
    assert {one.exclusion.binary[0].literal for one in found.chosen} == {"/usr/bin/date"}


def test_what_a_person_repeats_does_not_recur_even_at_even_intervals() -> None:
    log = Log()
    fill(log)
    shell = log.process(*SHELL, log.process("/usr/sbin/sshd", "-D"))
    for number in range(20):
        log.run(("/usr/bin/ssh", "root@10.0.0.1 id"), shell, 300 + 2 * number)
        inventory(log, 300 + 2 * number, starter=shell)
    assert hidden(log, "/usr/bin/ssh") == 0
    assert hidden(log, TOOLS[0]) == 0


@pytest.mark.parametrize(
    "way", [("/usr/bin/bash", "/tmp/.a/all.sh"), ("/dev/shm/all", ""), ("/usr/bin/bash", "./all.sh")], ids=str
)
def test_what_anybody_may_have_put_there_never_recurs(way: tuple[str, str]) -> None:
    log = Log()
    fill(log)
    for run in range(30):
        script = log.process(*way, log.process("/usr/sbin/cron", "-f", init(log)), cwd="/var/tmp")
        log.run((TOOLS[0], "-q"), script, 10 + 15 * run)
    assert hidden(log, TOOLS[0]) == 0


@pytest.mark.parametrize(("runs", "recurs"), [(4, False), (6, True)])
def test_runs_of_code_given_to_a_shell_count_half(runs: int, recurs: bool) -> None:
    log = Log()
    fill(log)
    server = log.process("/usr/bin/python3", "/srv/app.py")
    for run in range(runs):
        shell = log.run(("/bin/sh", '-c "uname -r; hostname"'), server, 200 + 7 * run * run)
        log.run(("/usr/bin/uname", "-r"), shell, 200.1 + 7 * run * run)
    assert (hidden(log, "/usr/bin/uname") > 0) is recurs


def test_kernel_workers_are_one_caller_whatever_their_names() -> None:
    log = Log()
    fill(log)
    for number in range(5):
        worker = log.process(f"[kworker/u4:{number}-events]", "", log.process("[kthreadd]"))
        log.run(("/sbin/modprobe", "-q -- net-pf-16"), worker, 50 + 11 * number * number)
    assert hidden(log, "/sbin/modprobe", max_scope="command") == 10


def agent(log: Log, runs: int = 8) -> Any:
    """Let an agent connect to one address in every run."""
    loop = log.process("/usr/bin/bash", "/opt/ops/agent.sh", init(log))
    for run in range(runs):
        process = log.run(("/usr/bin/curl", "-s https://203.0.113.7/"), loop, 60 * run)
        log.connect(process, loop, 60 * run + 0.01, "203.0.113.7")
    return loop


def test_hooks_that_recur_are_hidden_by_destination() -> None:
    log = Log()
    agent(log)
    found, _ = suggested(log)
    assert found.share == 1.0
    assert any(one.exclusion.socket is not None or one.exclusion.policies for one in found.chosen)


def test_another_destination_of_the_same_command_stays_visible() -> None:
    log = Log()
    loop = agent(log)
    process = log.run(("/usr/bin/curl", "-s https://203.0.113.7/"), loop, 481)
    log.connect(process, loop, 481.01, "198.51.100.66")
    found, context = suggested(log)
    daddr = context.columns.text["daddr"]
    seen = [daddr.text(index) for index in np.flatnonzero(found.mask).tolist()]
    assert "203.0.113.7" in seen
    assert "198.51.100.66" not in seen
    (left,) = found.left
    assert "NotDAddr and values 198.51.100.66" in left.include


@pytest.mark.parametrize(
    "body",
    [
        {"action": "KPROBE_ACTION_SIGKILL"},
        {"function_name": "security_file_permission", "args": [{"file_arg": {"path": "/etc/shadow"}}]},
    ],
    ids=["a policy that kills", "password hashes"],
)
def test_some_hooks_are_never_noise(body: dict[str, Any]) -> None:
    log = Log()
    loop = log.process("/usr/bin/bash", "/opt/ops/agent.sh", init(log))
    for run in range(20):
        process = log.run(("/usr/bin/curl", "-s https://203.0.113.7/"), loop, 60 * run)
        log.connect(process, loop, 60 * run + 0.01, "203.0.113.7", **body)
    found, context = suggested(log)
    assert not found.mask[context.columns.text["policy"].codes > 0].any()
    assert any(one.include.startswith("never suggested") for one in found.left)


def test_the_file_of_a_hook_tells_its_events_apart() -> None:
    log = Log()
    daemon = log.process("/usr/sbin/updater", "", init(log))
    for number, path in enumerate(["/var/lib/updater/state"] * 20 + ["/etc/crontab"]):
        body = {"function_name": "security_file_permission", "args": [{"file_arg": {"path": path}}]}
        log.connect(daemon, init(log), 60 * number, "", **body)
    found, _ = suggested(log)
    assert found.chosen == ()
    assert any("NotEqual (or NotPrefix)" in one.include for one in found.left)


def test_a_shell_under_a_daemon_is_not_hidden_whatever_it_runs() -> None:
    log = Log()
    cron = log.process("/usr/sbin/cron", "-f", init(log))
    for run in range(30):
        log.run(("/bin/sh", '-c "test -x /usr/sbin/anacron"'), cron, 60 * run)
        log.run(("/bin/sh", '-c "run-parts /etc/cron.hourly"'), cron, 60 * run + 5)
    found, _ = suggested(log, max_scope="subtree")
    assert found.share == 1.0
    assert all(one.exclusion.arguments for one in found.chosen)


def test_a_capture_where_nothing_recurs_gets_a_reason_for_each_group() -> None:
    lines = gzip.decompress((CAPTURES / "docker.log.gz").read_bytes()).split(b"\n")[:-1]
    found = suggest(TuningContext(build_table(lines)), 0.8)
    assert (found.chosen, len(found.left)) == ((), 20)
    assert all(one.reason and one.include for one in found.left)
    assert [one.events for one in found.left] == sorted((one.events for one in found.left), reverse=True)


COMMANDS = st.tuples(st.sampled_from(["/usr/bin/id", "/usr/bin/cat", "/usr/bin/nc"]), st.sampled_from(["", "-l", "/x"]))


@settings(max_examples=25, deadline=None)
@given(st.lists(st.tuples(COMMANDS, st.floats(0, 500)), max_size=25), st.sampled_from(["caller", "subtree"]))
def test_nothing_typed_into_a_shell_for_a_while_is_hidden(typed: list[Any], max_scope: str) -> None:
    log = Log()
    fill(log, 600)
    shell = log.process(*SHELL, log.process("/usr/sbin/sshd", "-D"))
    # All of it within a few seconds, in whatever order and at whatever distances.
    for command, when in typed:
        log.run(command, shell, 300 + when / 100)
    found, context = suggested(log, max_scope=max_scope)
    text = context.columns.text["bin"]
    mine = [
        index
        for index in range(len(context.columns))
        if text.text(index) in {"/usr/bin/id", "/usr/bin/cat", "/usr/bin/nc"}
    ]
    assert len(mine) == 2 * len(typed)
    assert not found.mask[mine].any()
