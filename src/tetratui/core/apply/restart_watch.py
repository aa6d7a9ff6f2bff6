"""Restart an agent and wait until what it does is proved: the phases of its start, the lists, and a marker of ours.

Nothing that a service manager says proves anything: a crash loop is active, and an agent may listen and export nothing.
"""

from __future__ import annotations

import threading
from collections.abc import Callable
from dataclasses import dataclass, field

from tetratui.core.amounts import format_count
from tetratui.core.apply.agent_control import AgentControl, AgentState
from tetratui.core.apply.clock import Clock
from tetratui.core.apply.log_record import AgentStart, read_starts
from tetratui.core.apply.marker import MarkerRun
from tetratui.core.apply.printed_lists import compare_printed
from tetratui.core.errors import TargetError, TetratuiError
from tetratui.core.tetragon import FilterList

TICK = 0.25
"""Seconds between two markers, and between two looks at the log."""
LEAST_WAIT, UNKNOWN_WAIT, MOST_WAIT = 180.0, 900.0, 3600.0
"""Seconds that a start may take: at least, where no former one is known, and at most."""
MARKER_WAIT = 60.0
"""Seconds that an agent which listens may take to write a marker, at least."""
_LONGER = 5.0
"""How many times as long as the last start a start may take."""
_MARKERS_BEFORE = 2
"""Markers that are started before the restart, to see where the gap begins."""
_DOWN_WAIT = 20.0
"""Seconds that an agent may be down before it counts as failed: systemd waits 5 s before it starts it again."""


class NotProvedError(TargetError):
    """An agent that did not start, or of which it cannot be shown that it exports with the lists that were written."""


def choose_wait(starts: list[AgentStart]) -> float:
    """Return how long the next start may take, by the last one that came to its end."""
    lengths = [start.listening - start.began for start in starts if start.listening is not None]
    return UNKNOWN_WAIT if not lengths else min(max(LEAST_WAIT, lengths[-1] * _LONGER + 60.0), MOST_WAIT)


@dataclass(slots=True)
class RestartWatch:
    """One restart of an agent, watched to its proof."""

    control: AgentControl
    clock: Clock
    markers: MarkerRun
    wait: float
    """Seconds that the start may take."""
    report: Callable[[str], None]
    """Is told the phase whenever it changes, and once a tick."""
    says_lists: bool = True
    """Whether the agent logs its lists, which it does at log level info."""
    start: AgentStart | None = None
    """The start that is watched."""
    _before: AgentState = field(init=False)
    _cursor: str = field(init=False)
    _call: _RestartCall = field(init=False)
    _began: float = field(init=False)
    _first_after: int | None = None
    """The first marker that was started after the agent listened."""
    _down_since: float | None = None
    _phase: str = ""

    def begin(self) -> None:
        """Note the end of the log, and restart the agent. Raises SourceError."""
        self._before = self.control.state()
        self._cursor = self.control.cursor()
        self._began = self.clock.uptime()
        for _ in range(_MARKERS_BEFORE):
            # Seen before the gap: its beginning.
            self.markers.start()
            self.markers.look()
        self._call = _RestartCall(self.control)
        self._call.start()

    def wait_for_listening(self) -> str:
        """Wait until the agent says that it listens, and return how long it took.

        Raises:
            NotProvedError: it did not start, or not in time.
        """
        self._wait(self._is_listening, self.wait, "did not listen")
        took = self.clock.uptime() - self._began
        return f"the agent listens, {took:.1f} s after its restart"

    def prove(self, expected: FilterList) -> str:
        """Prove that the agent exports, and with these lists; return what was proved.

        Raises:
            NotProvedError: the agent does not export, dies, or runs with other lists.
        """
        self.check_lists(expected)
        self._first_after = len(self.markers.started)
        lines = self.markers.lines
        wait = max(MARKER_WAIT, self.wait / _LONGER)
        try:
            self._wait(lambda: self._is_exporting(lines), wait, "listens but exported no event of ours")
        except NotProvedError as error:
            raise NotProvedError(f"{error.message}: it exports nothing", error.remedy) from error
        return self._describe_proof(expected)

    def check_lists(self, expected: FilterList) -> None:
        """Raise if the agent printed other lists than these. Raises NotProvedError."""
        request = self.start.request if self.start is not None else None
        if request is None:
            if self.says_lists:
                raise NotProvedError("the agent did not print the lists in force", "read its log")
            return
        difference = compare_printed(request, expected)
        if difference:
            raise NotProvedError(difference, "a higher layer may set export-denylist: tetratui doctor")

    def check_health(self) -> None:
        """Raise if the agent has died or was started again since it was proved. Raises NotProvedError."""
        self._read_log()
        self._check_failure(self.control.state())

    def _wait(self, done: Callable[[], bool], wait: float, fault: str) -> None:
        end = self.clock.uptime() + wait
        while True:
            self.markers.start()
            self.markers.look()
            self._read_log()
            state = self.control.state()
            self._tell_phase(state)
            self._check_failure(state)
            if done():
                return
            if self.clock.uptime() > end:
                raise NotProvedError(f"the agent {fault} within {wait:.0f} s", "read its log")
            self.clock.sleep(TICK)

    def _read_log(self) -> None:
        records = self.control.records_since(self._cursor)
        if records:
            self._cursor = records[-1].cursor or self._cursor
        starts = read_starts(records, self.start)
        if self.start is not None and self.start.failure:
            raise NotProvedError(f"the agent does not start: {self.start.failure}", "")
        self.start = next((start for start in starts if start.failure), starts[-1] if starts else None)

    def _check_failure(self, state: AgentState) -> None:
        self._call.check()
        if self.start is not None and self.start.failure:
            raise NotProvedError(f"the agent does not start: {self.start.failure}", "")
        before = self._before.restarts if state.pid == self._before.pid else 0
        if self.start is not None and state.restarts > before:
            raise NotProvedError(f"the agent ends and is started again ({state.restarts} times)", "read its log")
        if not state.ended:
            self._down_since = None
        elif self._call.is_done:
            now = self.clock.uptime()
            self._down_since = now if self._down_since is None else self._down_since
            if now - self._down_since > _DOWN_WAIT:
                raise NotProvedError(f"the agent is down: {state.words}", "read its log")

    def _tell_phase(self, state: AgentState) -> None:
        phase = self.start.phase if self.start is not None else "stopped" if state.ended else "stopping"
        self._phase = phase
        self.report(f"{phase}, {self.clock.uptime() - self._began:.0f} s")

    def _is_listening(self) -> bool:
        if not self.says_lists:
            # It logs nothing at this level: the marker alone decides.
            return self._call.is_done
        return self.start is not None and self.start.listening is not None

    def _is_exporting(self, lines: int) -> bool:
        first = self._first_after or 0
        if self.markers.command is None:
            return self.markers.lines > lines
        return self.markers.seen_since(first)

    def _describe_proof(self, expected: FilterList) -> str:
        count = format_count(len(expected.filters), "filter")
        printed = (
            f"the agent printed {count} as written" if self.says_lists else "the agent's log level hides its lists"
        )
        if self.markers.command is None:
            return f"{printed}; new events reach the export file (no process of ours would pass the list)"
        return f"{printed}; a process of ours was seen in the export file; {self._describe_gaps()}"

    def _describe_gaps(self) -> str:
        if not any(number < _MARKERS_BEFORE for number in self.markers.seen):
            return "how long nothing was seen is not known: no process of ours was seen before"
        gaps = self.markers.gaps()
        if not gaps:
            return "none of them was missed"
        lost = sum(count for _, _, count in gaps)
        blind = sum(after - before for before, after, _ in gaps)
        count = format_count(len(gaps), "gap")
        return f"blind for {blind:.1f} s in {count} ({lost} of {len(self.markers.started)} missed)"


class _RestartCall(threading.Thread):
    """Restarts an agent in a thread, as stopping it may take minutes in which it is watched."""

    def __init__(self, control: AgentControl) -> None:
        super().__init__(name="restart", daemon=True)
        self._control = control
        self._error: TetratuiError | None = None

    def run(self) -> None:
        try:
            self._control.restart()
        except TetratuiError as error:
            self._error = error

    @property
    def is_done(self) -> bool:
        return not self.is_alive()

    def check(self) -> None:
        """Raise if the restart failed. Raises NotProvedError."""
        if self.is_done and self._error is not None:
            raise NotProvedError(self._error.message, self._error.remedy)
