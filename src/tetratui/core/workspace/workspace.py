"""The state that all screens of a session share: the event table, marks and drafts, and the options of the call."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import UTC, tzinfo
from pathlib import Path

from tetratui.core.config import Config
from tetratui.core.hosts.host_source import HostSource, Source, has_several_hosts
from tetratui.core.session.workbench import Workbench
from tetratui.core.table import EventTable
from tetratui.core.tuning.draft import Draft
from tetratui.core.tuning.marks import Marks


@dataclass(slots=True)
class Workspace:
    """Everything of one session that more than one screen needs.

    Only the event loop changes the bench.
    """

    table: EventTable
    sources: Sequence[Source] = ()
    """The sources named on the command line, in order."""
    config: Config = field(default_factory=Config)
    sidecar: Path | None = None
    """The file of reason, owner and expiry; None for the default one of this host."""
    out: Path = field(default_factory=lambda: Path.cwd() / "tetratui-out")
    """The folder that the Review screen offers to write into."""
    bench: Workbench = field(default_factory=Workbench)
    """Marks, drafts and the imported denylist, under one undo."""
    selected: set[int] = field(default_factory=set)
    """Row ids that the operator selected with `space`."""
    new_here: bool = False
    """Whether the hint line shows the first steps."""
    utc: bool | None = None
    """Whether times are shown in UTC; None: as configured."""
    following: bool = True
    """Whether the list of events that the operator looks at stays at its newest."""
    paused: bool = False
    """Whether the screens show no new events; they are still read."""
    history: bool = True
    """Whether older events are still being read."""
    history_read: float | None = None
    """Share of the older events' bytes that has been read, 0 to 1; None while it is unknown."""
    ended: bool = False
    """Whether no more events can come: the pipe is closed or the file is finished."""
    trouble: str = ""
    """Why nothing can be read at the moment, safe to show; empty when reading works."""
    unsaved: str = ""
    """Why marks and drafts are not saved; empty when they are, or when nothing is to be remembered."""
    under_way: str = ""
    """The long task that runs, its progress and the key that stops it; empty when none runs."""
    lost: int = 0
    """Rotated files that were deleted before they could be read."""
    node: str = ""
    """`node_name` of the newest event that has one."""
    hosts: str = ""
    """How many hosts are read and how many are not reached; empty where all sources are on this machine."""
    tetragon: str = ""
    """Version of Tetragon, as configured or installed; empty when unknown."""

    def name_node(self) -> None:
        """Take the host's name from the newest event, once there is one."""
        if not self.node and len(self.table):
            self.node = self.table.event(self.table.stop - 1).node or ""

    def still(self) -> EventTable:
        """Return the events in memory as a table that does not change.

        The reading thread adds to both ends of `table` at any time, so whatever combines several columns needs this.
        """
        return self.table.still()

    @property
    def has_several_hosts(self) -> bool:
        """Whether events come from several hosts, so that each is shown with its host."""
        return has_several_hosts(self.sources)

    @property
    def marks(self) -> Marks:
        """The marks on the bench."""
        return self.bench.marks

    @property
    def drafts(self) -> tuple[Draft, ...]:
        """The drafts on the bench."""
        return self.bench.drafts

    @property
    def zone(self) -> tzinfo | None:
        """The zone in which times are shown; None for this machine's."""
        utc = self.config.time.zone == "utc" if self.utc is None else self.utc
        return UTC if utc else None

    @property
    def source_name(self) -> str:
        """What is read, in a few words: the file's or the folder's name."""
        if len(self.sources) > 1:
            return f"{len(self.sources)} sources"
        return "".join(map(_name_source, self.sources))

    @property
    def newest(self) -> int:
        """The time of the newest event in nanoseconds since the epoch; -1 without one."""
        table = self.table.still()
        return int(table.time[-1]) if len(table) else -1

    def selected_rows(self, cursor_row: int | None) -> list[int]:
        """Return the selected rows that are still in memory, else the row under the cursor."""
        rows = sorted(row for row in self.selected if self.table.first <= row < self.table.stop)
        return rows or ([] if cursor_row is None else [cursor_row])


def _name_source(source: Source) -> str:
    if isinstance(source, HostSource):
        return str(source)
    return "standard input" if str(source) == "-" else Path(source).name
