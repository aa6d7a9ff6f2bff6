"""Restarts of a real agent, replayed: healthy ones are proved, every other one is told by its own reason."""

from __future__ import annotations

import gzip
import re
from pathlib import Path

import pytest

from sensor.world_clock import StandingClock
from tetratui.core.apply import restart_watch
from tetratui.core.apply.agent_control import AgentState
from tetratui.core.apply.log_record import AgentRecord, AgentStart, read_journal, read_starts
from tetratui.core.apply.machine import LocalMachine
from tetratui.core.apply.marker import MarkerCommand, MarkerRun
from tetratui.core.apply.metrics import parse_metrics
from tetratui.core.apply.printed_lists import read_printed
from tetratui.core.apply.restart_watch import NotProvedError, RestartWatch, choose_wait
from tetratui.core.tetragon import LATEST, FilterList, read
from tetratui.core.tetragon.format.versions import ALL_FEATURES

DATA = Path(__file__).parents[2] / "data/agent-journal"
DATE = b'{"event_set":["PROCESS_EXEC"],"binary_regex":["^/usr/bin/date$"]}'
TWO = (
    rb'{"event_set":["PROCESS_EXEC","PROCESS_EXIT"],"binary_regex":["^/usr/bin/date$"],"arguments_regex":["^\\+%s$"]}'
    b"\n"
    rb'{"event_set":["PROCESS_EXEC","PROCESS_EXIT"],"binary_regex":["^/usr/bin/cut$"]}'
)


def read_case(case: str) -> list[AgentRecord]:
    return read_journal(gzip.decompress((DATA / case / "journal.jsonl.gz").read_bytes()))


class ReplayedAgent:
    """Answers as the real programs did at the same second of a transcript."""

    kind = unit = "replay"

    def __init__(self, case: str, clock: StandingClock) -> None:
        words = (DATA / case / "command.txt").read_text().split()
        self._begin, self._returned, self._clock = float(words[2]), float(words[4]), clock
        self._offset = clock.uptime()
        self.records = [AgentRecord(r.pid, r.time, r.text, str(n)) for n, r in enumerate(read_case(case))]
        self._samples = [self._read(line) for line in (DATA / case / "samples.txt").read_text().splitlines()]

    @staticmethod
    def _read(line: str) -> tuple[float, dict[str, str]]:
        time, *pairs = line.split()
        return float(time), dict(pair.split("=", 1) for pair in pairs)

    @property
    def time(self) -> float:
        return self._begin + self._clock.uptime() - self._offset

    def state(self) -> AgentState:
        past = [values for time, values in self._samples if time <= self.time] or [self._samples[0][1]]
        values = past[-1]
        active = values["ActiveState"]
        return AgentState(
            active == "active",
            f"{active} ({values['SubState']})",
            int(values["MainPID"]),
            int(values["NRestarts"]),
            active in {"inactive", "failed"},
        )

    def restart(self) -> None:
        """Return at once; `is_done` tells when the real call did."""

    @property
    def is_done(self) -> bool:
        return self.time >= self._returned

    def forget_failures(self) -> None: ...

    def cursor(self) -> str:
        return "-1"

    def records_since(self, cursor: str) -> list[AgentRecord]:
        return [r for r in self.records if int(r.cursor) > int(cursor) and r.time <= self.time]

    def starts(self) -> list[AgentStart]:
        return read_starts(self.records)

    def restart_command(self) -> str:
        return "replay"


class SilentFile:
    """An export file to which markers are written only if the real one had them."""

    def __init__(self, exports: bool) -> None:
        self.exports, self.run, self.number = exports, "", 0

    def read_new(self) -> bytes:
        return f'{{"arguments":"{self.run}-{self.number}"}}\n'.encode() if self.exports and self.run else b""

    def close(self) -> None: ...


class Markers(MarkerRun):
    """Starts no process."""

    def start(self) -> None:
        self.started.append(self.clock.uptime())
        file = self.file
        assert isinstance(file, SilentFile)
        file.run, file.number = self.run, len(self.started) - 1


def watch(case: str, tmp_path: Path, exports: bool, monkeypatch: pytest.MonkeyPatch) -> tuple[RestartWatch, list[str]]:
    clock = StandingClock(tmp_path / "clock")
    phases: list[str] = []
    markers = Markers(LocalMachine(), clock, SilentFile(exports), MarkerCommand("true", "/true", "{}"))  # type: ignore[arg-type]
    agent = ReplayedAgent(case, clock)
    monkeypatch.setattr(restart_watch._RestartCall, "is_done", property(lambda call: agent.is_done))
    return RestartWatch(agent, clock, markers, 120.0, lambda text: phases.append(text.rpartition(",")[0])), phases  # type: ignore[arg-type]


def listed(data: bytes) -> FilterList:
    return read(data, LATEST, ALL_FEATURES)


@pytest.mark.parametrize(("case", "filters"), [("healthy", TWO), ("healthy-again", DATE)])
def test_a_healthy_restart_is_proved(
    case: str, filters: bytes, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    markers = (DATA / case / "markers.txt").read_text().strip()
    assert markers == "7"
    restart, phases = watch(case, tmp_path, exports=True, monkeypatch=monkeypatch)
    restart.begin()
    assert "listens" in restart.wait_for_listening()
    assert "as written" in restart.prove(listed(filters))
    order = list(dict.fromkeys(phases))
    assert order[-1] == "listening"
    assert [phase for phase in order if phase in {"started", "sensor loaded", "listening"}] == [
        phase for phase in ("started", "sensor loaded", "listening") if phase in order
    ]


def test_the_lists_printed_must_be_those_written(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    restart, _ = watch("healthy", tmp_path, exports=True, monkeypatch=monkeypatch)
    restart.begin()
    restart.wait_for_listening()
    with pytest.raises(NotProvedError, match="runs with 2 filters, not with the 1"):
        restart.prove(listed(DATE))
    with pytest.raises(NotProvedError, match="entry 1"):
        restart.prove(listed(TWO.replace(b"cut", b"cat")))


@pytest.mark.parametrize(
    ("case", "reason"),
    [
        ("parse-error", r"unknown field"),
        ("build-error", r"missing closing \)"),
        ("cel-error", r"error compiling CEL"),
        ("sighup", r"the agent is down: inactive"),
    ],
)
def test_a_failed_restart_says_why(case: str, reason: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    restart, _ = watch(case, tmp_path, exports=False, monkeypatch=monkeypatch)
    restart.begin()
    with pytest.raises(NotProvedError, match=reason):
        restart.wait_for_listening()


def test_an_agent_that_listens_and_exports_nothing_is_not_proved(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    assert (DATA / "silent-agent/markers.txt").read_text().strip() == "0"
    restart, _ = watch("silent-agent", tmp_path, exports=False, monkeypatch=monkeypatch)
    restart.begin()
    restart.wait_for_listening()
    cel = b'{"cel_expression":["process_kprobe.args.existsOne(a, has(a.sock_arg))"]}'
    with pytest.raises(NotProvedError, match="exports nothing"):
        restart.prove(listed(cel))


def test_an_agent_that_loads_policies_does_not_listen_yet(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    restart, phases = watch("policies-loading", tmp_path, exports=False, monkeypatch=monkeypatch)
    restart.begin()
    with pytest.raises(NotProvedError, match="did not listen within 120 s"):
        restart.wait_for_listening()
    assert phases[-1] == "socket there, policies are being loaded"


def test_the_line_of_an_agent_that_stops_is_not_listening() -> None:
    lines = [record for record in read_case("healthy") if re.search("Listening", record.text)]
    assert [record.message for record in lines] == ["Listening for events completed.", "Listening for events..."]
    starts = read_starts(lines)
    assert starts == []


def test_the_next_wait_follows_the_last_start() -> None:
    starts = read_starts(read_case("healthy"))
    assert starts[-1].version == "1.7.0"
    assert choose_wait(starts) == pytest.approx(180.0)
    assert choose_wait([]) > choose_wait(starts)


def test_the_metrics_of_a_real_agent() -> None:
    metrics = parse_metrics(gzip.decompress((DATA / "metrics.prom.gz").read_bytes()).decode())
    assert (metrics.total, metrics.exported, metrics.hidden) == (2274, 1703, 571)
    assert metrics.losses == {"in the kernel": 662}


def test_lists_are_read_as_they_are_printed() -> None:
    (start,) = read_starts(read_case("healthy"))
    assert start.request is not None
    assert read_printed(start.request)[0].startswith('{"binary_regex":["^/usr/bin/date$"]')
