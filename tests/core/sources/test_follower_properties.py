"""Whatever an agent does between two reads of a follower, every line is read once and in order."""

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
    """An agent that writes, rotates, compresses late and leaves half lines, and a follower that reads at times."""

    def __init__(self) -> None:
        super().__init__()
        self.folder = Path(tempfile.mkdtemp())
        self.export = ExportFile(self.folder, backups=100)
        self.registry = SourceRegistry()
        self.follower = Follower(self.export.path, self.registry, from_start=True, capacity=100_000)
        self.written: list[bytes] = []
        self.read_lines: list[bytes] = []
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
    def read_between_rename_and_the_new_file(self) -> None:
        self.plain.append(self.export.rename())
        self.read_new()
        self.export.reopen()

    @rule()
    @precondition(lambda self: self.plain)
    def compress(self) -> None:
        self.export.compress(self.plain.pop(0))

    @rule()
    def read_new(self) -> None:
        self.follower.read_new()
        for item in self.follower.take(0):
            if isinstance(item, Chunk):
                self.read_lines += item.lines
                location = LineLocation(item.file, item.offsets[-1])
                assert self.registry.read(location, len(item.lines[-1])) == item.lines[-1]

    @invariant()
    def the_lines_read_are_the_lines_written(self) -> None:
        assert self.read_lines == self.written[: len(self.read_lines)]

    def teardown(self) -> None:
        self.read_new()
        assert self.read_lines == self.written
        self.export.close()
        self.follower.stop()
        self.registry.close()
        shutil.rmtree(self.folder)
        assert not os.path.exists(self.folder)


TestAgent = Agent.TestCase
TestAgent.settings = settings(max_examples=40, stateful_step_count=40, deadline=None)
