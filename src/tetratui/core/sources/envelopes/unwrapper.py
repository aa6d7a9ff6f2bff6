"""Take the envelopes off the lines of sources, chunk by chunk; plain lines pass as they are."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Iterator
from dataclasses import replace
from itertools import groupby
from typing import TypeVar

from tetratui.core.errors import SourceError
from tetratui.core.sources.envelopes.decide import LINES, PLAIN, FileForm, decide, find_wrapped
from tetratui.core.sources.envelopes.line_reader import Emitted, FormReader, LineReader
from tetratui.core.sources.follow.spool import Spool
from tetratui.core.sources.line_location import Chunk
from tetratui.core.sources.line_splitter import find_line_starts
from tetratui.core.sources.source_registry import SourceRegistry

Other = TypeVar("Other")
_UNDECIDED = object()


class Unwrapper:
    """Takes the envelopes off one source after another, in the order of their rows.

    The lines without envelopes are kept like those of a pipe, so that they can be read back.
    """

    def __init__(self, registry: SourceRegistry) -> None:
        self._lines = LineReader()
        self._form: object = _UNDECIDED
        self._reader: FormReader | None = None
        self._file = -1
        self._begins_wrapped = False
        """Whether the file was read from its beginning and no line of it was plain."""
        self._kept = _KeptLines(registry)
        self._row = 0
        """Rows of the source that were taken."""
        self._next_row = 0
        """The row that the next line has, as whoever counts lines sees it."""
        self._wrapped_rows = 0
        self._rows_with_line = 0
        self._last_row = -1
        self._without_line = 0

    @property
    def names(self) -> Counter[str]:
        """Envelopes that were taken off, and of how many events."""
        return self._lines.names

    @property
    def parts(self) -> int:
        """Rows of wrapped sources on which neither event nor unreadable line begins: further parts, brackets."""
        return self._wrapped_rows - self._rows_with_line

    def unwrap(self, chunks: Iterable[Chunk | Other]) -> Iterator[Chunk | Other]:
        """Yield chunks without envelopes; what is no chunk passes, as its lines are plain."""
        for chunk in chunks:
            if isinstance(chunk, Chunk):
                yield from self.take(chunk)
            else:
                yield chunk
        yield from self.end()

    def take(self, chunk: Chunk) -> list[Chunk]:
        """Return the chunks that come of the next chunk."""
        taken: list[Chunk] = []
        if chunk.file != self._file:
            taken += self._finish_file()
            self._file, self._form, self._reader = chunk.file, _UNDECIDED, None
            self._begins_wrapped = chunk.offset == 0
        if self._form is _UNDECIDED:
            taken += self._decide(chunk)
        elif self._form is PLAIN:
            taken += self._pass_plain(chunk)
        else:
            taken += self._unwrap(chunk, 0)
        if chunk.last:
            taken += self._finish_file()
        return taken

    def end(self) -> list[Chunk]:
        """Return what is left when no source follows."""
        return [*self._finish_file(), *self._emit(self._lines.end()), *self._close_rows()]

    def _decide(self, chunk: Chunk) -> list[Chunk]:
        decided = decide(chunk.lines)
        if decided is None:
            return self._pass(chunk)
        index, form = decided
        if form.make_reader is None:
            self._form, self._begins_wrapped = PLAIN, False
            return self._pass_plain(chunk)
        return self._begin(chunk, index, form)

    def _begin(self, chunk: Chunk, index: int, form: FileForm) -> list[Chunk]:
        """Unwrap from a line of a chunk on."""
        assert form.make_reader is not None, "a plain file is not unwrapped"
        self._form, self._reader = form, form.make_reader(self._lines)
        before = replace(chunk, lines=chunk.lines[:index], offsets=chunk.offsets[:index], last=False)
        return [*self._pass(before), *self._unwrap(chunk, index)]

    def _pass_plain(self, chunk: Chunk) -> list[Chunk]:
        index = find_wrapped(chunk.lines)
        return self._pass(chunk) if index is None else self._begin(chunk, index, LINES)

    def _pass(self, chunk: Chunk) -> list[Chunk]:
        shift = self._row - self._next_row
        self._row += len(chunk.lines)
        self._next_row = self._row
        if not chunk.lines:
            return []
        return [replace(chunk, shifts=((0, shift),))] if shift else [chunk]

    def _unwrap(self, chunk: Chunk, first: int) -> list[Chunk]:
        assert self._reader is not None, "a form that is not plain has a reader"
        emitted: list[Emitted] = []
        for line in chunk.lines[first:]:
            emitted += self._reader.take(line, self._row)
            self._row += 1
        self._wrapped_rows += len(chunk.lines) - first
        return self._emit(emitted)

    def _finish_file(self) -> list[Chunk]:
        if self._reader is None:
            return []
        reader, self._reader, self._form = self._reader, None, PLAIN
        return [*self._emit(reader.finish()), *self._close_rows()]

    def _close_rows(self) -> list[Chunk]:
        """Return a chunk that says which rows after the last line belong to no line, if there are some."""
        shift = self._row - self._next_row
        self._next_row = self._row
        return [Chunk(max(self._file, 0), 0, [], [], shifts=((0, shift),))] if shift else []

    def _emit(self, emitted: list[Emitted]) -> list[Chunk]:
        return [self._spool(list(lines), lossy) for lossy, lines in groupby(emitted, key=lambda each: each.lossy)]

    def _spool(self, emitted: list[Emitted], lossy: bool) -> Chunk:
        shifts: list[tuple[int, int]] = []
        for index, each in enumerate(emitted):
            if each.row != self._next_row:
                shifts.append((index, each.row - self._next_row))
            # Several events of one line share its row.
            self._rows_with_line += each.row != self._last_row
            self._last_row = each.row
            self._next_row = each.row + 1
        return self._kept.add(
            self._file, lossy, [each.line for each in emitted], tuple(shifts), whole=self._begins_wrapped
        )


class _KeptLines:
    """Lines without envelopes, kept in one nameless file for all sources."""

    def __init__(self, registry: SourceRegistry) -> None:
        self._registry = registry
        self._spool: Spool | None = None
        self._files: dict[tuple[int, bool], int] = {}
        """Numbers of what a file holds without envelopes, by the file and whether the events were rebuilt."""
        self._offset = 0
        self._reported = False

    def add(
        self, file: int, lossy: bool, lines: list[bytes], shifts: tuple[tuple[int, int], ...], *, whole: bool
    ) -> Chunk:
        """Keep lines of a file; return them as a chunk. `whole` means that no line of the file is kept elsewhere."""
        if (file, lossy) not in self._files:
            self._files[file, lossy], self._spool = self._registry.add_unwrapped(
                file, self._spool, lossy=lossy, whole=whole
            )
        assert self._spool is not None, "the first file brings the spool"
        offsets = find_line_starts(lines, self._offset)
        self._offset = offsets.pop()
        self._spool.add(b"\n".join([*lines, b""]))
        if self._spool.full and not self._reported:
            self._reported = True
            text = "no space for a temporary copy without envelopes: lines can no longer be read back"
            self._registry.faults.append(
                SourceError(f"{self._registry.path(file)}: {text}", "set TMPDIR to a folder with more space")
            )
        return Chunk(self._files[file, lossy], offsets[0], lines, offsets, shifts=shifts)
