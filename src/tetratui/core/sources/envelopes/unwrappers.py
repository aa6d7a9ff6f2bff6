"""Take the envelopes off what several hosts send at once: each host has texts and rows of its own."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Iterator
from typing import TypeVar

from tetratui.core.sources.envelopes.unwrapper import Unwrapper
from tetratui.core.sources.line_location import Chunk
from tetratui.core.sources.source_registry import SourceRegistry

Other = TypeVar("Other")
HERE = ""
"""The stream of all files of this machine, which are read one after another."""


class Unwrappers:
    """One `Unwrapper` for this machine and one for each source on a host.

    Chunks of several hosts come in turns. With one for all, each turn would end a text that goes on in the next chunk.
    """

    def __init__(self, registry: SourceRegistry) -> None:
        self._registry = registry
        self._each: dict[str, Unwrapper] = {}

    @property
    def names(self) -> Counter[str]:
        """Envelopes that were taken off, and of how many events."""
        return sum((each.names for each in self._each.values()), Counter[str]())

    @property
    def parts(self) -> int:
        """Rows of wrapped sources on which neither event nor unreadable line begins."""
        return sum(each.parts for each in self._each.values())

    def unwrap(self, chunks: Iterable[Chunk | Other]) -> Iterator[Chunk | Other]:
        """Yield chunks without envelopes, of sources that are read one after another; what is no chunk passes."""
        stream = HERE
        for chunk in chunks:
            if not isinstance(chunk, Chunk):
                yield chunk
                continue
            following = self._name_stream(chunk)
            if following != stream:
                yield from self.end(stream)
                stream = following
            yield from self._unwrapper(stream).take(chunk)
        yield from self.end(stream)

    def take(self, chunk: Chunk) -> list[Chunk]:
        """Return the chunks that come of the next chunk of its source."""
        return self._unwrapper(self._name_stream(chunk)).take(chunk)

    def end(self, stream: str) -> list[Chunk]:
        """Return what is left of a stream when no more of it follows."""
        return self._each[stream].end() if stream in self._each else []

    def end_all(self) -> list[Chunk]:
        """Return what is left when no source follows."""
        return [chunk for each in self._each.values() for chunk in each.end()]

    def _name_stream(self, chunk: Chunk) -> str:
        host = self._registry.host(chunk.file)
        # Of a host several files may be followed at once, each under the name that the operator gave it.
        return f"{host} {self._registry.name(chunk.file)}" if host else HERE

    def _unwrapper(self, stream: str) -> Unwrapper:
        if stream not in self._each:
            self._each[stream] = Unwrapper(self._registry)
        return self._each[stream]
