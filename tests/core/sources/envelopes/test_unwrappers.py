"""Envelopes of several hosts whose chunks come in turns."""

from __future__ import annotations

import json

import pytest

from tetratui.core.sources import LineLocation, SourceRegistry
from tetratui.core.sources.envelopes import Unwrappers
from tetratui.core.sources.follow.spool import Spool
from tetratui.core.sources.line_location import Chunk
from tetratui.core.sources.line_splitter import find_line_starts

STAMP = b"2026-11-28T10:00:00.000000000Z stdout "


def make_event(host: str) -> bytes:
    process = {"binary": "/bin/true", "arguments": host, "exec_id": "YTox", "pid": 1}
    return json.dumps({"process_exec": {"process": process}, "node_name": host}).encode()


class Host:
    """What one host sends."""

    def __init__(self, registry: SourceRegistry, name: str) -> None:
        self.file, self.spool = registry.add_stream(f"ssh://{name}/0.log", name)
        self._offset = 0

    def send(self, *lines: bytes) -> Chunk:
        offsets = find_line_starts(list(lines), self._offset)
        self._offset = offsets.pop()
        self.spool.add(b"".join(line + b"\n" for line in lines))
        return Chunk(self.file, offsets[0], list(lines), offsets)


def test_a_text_goes_on_after_the_chunk_of_another_host() -> None:
    registry = SourceRegistry()
    unwrappers, hosts = Unwrappers(registry), [Host(registry, "web1"), Host(registry, "web2")]
    taken: list[Chunk] = []
    for host, event in zip(hosts, map(make_event, ("web1", "web2")), strict=True):
        taken += unwrappers.take(host.send(STAMP + b"F " + event, STAMP + b"P " + event[:30]))
    for host, event in zip(hosts, map(make_event, ("web1", "web2")), strict=True):
        taken += unwrappers.take(host.send(STAMP + b"F " + event[30:]))
    taken += unwrappers.end_all()

    lines = [(registry.host(chunk.file), line) for chunk in taken for line in chunk.lines]
    assert sorted(lines) == [(name, make_event(name)) for name in ("web1", "web1", "web2", "web2")]
    assert unwrappers.names.total() == 4
    assert unwrappers.parts == 2


def test_an_unwrapped_line_keeps_the_host_and_the_name_of_its_source() -> None:
    registry = SourceRegistry()
    chunk = Host(registry, "web1").send(STAMP + b"F " + make_event("web1"))
    (unwrapped,) = Unwrappers(registry).take(chunk)
    assert (registry.host(unwrapped.file), registry.name(unwrapped.file)) == ("web1", "ssh://web1/0.log")
    location = LineLocation(unwrapped.file, unwrapped.offsets[0])
    assert registry.read(location, len(unwrapped.lines[0])) == make_event("web1")


@pytest.mark.parametrize("older", [True, False])
def test_plain_lines_before_wrapped_ones_can_be_read_back(older: bool) -> None:
    registry, plain = SourceRegistry(), make_event("web1")
    host = Host(registry, "web1")
    # Lines before the beginning of what is followed are stored later, as history.
    first = Chunk(host.file, len(plain) + 1, [], []) if older else host.send(plain)
    unwrappers = Unwrappers(registry)
    unwrappers.take(first)
    if older:
        host._offset = len(plain) + 1
    unwrappers.take(host.send(STAMP + b"F " + make_event("web1")))
    host.spool.store(0, plain + b"\n")
    assert registry.read(LineLocation(host.file, 0), len(plain)) == plain


def test_a_spool_that_was_stopped_stores_nothing() -> None:
    spool = Spool()
    spool.add(b"first\n")
    spool.stop()
    spool.store(0, b"again\n")
    assert spool.read(0, 6) == b""
