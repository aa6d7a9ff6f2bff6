"""The Wazuh agent's JSON reader: which lines it sends, and in which form (read_json.c).

The agent sends JSON objects only, printed again without spaces. It drops everything else and logs nothing. It reads a
line in pieces of 65,279 bytes and drops a piece that is not a JSON object: so an overlong line is lost. The agent then
skips "the rest of the large message", and with it the second line after the overlong one.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from enum import Enum

from tetratui.core.wazuh.engine.formats import cjson
from tetratui.core.wazuh.engine.formats.cjson_printer import print_value
from tetratui.core.wazuh.engine.formats.plain_json import compact, plain_object

PIECE = 65_279
"""Bytes, newline included, that the agent reads at once: 65,536 less its header of 256, less one."""


class LineLoss(Enum):
    """Why the agent does not send a line."""

    NOT_AN_OBJECT = "not a JSON object"
    TOO_LONG = "longer than the agent's line limit"
    AFTER_TOO_LONG = "dropped by the agent after an overlong line"
    ZERO_BYTE = "contains a zero byte"


@dataclass(frozen=True, slots=True)
class SentLine:
    """What the agent does with one line."""

    line: bytes | None
    """What the manager receives; None if the agent drops the line."""
    loss: LineLoss | None = None


def reserialise(line: bytes) -> bytes | None:
    """Return a line as the agent sends it; None if it is not a JSON object to the agent."""
    tree = plain_object(line)
    if tree is not None:
        return compact(tree)
    try:
        value = cjson.parse(line)
    except cjson.NotJsonError:
        return None
    return print_value(value, spaced=False) if isinstance(value, cjson.Members) else None


class AgentReader:
    """Reads the lines of one file in order: an overlong line affects the lines after it."""

    def __init__(self) -> None:
        self._in_large_message = False
        self._drops_next = False

    def read(self, line: bytes) -> SentLine:
        """Return what the agent sends for the next line, given without its newline."""
        if self._drops_next:
            self._drops_next = False
            return SentLine(None, LineLoss.AFTER_TOO_LONG)
        if b"\0" in line and len(line) < PIECE:
            return SentLine(None, LineLoss.ZERO_BYTE)
        for start in range(0, len(line) + 1, PIECE):
            piece = line[start : start + PIECE]
            # Only a piece with room for the newline is the end of its line.
            is_last = len(piece) < PIECE
            self._in_large_message |= not is_last
            sent = reserialise(piece)
            if sent is None:
                continue
            if self._in_large_message:
                # After sending a piece, the agent skips to the next newline. If the piece ended its line, that newline
                # belongs to the following line, which is lost.
                self._in_large_message = False
                self._drops_next = is_last
            return SentLine(sent)
        return SentLine(None, LineLoss.TOO_LONG if len(line) >= PIECE else LineLoss.NOT_AN_OBJECT)

    def read_all(self, lines: Iterable[bytes]) -> Iterator[SentLine]:
        """Yield what the agent sends for each line, in order."""
        return map(self.read, lines)
