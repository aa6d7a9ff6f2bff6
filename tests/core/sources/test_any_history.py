"""Whatever an agent does between two looks of a follower, every line comes once and in order."""

from __future__ import annotations

import os
import shutil
import tempfile
from pathlib import Path

from hypothesis import settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, invariant, precondition, rule

from tetratui.core.demo.export_file import ExportFile
from tetratui.core.sources import Chunk, Follower, LineLocation, SourceRegistry


class Agent(RuleBasedStateMachine):
    """An agent that writes, rotates, compresses late and leaves half lines, beside a follower that looks at times."""

    def __init__(self) -> None:
        super().__init__()
        self.folder = Path(tempfile.mkdtemp())
        self.export = ExportFile(self.folder, backups=100)
        self.origins = SourceRegistry()
        self.follower = Follower(self.export.path, self.origins, from_start=True, capacity=100_000)
        self.written: list[bytes] = []
        self.seen: list[bytes] = []
        self.plain: list[Path] = []
        self.half = b""

    @rule(count=st.integers(1, 30), width=st.integers(0, 400))
    @precondition(lambda self: not self.half)
    def write(self, count: int, width: int) -> None:
        for _ in range(count):
            line = b"%d %b" % (len(self.written), b"x" * width)
            self.export.write(line)
            self.written.append(line)

    @rule()
    @precondition(lambda self: not self.half)
    def write_half(self) -> None:
        self.half = b"half of %d" % len(self.written)
        with self.export.path.open("ab") as file:
            file.write(self.half)

    @rule()
    @precondition(lambda self: self.half)
    def write_other_half(self) -> None:
        self.export.write(b" and the rest")
        self.written.append(self.half + b" and the rest")
        self.half = b""

    @rule()
    @precondition(lambda self: not self.half)
    def rotate(self) -> None:
        self.plain.append(self.export.rename())
        self.export.reopen()

    @rule()
    @precondition(lambda self: not self.half)
    def look_between_rename_and_the_new_file(self) -> None:
        self.plain.append(self.export.rename())
        self.look()
        self.export.reopen()

    @rule()
    @precondition(lambda self: self.plain)
    def compress(self) -> None:
        self.export.compress(self.plain.pop(0))

    @rule()
    def look(self) -> None:
        self.follower.look()
        for item in self.follower.take(0):
            if isinstance(item, Chunk):
                self.seen += item.lines
                place = LineLocation(item.file, item.offsets[-1])
                assert self.origins.read(place, len(item.lines[-1])) == item.lines[-1]

    @invariant()
    def what_was_seen_is_what_was_written(self) -> None:
        assert self.seen == self.written[: len(self.seen)]

    def teardown(self) -> None:
        self.look()
        assert self.seen == self.written
        self.export.close()
        if self.follower._live:
            self.follower._live.close()
        shutil.rmtree(self.folder)
        assert not os.path.exists(self.folder)


TestAgent = Agent.TestCase
TestAgent.settings = settings(max_examples=40, stateful_step_count=40, deadline=None)
