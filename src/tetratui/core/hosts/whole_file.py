"""Find the export file of a host, and read it from its beginning to its end."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

from tetratui.core.hosts.content import Content, open_content
from tetratui.core.hosts.host_state import HostFacts
from tetratui.core.hosts.interface import HostFileError
from tetratui.core.hosts.shell_host import ShellHost
from tetratui.core.hosts.tracker import LIVE, FileTracker, Note
from tetratui.core.sources.compression import SUFFIXES
from tetratui.core.sources.file_content import HEAD_SIZE
from tetratui.core.sources.follow.spool import Spool
from tetratui.core.sources.line_location import BLOCK_SIZE, Chunk
from tetratui.core.sources.line_splitter import LineSplitter
from tetratui.core.sources.rotation import LIVE as LIVE_NAME
from tetratui.core.sources.rotation import is_rotated
from tetratui.core.sources.source_registry import SourceRegistry


def resolve_path(host: ShellHost, path: str, facts: HostFacts | None) -> tuple[str, bool]:
    """Return the export file for a path that was named or configured, and whether its rotated files were named too.

    Raise HostError if there is none.
    """
    path = path or (facts.export_file if facts is not None else "")
    if not path:
        raise HostFileError(
            f"{host.name}: no export file is configured there, as far as can be read",
            f"name it: {host.url}/var/log/tetragon/tetragon.log",
        )
    is_folder = path.endswith("/") or host.run(["test", "-d", path]).ok
    return (f"{path.rstrip('/')}/{LIVE_NAME}", True) if is_folder else (path, False)


def is_finished(path: str) -> bool:
    """Return whether nothing is written any more to a file of this name."""
    return Path(path).suffix in SUFFIXES or is_rotated(Path(path))


def read_whole_file(host: ShellHost, path: str, facts: HostFacts | None, registry: SourceRegistry) -> Iterator[Chunk]:
    """Yield all lines of a host's export file, oldest first, with its rotated files if a folder is named.

    Raise HostError if it cannot be read, or the connection is lost.
    """
    path, with_rotated = resolve_path(host, path, facts)
    tracker = FileTracker(host, path, from_start=True)
    try:
        # The live file first: once it is rotated, its path leads to a new file.
        missing = [step.text for step in tracker.connect() if isinstance(step, Note) and tracker.live is None]
        if missing:
            raise HostFileError(f"{host.name}: {path}: no such file", "name the path in the URL, or see doctor")
        if with_rotated:
            yield from _read_rotated(host, tracker, registry)
        content = open_content(tracker.shell, LIVE)
        _add_damage(registry, f"{host.name}: {path}", content)
        yield from _read_forwards(registry.add_stream(f"{host.url}{path}", host.name), content)
    finally:
        tracker.close()


def _read_rotated(host: ShellHost, tracker: FileTracker, registry: SourceRegistry) -> Iterator[Chunk]:
    live = tracker.shell.read(LIVE, 0, HEAD_SIZE)
    for path in tracker.rotated.list_paths(tracker.shell):
        try:
            head, content = tracker.rotated.open(tracker.shell, path)
        except HostFileError as error:
            registry.faults.append(error)
            continue
        # Rotated since it was opened: it is the live file, which comes last.
        if not (live and head.startswith(live)):
            _add_damage(registry, f"{host.name}: {path}", content)
            yield from _read_forwards(registry.add_stream(f"{host.url}{path}", host.name), content)


def _add_damage(registry: SourceRegistry, name: str, content: Content) -> None:
    if content.damage:
        registry.faults.append(HostFileError(f"{name}: {content.damage}"))


def _read_forwards(stream: tuple[int, Spool], content: Content) -> Iterator[Chunk]:
    index, spool = stream
    splitter = LineSplitter()
    while data := content.read(splitter.position, splitter.position + BLOCK_SIZE):
        spool.add(data)
        lines, offsets = splitter.feed(data)
        if lines:
            yield Chunk(index, offsets[0], lines, offsets)
    lines, offsets = splitter.finish()
    yield Chunk(index, offsets[0] if offsets else splitter.position, lines, offsets, last=True)
