"""Every key of the screens: one table of bindings, and the presets that operators of other tools know.

A binding's id is what `[keys.map]` of the configuration names (docs/keys.md). A preset changes keys, never what they do.
"""
# ruff: noqa: E501 - a table of keys reads best with a line a key

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal, cast

from textual.binding import Binding

Scope = Literal["app", "screen", "table", "live"]
"""Where a key works: everywhere, on every work screen, in a list of events, on the Live screen."""

NEVER = frozenset(("ctrl+b", "ctrl+a", "ctrl+s", "ctrl+q", "ctrl+i", "ctrl+m", "ctrl+j", "ctrl+backslash"))
"""Keys that tmux, screen or the terminal itself take, or that cannot be told from others; alt+anything too."""


@dataclass(frozen=True, slots=True)
class Key:
    """One thing a key can do."""

    id: str
    """What the configuration and the help name it by."""
    keys: str
    """The default keys, separated by commas, in Textual's spelling."""
    action: str
    says: str
    """Two or three words, for the footer."""
    tooltip: str
    """One sentence, for the help."""
    group: str
    scope: Scope
    footer: bool = False
    """Whether it is one of the six that matter."""


def _key(line: str, scope: Scope) -> Key:
    name, keys, action, group, says, tooltip, *footer = (part.strip() for part in line.split("|"))
    return Key(name, keys, action, says, tooltip, group, scope, bool(footer))


_TABLE = """
cursor-up        | up,k          | cursor(-1)        | Move    | up            | Go to the event above.
cursor-down      | down,j        | cursor(1)         | Move    | down          | Go to the event below.
page-up          | pageup        | page(-1)          | Move    | page up       | Go up one screen.
page-down        | pagedown      | page(1)           | Move    | page down     | Go down one screen.
top              | home,g        | top               | Move    | oldest        | Go to the oldest event held.
bottom           | end,G         | bottom            | Move    | newest        | Go to the newest event and follow.
cell-left        | left,h        | cell(-1)          | Move    | cell left     | Focus the cell to the left.
cell-right       | right,l       | cell(1)           | Move    | cell right    | Focus the cell to the right.
select           | space         | select            | Mark    | select        | Select the row, and go to the next.
"""

_LIVE = """
query            | slash         | query             | Query   | query         | Type a query for this pane.                | footer
include          | i             | include           | Query   | include       | See only events with the value of the focused cell. | footer
exclude          | x             | exclude           | Query   | exclude       | Hide events with the value of the focused cell; they stay held. | footer
prepare-include  | I             | include(True)     | Query   | include…      | Put the include in the query bar without applying it.
prepare-exclude  | X             | exclude(True)     | Query   | exclude…      | Put the exclude in the query bar without applying it.
clear-query      | backspace     | clear_query       | Query   | pane's query  | Go back to the query the pane began with.
follow           | f             | follow            | Watch   | follow        | Stay at the newest event, or stop staying there.
pause            | equals_sign   | pause             | Watch   | pause         | Hold the screen still; what arrives is counted and kept.
sort             | s             | sort              | Watch   | sort          | Sort by the focused column, then the other way, then by time.
pane-next        | tab           | pane(1)           | Panes   | next pane     | Go to the next pane.
pane-previous    | shift+tab     | pane(-1)          | Panes   | previous pane | Go to the previous pane.
rates            | r             | rates             | Panes   | rates         | Show or hide events a second by kind.
detail           | enter         | detail            | Event   | detail        | Show everything about this event; again: the whole JSON.
process-next     | o             | same_process(1)   | Event   | same process  | Go to the next event of the same process.
process-previous | O             | same_process(-1)  | Event   | same, before  | Go to the previous event of the same process.
copy             | y             | copy              | Event   | copy          | Copy the event's line to the clipboard, else to a file.
copy-cell        | Y             | copy_cell         | Event   | copy cell     | Copy the value of the focused cell.
mark-noise       | m             | mark('noise')     | Mark    | noise         | Mark the row, or those selected, as noise. | footer
mark-keep        | K             | mark('keep')      | Mark    | keep          | Mark as keep: no draft may ever hide it.
mark-threat      | T             | mark('threat')    | Mark    | threat        | Mark as threat: keep, and counted as a needle.
mark-all         | M             | mark_all          | Mark    | mark all      | Mark all events that match the query.
draft            | d             | draft             | Tune    | draft         | Draft an exclusion from the marks, else from this row. | footer
"""

_SCREEN = """
back             | escape        | back              | Go      | back          | Close what is open on top.
quit             | q             | quit_or_back      | Go      | back, quit    | Go back; from the first screen, quit.
"""

_APP = """
live             | 1             | go('live')        | Go      | live          | Watch events.
noise            | 2             | go('noise')       | Go      | noise         | See the noisiest groups.
rules            | 4             | go('rules')       | Go      | rules         | See filters and rules in force and drafted.
review           | 5,e           | go('review')      | Tune    | export        | Review all drafts together and write the files.
undo             | u             | undo              | Tune    | undo          | Take back the last mark or draft.
redo             | ctrl+r        | redo              | Tune    | redo          | Do again what was taken back.
help             | question_mark | help              | Go      | help          | Show what can be done here.                | footer
palette          | ctrl+p,colon  | command_palette   | Go      | commands      | Find any command by name.
mouse            | f2            | mouse             | Go      | mouse on/off  | Let the terminal select text with the mouse, or take it back.
suspend          | ctrl+z        | suspend_process   | Go      | suspend       | Go to the shell; `fg` comes back.
interrupt        | ctrl+c        | interrupt         | Go      | quit          | Quit at once; marks and drafts are kept.
"""

KEYS: tuple[Key, ...] = tuple(
    _key(line, cast("Scope", scope))
    for scope, table in (("table", _TABLE), ("live", _LIVE), ("screen", _SCREEN), ("app", _APP))
    for line in table.strip().splitlines()
)
"""All keys, in the order the help shows them."""

PRESETS: dict[str, dict[str, str]] = {
    "default": {},
    "vim": {
        "page-up": "pageup,ctrl+u",
        "page-down": "pagedown,ctrl+d",
        "process-next": "n",
        "process-previous": "N",
        "select": "v,space",
        "mark-noise": "m",
        "copy": "y",
        "quit": "q,Z",
    },
    "lnav": {
        "page-up": "pageup,b",
        "page-down": "pagedown,space",
        "select": "t",
        "prepare-include": "I",
        "pause": "equals_sign",
        "process-next": "o",
        "process-previous": "O",
        "redo": "ctrl+r",
        "palette": "colon,ctrl+p",
    },
    "k9s": {
        "detail": "enter,d",
        "draft": "D",
        "copy": "c,y",
        "page-down": "pagedown,ctrl+f",
        "page-up": "pageup",
        "clear-query": "backspace",
        "rates": "w",
        "follow": "f",
        "palette": "colon,ctrl+p",
    },
}
"""Keys that differ from the default, by binding id."""


def bindings(*scopes: Scope) -> list[Binding]:
    """Make the bindings of some scopes, with their default keys."""
    return [
        Binding(
            key.keys,
            key.action,
            key.says,
            show=key.footer,
            tooltip=key.tooltip,
            id=key.id,
            group=Binding.Group(key.group),
        )
        for key in KEYS
        if key.scope in scopes
    ]


def keymap(preset: str, own: dict[str, str]) -> dict[str, str]:
    """Lay the operator's own keys over a preset: binding id → keys, only those that differ from the default."""
    return PRESETS[preset] | own


def effective(chosen: dict[str, str]) -> dict[str, tuple[str, ...]]:
    """Give the keys of every binding id under a keymap."""
    return {key.id: tuple(chosen.get(key.id, key.keys).split(",")) for key in KEYS}


def clashes(chosen: dict[str, str]) -> list[str]:
    """Name what is wrong with a keymap: unknown ids, keys never bound, one key for two things at once."""
    known = {key.id for key in KEYS}
    wrong = [f"no binding is called {name!r}" for name in chosen if name not in known]
    owner: dict[str, str] = {}
    for name, keys in effective(chosen).items():
        for key in keys:
            if key in NEVER or key.startswith("alt+"):
                wrong.append(f"{name}: {key} belongs to the terminal")
            elif key in owner:
                wrong.append(f"{key} does both {owner[key]} and {name}")
            owner.setdefault(key, name)
    return wrong
