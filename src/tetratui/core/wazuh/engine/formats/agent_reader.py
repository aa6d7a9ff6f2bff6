"""What the Wazuh agent makes of a line on its way: parsed, printed again without blanks, or lost (read_json.c).

Objects only: anything else is dropped without a word. A line is read in pieces of 65,279 characters; a piece that is no
JSON object is dropped too, so an overlong line is lost, and the agent, still busy with "the rest of the large message",
throws away the second line after it.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from enum import Enum

from tetratui.core.wazuh.engine.formats import cjson
from tetratui.core.wazuh.engine.formats.plain_json import compact, plain_object

PIECE = 65_279
"""Characters, newline included, that the agent reads at once: 65,536 less its header of 256, less one."""


class Lost(Enum):
    """Why the agent does not send a line."""

    NOT_AN_OBJECT = "not a JSON object"
    TOO_LONG = "longer than the agent's line limit"
    AFTER_TOO_LONG = "thrown away by the agent after an overlong line"
    ZERO_BYTE = "holds a zero byte"


@dataclass(frozen=True, slots=True)
class Sent:
    """What became of one line."""

    line: bytes | None
    """What the manager receives, or None if nothing."""
    lost: Lost | None = None


def reserialised(line: bytes) -> bytes | None:
    """Print a line as the agent sends it, or None when it is no JSON object for it."""
    tree = plain_object(line)
    if tree is not None:
        return compact(tree)
    try:
        value = cjson.parse(line)
    except cjson.NotJsonError:
        return None
    return cjson.printed(value, spaced=False) if isinstance(value, cjson.Members) else None


class AgentReader:
    """The agent's JSON reader over one file, line by line and in order (it remembers an overlong line)."""

    def __init__(self) -> None:
        self._in_large_message = False
        self._throws_next_away = False

    def read(self, line: bytes) -> Sent:
        """Take one line (without its newline) and say what the manager receives of it."""
        if self._throws_next_away:
            self._throws_next_away = False
            return Sent(None, Lost.AFTER_TOO_LONG)
        if b"\0" in line and len(line) < PIECE:
            return Sent(None, Lost.ZERO_BYTE)
        for at in range(0, len(line) + 1, PIECE):
            piece = line[at : at + PIECE]
            whole = at + len(piece) + 1 <= at + PIECE
            self._in_large_message |= not whole
            sent = reserialised(piece)
            if sent is None:
                continue
            if self._in_large_message:
                # Having sent it, the agent reads on to the end of the "large message": of this line, or of the next.
                self._in_large_message = False
                self._throws_next_away = whole
            return Sent(sent)
        return Sent(None, Lost.TOO_LONG if len(line) >= PIECE else Lost.NOT_AN_OBJECT)

    def read_all(self, lines: Iterable[bytes]) -> Iterator[Sent]:
        """Take lines in order."""
        return map(self.read, lines)
