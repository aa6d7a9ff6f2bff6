"""The session file: what survives a lost connection, a signal or a restart, one file a source.

It lies under the XDG state folder (docs/files.md), mode 0600, because marks hold whole event lines.
"""

from __future__ import annotations

import hashlib
from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import orjson

from tetratui.core import folders
from tetratui.core.errors import SourceError
from tetratui.core.export.atomic_write import replace_private
from tetratui.core.session.json_pieces import dumped
from tetratui.core.session.undo_json import history_from_json, history_to_json
from tetratui.core.session.workbench import Workbench

FORMAT = 2
"""Grows when older versions could not read the file, or this one not theirs."""


@dataclass(slots=True)
class PanePlace:
    """How one pane was left."""

    query: str = ""
    sort: str = ""
    follow: bool = True


@dataclass(slots=True)
class Session:
    """Everything of one source that an operator would miss."""

    source: str
    workbench: Workbench = field(default_factory=Workbench)
    panes: dict[str, PanePlace] = field(default_factory=dict)
    pane: str = ""
    """The pane that had the focus."""
    screen: str = ""
    time: int = -1
    """Where the operator read: the event's time in nanoseconds, -1 at the end."""
    saved: datetime | None = None

    @property
    def empty(self) -> bool:
        """Whether there is nothing worth offering at the next start."""
        bench = self.workbench
        queries = any(place.query for place in self.panes.values())
        return not (len(bench.marks) or bench.drafts or bench.denylist is not None or queries)


def file_of(source: str) -> Path:
    """Name the file that keeps the session of a source."""
    return folders.state() / "sessions" / f"{hashlib.sha256(source.encode()).hexdigest()[:20]}.json"


def name_of(sources: Sequence[str]) -> str:
    """Name the source as the session knows it: absolute paths; a pipe is `-`."""
    return " ".join("-" if source == "-" else str(Path(source).absolute()) for source in sources)


def save(session: Session, path: Path | None = None) -> Path:
    """Write the session whole or not at all; raises TargetError."""
    target = path or file_of(session.source)
    replace_private(target, dumped(_to_json(session)))
    return target


def load(source: str, path: Path | None = None) -> Session | None:
    """Read the session of a source; None when there is none.

    Raises:
        SourceError: the file cannot be read, or is something else; it is left as it is.
    """
    file = path or file_of(source)
    try:
        value = orjson.loads(file.read_bytes())
        if value["format"] != FORMAT:
            raise _other_format(file, value["format"])
        return _from_json(value)
    except FileNotFoundError:
        return None
    except OSError as error:
        raise SourceError(f"{file} cannot be read: {error.strerror}", "the session starts empty") from error
    except (orjson.JSONDecodeError, LookupError, TypeError, ValueError, AttributeError) as error:
        raise SourceError(f"{file} is not a session of tetratui: {error}", "move it away") from error


def _other_format(file: Path, found: object) -> SourceError:
    """Return what is said of a file that another version of tetratui wrote."""
    message = f"{file} is a session of another version of tetratui: its format is {found}, this one reads {FORMAT}"
    return SourceError(message, "move it away to begin anew; that version still reads it")


def _to_json(session: Session) -> dict[str, Any]:
    return {
        "format": FORMAT,
        "source": session.source,
        "saved": (session.saved or datetime.now(UTC)).isoformat(),
        "bench": history_to_json(session.workbench.history),
        "panes": {name: [place.query, place.sort, place.follow] for name, place in session.panes.items()},
        "pane": session.pane,
        "screen": session.screen,
        "time": session.time,
    }


def _from_json(value: dict[str, Any]) -> Session:
    return Session(
        source=str(value["source"]),
        workbench=Workbench(history_from_json(value["bench"])),
        panes={str(name): PanePlace(str(q), str(s), bool(f)) for name, (q, s, f) in value["panes"].items()},
        pane=str(value["pane"]),
        screen=str(value["screen"]),
        time=int(value["time"]),
        saved=datetime.fromisoformat(value["saved"]),
    )
