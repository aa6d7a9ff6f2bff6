"""The session file: what survives a lost connection, a signal or a restart, one file a source.

It lies under the XDG state folder (docs/files.md), mode 0600, because marks hold whole event lines.
"""

from __future__ import annotations

import base64
import hashlib
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime
from pathlib import Path
from typing import Any, TypeVar

import orjson

from tetratui.core import folders
from tetratui.core.errors import SourceError
from tetratui.core.export.atomic_write import replace_private
from tetratui.core.session.draft_json import draft_from_json, draft_to_json
from tetratui.core.session.workbench import Workbench
from tetratui.core.tuning.draft import Draft
from tetratui.core.tuning.history import History
from tetratui.core.tuning.marks import Mark, Marks

FORMAT = 1
_STEPS_KEPT = 50
"""Steps of undo and of redo that a restart keeps, of each kind."""

Thing = TypeVar("Thing")


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
    replace_private(target, orjson.dumps(_to_json(session)))
    return target


def load(source: str, path: Path | None = None) -> Session | None:
    """Read the session of a source; None when there is none.

    Raises:
        SourceError: the file cannot be read, or is something else; it is left as it is.
    """
    file = path or file_of(source)
    try:
        value = orjson.loads(file.read_bytes())
        return _from_json(value)
    except FileNotFoundError:
        return None
    except OSError as error:
        raise SourceError(f"{file} cannot be read: {error.strerror}", "the session starts empty") from error
    except (orjson.JSONDecodeError, KeyError, TypeError, ValueError, AttributeError) as error:
        raise SourceError(f"{file} is not a session of tetratui: {error}", "move it away") from error


def _to_json(session: Session) -> dict[str, Any]:
    drafts, denylist, done, undone = session.workbench.parts()
    return {
        "format": FORMAT,
        "source": session.source,
        "saved": (session.saved or datetime.now(UTC)).isoformat(),
        "marks": _history_to_json(session.workbench.marks.history, lambda state: list(state.values()), _mark_to_json),
        "drafts": _history_to_json(drafts, list, draft_to_json),
        "denylist": _history_to_json(denylist, lambda data: [data], _bytes_to_json),
        "done": done,
        "undone": undone,
        "panes": {name: [place.query, place.sort, place.follow] for name, place in session.panes.items()},
        "pane": session.pane,
        "screen": session.screen,
        "time": session.time,
    }


def _from_json(value: dict[str, Any]) -> Session:
    if value["format"] != FORMAT:
        raise ValueError(f"format {value['format']} is not {FORMAT}")
    marks = _history_from_json(value["marks"], lambda found: {mark.key: mark for mark in found}, Mark.from_json)
    drafts: History[tuple[Draft, ...]] = _history_from_json(value["drafts"], tuple, draft_from_json)
    denylist: History[bytes | None] = _history_from_json(value["denylist"], lambda found: found[0], _bytes_from_json)
    return Session(
        source=str(value["source"]),
        workbench=Workbench(Marks.restored(marks), drafts, denylist, value["done"], value["undone"]),
        panes={str(name): PanePlace(str(q), str(s), bool(f)) for name, (q, s, f) in value["panes"].items()},
        pane=str(value["pane"]),
        screen=str(value["screen"]),
        time=int(value["time"]),
        saved=datetime.fromisoformat(value["saved"]),
    )


def _history_to_json(history: History[Any], members: Callable[[Any], list[Any]], write: Callable[[Any], Any]) -> Any:
    """Write each thing once, and every state as places in that list: states share nearly all they hold."""
    things: list[Any] = []
    places: dict[Any, int] = {}

    def place(thing: Any) -> int:
        if thing not in places:
            places[thing] = len(things)
            things.append(write(thing))
        return places[thing]

    past, future = history.steps()
    states = {
        "past": [[place(thing) for thing in members(state)] for state in past[-_STEPS_KEPT:]],
        "now": [place(thing) for thing in members(history.state)],
        "future": [[place(thing) for thing in members(state)] for state in future[-_STEPS_KEPT:]],
    }
    return {**states, "things": things}


def _history_from_json(value: Any, build: Callable[[list[Thing]], Any], read: Callable[[Any], Thing]) -> History[Any]:
    things = [read(thing) for thing in value["things"]]

    def state(places: list[int]) -> Any:
        return build([things[place] for place in places])

    return History.restored(
        [state(places) for places in value["past"]],
        state(value["now"]),
        [state(places) for places in value["future"]],
    )


def _mark_to_json(mark: Mark) -> dict[str, Any]:
    return mark.to_json()


def _bytes_to_json(data: bytes | None) -> str | None:
    return None if data is None else base64.b64encode(data).decode()


def _bytes_from_json(value: str | None) -> bytes | None:
    return None if value is None else base64.b64decode(value, validate=True)
