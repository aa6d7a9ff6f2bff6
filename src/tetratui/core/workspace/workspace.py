"""What all screens look at: the table, the bench of marks and drafts, and how the session was asked for."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import UTC, tzinfo
from pathlib import Path

from tetratui.core.config import Config
from tetratui.core.session.workbench import Workbench
from tetratui.core.table import EventTable
from tetratui.core.tuning.draft import Draft
from tetratui.core.tuning.marks import Marks


@dataclass(slots=True)
class Workspace:
    """Everything of one session that more than one screen needs. Only the event loop changes the bench."""

    table: EventTable
    sources: Sequence[str | Path] = ()
    """What was asked to be opened, in order."""
    config: Config = field(default_factory=Config)
    sidecar: Path | None = None
    """File of reason, owner and expiry; None: the one the core chooses."""
    out: Path = field(default_factory=lambda: Path.cwd() / "tetratui-out")
    """The folder that the review offers to write into."""
    bench: Workbench = field(default_factory=Workbench)
    """Marks, drafts and the imported denylist, under one undo."""
    selected: set[int] = field(default_factory=set)
    """Row ids the operator selected with `space`."""
    new_here: bool = False
    """Whether the operator is told the first steps."""
    paused: bool = False
    """Whether the screens hold still; reading goes on."""
    history: bool = True
    """Whether older events are still being read."""
    history_read: float | None = None
    """The share of the older events' bytes that was read, None while it is not known."""
    ended: bool = False
    """Whether no more events can come: a closed pipe, a finished file."""
    trouble: str = ""
    """Why nothing can be read just now; empty when something can. Safe to show."""
    under_way: str = ""
    """What takes a while just now, how far it has come, and the key that stops it; empty when nothing does."""
    lost: int = 0
    """Rotated files that were deleted before they could be read."""
    node: str = ""
    """`node_name` of the newest event that has one."""
    tetragon: str = ""
    """Version of the sensor, as configured or installed; empty when unknown."""

    def name_node(self) -> None:
        """Take the host's name from the newest event, once there is one."""
        if not self.node and len(self.table):
            self.node = self.table.event(self.table.stop - 1).node or ""

    def still(self) -> EventTable:
        """Give the held events as they are now: what computes over several columns needs them to keep still.

        The thread that reads goes on adding to `table` at both ends meanwhile.
        """
        return self.table.part(self.table.first, self.table.stop)

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
        """The zone of times shown; None is this machine's."""
        return UTC if self.config.time.zone == "utc" else None

    def chosen(self, row: int | None) -> list[int]:
        """Give the selected rows still held, else the one under the cursor."""
        held = sorted(one for one in self.selected if self.table.first <= one < self.table.stop)
        return held or ([] if row is None else [row])
