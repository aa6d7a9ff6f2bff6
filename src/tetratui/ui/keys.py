"""Every key of the screens: one table of bindings, and presets for operators who know other tools.

A binding's id is what `[keys.map]` of the configuration names (docs/keys.md). A preset changes keys, never what they do.
"""
# ruff: noqa: E501 - a table of keys reads best with a line a key

from __future__ import annotations

import unicodedata
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Literal, cast

from textual.binding import Binding
from textual.keys import KEY_NAME_REPLACEMENTS, Keys

from tetratui.core.nearest import did_you_mean

Scope = Literal[
    "app", "screen", "list", "table", "live", "noise", "rules", "review", "draft", "suggest", "roots", "confirm",
    "help", "mark-all", "bar", "life", "unreadable", "details", "hosts",
]  # fmt: skip
"""Where a key works: everywhere, on every work screen, in any list, in a list of events, on one screen or dialog."""

ACTIVE_TOGETHER: tuple[frozenset[Scope], ...] = (
    frozenset(("app", "screen", "list", "table", "live")),
    frozenset(("app", "screen", "list", "noise")),
    frozenset(("app", "screen", "list", "details", "rules")),
    frozenset(("app", "screen", "list", "details", "review")),
    frozenset(("draft",)),
    frozenset(("list", "details", "suggest")),
    frozenset(("list", "roots")),
    frozenset(("confirm",)),
    frozenset(("help",)),
    frozenset(("mark-all",)),
    frozenset(("bar",)),
    frozenset(("list", "life")),
    frozenset(("list", "unreadable")),
    frozenset(("list", "hosts")),
)
"""The scopes that are active at the same time: within one of these sets no key may do two things."""

RESERVED = frozenset(("ctrl+b", "ctrl+a", "ctrl+s", "ctrl+q", "ctrl+i", "ctrl+m", "ctrl+j", "ctrl+backslash"))
"""Keys that tmux, screen or the terminal itself take, or that look like others to a program; alt+anything too."""


@dataclass(frozen=True, slots=True)
class Key:
    """One thing a key can do."""

    id: str
    """What the configuration and the help name it by."""
    keys: str
    """The default keys, separated by commas, in Textual's spelling."""
    action: str
    label: str
    """Two or three words, for the bottom line."""
    tooltip: str
    """One sentence, for the help."""
    group: str
    scope: Scope
    footer: bool = False
    """Whether it is shown in the bottom line."""


def _key(line: str, scope: Scope) -> Key:
    name, keys, action, group, label, tooltip, *footer = (part.strip() for part in line.split("|"))
    return Key(name, keys, action, label, tooltip, group, scope, bool(footer))


_LIST = """
cursor-up        | up,k          | cursor(-1)        | Move    | up            | Go to the row above.
cursor-down      | down,j        | cursor(1)         | Move    | down          | Go to the row below.
page-up          | pageup        | page(-1)          | Move    | page up       | Go up one screen.
page-down        | pagedown      | page(1)           | Move    | page down     | Go down one screen.
top              | home          | top               | Move    | first         | Go to the first row; of events, the oldest.
bottom           | end,G         | bottom            | Move    | last          | Go to the last row; of events, the newest, and follow.
"""

_TABLE = """
cell-left        | left,h        | cell(-1)          | Move    | cell left     | Focus the cell to the left.
cell-right       | right,l       | cell(1)           | Move    | cell right    | Focus the cell to the right.
select           | space         | select            | Mark    | select        | Select the row, and go to the next.
"""

_LIVE = """
query            | slash         | query             | Query   | query         | Type a query for this pane.                | footer
include          | i             | include           | Query   | include       | See only events with the value of the focused cell. | footer
exclude          | x             | exclude           | Query   | exclude       | Hide events with the value of the focused cell; they stay in memory. | footer
prepare-include  | I             | include(True)     | Query   | include…      | Put the include in the query bar without applying it.
prepare-exclude  | X             | exclude(True)     | Query   | exclude…      | Put the exclude in the query bar without applying it.
clear-query      | backspace     | clear_query       | Query   | reset query   | Reset the filter to the query the pane began with.
go-to            | g             | ask_go_to         | Move    | go to…        | Go to a time or to a process by its exec id; the query stays.
follow           | f             | follow            | Watch   | follow        | Stay at the newest event, or stop staying there.
pause            | equals_sign   | pause             | Watch   | pause         | Pause; new events are still recorded.
times            | z             | times             | Watch   | times         | Show times in this machine's zone, in UTC, or from the event under the cursor on.
sort             | s             | sort              | Watch   | sort          | Sort by the focused column, then the other way, then by time.
pane-next        | tab           | pane(1)           | Panes   | next pane     | Go to the next pane.
pane-previous    | shift+tab     | pane(-1)          | Panes   | previous pane | Go to the previous pane.
rates            | R             | rates             | Panes   | rates         | Show events over time by kind, then on longer scales, then hide them.
detail           | enter         | detail            | Event   | detail        | Show everything about this event; press again for the whole JSON.
process-next     | o             | same_process(1)   | Event   | same process  | Go to the next event of the same process.
process-previous | O             | same_process(-1)  | Event   | previous same | Go to the previous event of the same process.
life             | L             | life              | Event   | life          | Show this process over time, with what it started.
detail-down      | J,ctrl+d      | detail_scroll(1)  | Event   | scroll        | Scroll the detail down.
detail-up        | U,ctrl+u      | detail_scroll(-1) | Event   | scroll up     | Scroll the detail up.
copy             | y             | copy              | Event   | copy          | Copy the event's JSON to the clipboard, else to a file.
copy-cell        | Y             | copy_cell         | Event   | copy cell     | Copy the value of the focused cell.
mark-noise       | m             | mark('noise')     | Mark    | noise         | Mark the row, or those selected, as noise. | footer
mark-keep        | K             | mark('keep')      | Mark    | keep          | Mark as keep: no draft may ever hide it.
mark-threat      | T             | mark('threat')    | Mark    | threat        | Mark as threat: keep, and counted as an attack sample.
mark-all         | M             | mark_all          | Mark    | mark all      | Mark all events that match the query.
draft            | d             | draft             | Tune    | draft         | Draft an exclusion from the marks, else from this row. | footer
"""

_NOISE = """
noise-draft      | d,enter       | draft             | Tune    | draft         | Draft an exclusion of the command under the cursor, or of all that a root cause starts. | footer
noise-mark       | m             | mark('NOISE')     | Mark    | noise         | Mark all events of the command as noise. | footer
noise-keep       | K             | mark('KEEP')      | Mark    | keep          | Mark all events of the command as keep.
noise-threat     | T             | mark('THREAT')    | Mark    | threat        | Mark all events of the command as threat: keep, and counted as attack samples.
noise-suggest    | c             | suggest           | Tune    | suggest       | Suggest the fewest exclusions for most of the noise. | footer
noise-find       | slash         | find              | Query   | find          | Find commands by a part of their text, of their parent or of their state. | footer
noise-next       | n             | find_next(1)      | Query   | next match    | Go to the next match.
noise-previous   | N             | find_next(-1)     | Query   | previous match | Go to the match before.
noise-sort       | s             | sort              | Watch   | sort          | Sort by events, by size, by command, or by root cause. | footer
noise-show       | v             | show              | Watch   | see events    | See the events of the command in the Live screen. | footer
noise-fold       | left,h        | fold(True)        | Watch   | fold          | Fold what a root cause started into one row.
noise-unfold     | right,l       | fold(False)       | Watch   | unfold        | List what a root cause started.
noise-roots      | p             | roots             | Tune    | root causes   | See the commands that start most noise, and draft from one.
noise-pause      | equals_sign   | pause             | Watch   | pause         | Pause; new events are still recorded.
noise-down       | J,ctrl+d      | scroll(1)         | Move    | scroll        | Scroll the description down.
noise-up         | U,ctrl+u      | scroll(-1)        | Move    | scroll up     | Scroll the description up.
"""

_DETAILS = """
details-next     | tab           | pane(1)           | Panes   | next pane     | Go to the next pane. | footer
details-previous | shift+tab     | pane(-1)          | Panes   | previous pane | Go to the previous pane.
details-right    | right,l       | show(1)           | Panes   | more details  | Show the panes that have no room now; the list keeps the keys.
details-left     | left,h        | show(-1)          | Panes   | details before | Show the panes before; the list keeps the keys.
details-zoom     | Z             | zoom              | Panes   | enlarge       | Show this pane alone, or all again.
details-down     | J,ctrl+d      | scroll_details(1) | Move    | scroll        | Scroll the details down.
details-up       | U,ctrl+u      | scroll_details(-1) | Move   | scroll up     | Scroll the details up.
"""

_RULES = """
rules-open       | ctrl+o        | open              | Tune    | open a list   | Import an export-denylist. | footer
rules-remove     | delete,backspace | remove         | Tune    | remove        | Remove the entry or draft under the cursor; undo brings it back. | footer
rules-fix        | exclamation_mark | fix               | Tune    | apply fix     | Apply the first fix that the lints of the entry offer: another form, or removing it. | footer
rules-replace    | enter         | replace           | Tune    | edit          | Edit the entry under the cursor. | footer
"""

_REVIEW = """
review-open      | enter         | open              | Tune    | edit scope    | Open the draft under the cursor with its scopes; accepting changes it. | footer
review-drop      | delete,backspace | drop           | Tune    | drop          | Drop the draft under the cursor; undo brings it back. | footer
review-reason    | r             | ask('reason')     | Tune    | reason        | Type why it is safe to hide this. | footer
review-owner     | W             | ask('owner')      | Tune    | owner         | Name the owner of the draft. | footer
review-expiry    | E             | ask('expiry')     | Tune    | expires       | Set the last day of the draft.
review-file      | space         | file              | Tune    | file on/off   | Leave the file under the cursor out, or take it in again.
review-folder    | F             | ask('folder')     | Tune    | folder        | Choose the folder to write into. | footer
review-write     | w             | write             | Tune    | write files   | Write the files, after a last question; off while the review is computed. | footer
review-hosts     | H             | ask('hosts')      | Tune    | all hosts     | Suppress on every host, with a reason; without one only on the hosts of the marked events.
review-alert     | a             | ask('alert')      | Tune    | alerts        | Set level, groups and ATT&CK ids of alerts for threat marks.
"""

_DRAFT = """
draft-narrower   | left,h,less_than_sign | narrower  | Tune    | narrower      | Go to the next narrower scope. | footer
draft-broader    | right,l,greater_than_sign | broader | Tune  | broader       | Go to the next broader scope. | footer
draft-side       | tab,shift+tab | other_side        | Tune    | side          | Switch between the scopes by command and those by parent. | footer
draft-split      | space         | split             | Tune    | keep visible  | Keep the command line under the cursor visible, or hide it again. | footer
draft-split-all  | S             | split_all         | Tune    | keep all visible | Keep all listed lines visible that are not marked, or hide them again.
draft-accept     | enter         | accept            | Tune    | accept        | Accept the draft. | footer
draft-reason     | r             | reason            | Tune    | reason        | Type why it is safe; risky scopes require a reason. | footer
draft-place      | P             | place             | Tune    | place         | Apply in the workload, namespace or container of the events, or anywhere.
draft-down       | down,j        | line(1)           | Move    | down          | Go to the next command line.
draft-up         | up,k          | line(-1)          | Move    | up            | Go to the previous command line.
draft-page-down  | pagedown      | page(1)           | Move    | page down     | Go down one screen of command lines.
draft-page-up    | pageup        | page(-1)          | Move    | page up       | Go up one screen of command lines.
draft-top        | home          | line(-1000000)    | Move    | first         | Go to the rarest command line.
draft-bottom     | end,G         | line(1000000)     | Move    | last          | Go to the most frequent command line.
draft-scroll-down | J,ctrl+d     | scroll(1)         | Move    | scroll        | Scroll filters and Wazuh rules down.
draft-scroll-up  | U,ctrl+u      | scroll(-1)        | Move    | scroll up     | Scroll filters and Wazuh rules up.
draft-help       | question_mark | app.help          | Go      | help          | Show what can be done here.
draft-cancel     | escape,q      | cancel            | Go      | cancel        | Leave without a draft. | footer
"""

_SUGGEST = """
suggest-accept   | enter         | accept            | Tune    | accept        | Accept the proposed exclusions that are not dropped, a draft each; one undo takes all back. | footer
suggest-take     | space,delete,backspace | take     | Tune    | drop          | Drop the exclusion under the cursor, or take it in again. | footer
suggest-open     | d             | open              | Tune    | narrow        | Open the exclusion under the cursor with its scopes, to narrow it or to keep lines visible. | footer
suggest-reason   | r             | reason            | Tune    | reason        | Type why it is safe to hide what is under the cursor. | footer
suggest-more     | plus          | share(1)          | Tune    | more          | Ask for a larger share of the events. | footer
suggest-less     | minus         | share(-1)         | Tune    | less          | Ask for a smaller share of the events. | footer
suggest-broader  | greater_than_sign | scope(1)      | Tune    | broader       | Allow broader scopes. | footer
suggest-narrower | less_than_sign | scope(-1)        | Tune    | narrower      | Allow narrower scopes only.
suggest-collateral-up | right_square_bracket | collateral(1)     | Tune    | collateral    | Allow more other events to be hidden. | footer
suggest-collateral-down | left_square_bracket | collateral(-1)    | Tune    | collateral less | Allow fewer other events to be hidden.
suggest-target   | b             | target            | Tune    | target: marked/all | Target the events marked noise, or a share of all events.
suggest-help     | question_mark | app.help          | Go      | help          | Show what can be done here. | footer
suggest-cancel   | escape,q      | cancel            | Go      | cancel        | Leave without drafts.
"""

_ROOTS = """
roots-draft      | d,enter       | draft             | Tune    | draft         | Draft the parent filters that hide everything this command starts. | footer
roots-help       | question_mark | app.help          | Go      | help          | Show what can be done here.
roots-cancel     | escape,q      | cancel            | Go      | close         | Go back to the Noise screen. | footer
"""

_CONFIRM = """
confirm-yes      | y             | dismiss(True)     | Go      | yes           | Do it. | footer
confirm-no       | n,escape,q    | dismiss(False)    | Go      | no            | Change nothing. | footer
confirm-down     | down,j        | scroll(1)         | Move    | down          | Scroll down.
confirm-up       | up,k          | scroll(-1)        | Move    | up            | Scroll up.
confirm-page-down | pagedown,space | page(1)         | Move    | page down     | Scroll a page down.
confirm-page-up  | pageup        | page(-1)          | Move    | page up       | Scroll a page up.
"""

_HELP = """
help-close       | escape,q,question_mark | dismiss   | Go      | close         | Close the help. | footer
help-down        | down,j        | scroll(3)         | Move    | down          | Scroll down.
help-up          | up,k          | scroll(-3)        | Move    | up            | Scroll up.
help-page-down   | pagedown      | page(1)          | Move    | page down     | Scroll a page down.
help-page-up     | pageup        | page(-1)          | Move    | page up       | Scroll a page up.
"""

_MARK_ALL = """
all-noise        | m             | answer('noise')   | Mark    | noise         | Mark as noise what the query means of them. | footer
all-include      | i             | include           | Mark    | include       | Include what noise leaves out, or leave it out. | footer
all-keep         | K             | answer('keep')    | Mark    | keep          | Mark all of them as keep. | footer
all-threat       | T             | answer('threat')  | Mark    | threat        | Mark all of them as threat. | footer
all-cancel       | escape,q,n    | leave             | Go      | cancel        | Mark nothing. | footer
"""

_BAR = """
bar-apply        | enter         | submit            | Query   | apply         | Show the events that match this query. | footer
bar-complete     | tab           | take              | Query   | complete      | Take the highlighted completion. | footer
bar-leave        | escape        | leave             | Query   | cancel        | Put the applied query back into the bar. | footer
bar-next         | down          | choose(1)         | Query   | next          | Go to the next completion. | footer
bar-previous     | up            | choose(-1)        | Query   | previous      | Go to the previous completion.
"""

_LIFE = """
life-open        | enter         | open              | Event   | go there      | Go to the event under the cursor, or to the life of the process that it started. | footer
life-parent      | p             | parent            | Event   | parent        | See the life of the process that started this one. | footer
life-help        | question_mark | app.help          | Go      | help          | Show what can be done here. | footer
life-close       | escape,q      | dismiss           | Go      | close         | Go back to the list of events. | footer
"""

_UNREADABLE = """
unreadable-copy  | y             | copy              | Event   | copy          | Copy the line under the cursor, as far as it is kept. | footer
unreadable-help  | question_mark | app.help          | Go      | help          | Show what can be done here. | footer
unreadable-close | escape,q      | dismiss           | Go      | close         | Go back to the list of events. | footer
"""

_HOSTS = """
hosts-help       | question_mark | app.help          | Go      | help          | Show what can be done here. | footer
hosts-close      | escape,q      | dismiss           | Go      | close         | Go back to the list of events. | footer
"""

_SCREEN = """
unreadable-lines | B             | unreadable_lines  | Watch   | unreadable    | List the lines that could not be read as events, and why.
back             | escape        | back              | Go      | back          | Close the topmost panel, or dismiss a hint.
quit             | q             | quit_or_back      | Go      | back, quit    | Go back; from the first screen, quit.
"""

_APP = """
live             | 1             | go('live')        | Go      | live          | Live screen.
noise            | 2             | go('noise')       | Go      | noise         | Noise screen: the largest groups of events.
tree             | 3             | tree              | Go      | tree          | Tree screen: not part of this version; tells what shows processes meanwhile.
rules            | 4             | go('rules')       | Go      | rules         | Rules screen: filters and rules, in force and drafted.
review           | 5,e           | go('review')      | Tune    | review        | Review screen: all drafts together, and the files to write.
undo             | u             | undo              | Tune    | undo          | Undo the last mark or draft.
redo             | ctrl+r        | redo              | Tune    | redo          | Redo what was undone.
retry            | f5            | retry             | Go      | try again     | Try again what has failed.
help             | question_mark | help              | Go      | help          | Show what can be done here.                | footer
palette          | colon,ctrl+p  | command_palette   | Go      | commands      | Find any command by name.
mouse            | f2            | mouse             | Go      | mouse on/off  | Let the terminal select text with the mouse, or use the mouse here again.
suspend          | ctrl+z        | suspend_process   | Go      | suspend       | Go to the shell; `fg` comes back.
interrupt        | ctrl+c        | interrupt         | Go      | quit          | Quit at once; marks and drafts are saved.
"""

KEYS: tuple[Key, ...] = tuple(
    _key(line, cast("Scope", scope))
    for scope, table in (
        ("list", _LIST),
        ("table", _TABLE),
        ("live", _LIVE),
        ("noise", _NOISE),
        ("details", _DETAILS),
        ("rules", _RULES),
        ("review", _REVIEW),
        ("draft", _DRAFT),
        ("suggest", _SUGGEST),
        ("roots", _ROOTS),
        ("confirm", _CONFIRM),
        ("help", _HELP),
        ("mark-all", _MARK_ALL),
        ("bar", _BAR),
        ("life", _LIFE),
        ("unreadable", _UNREADABLE),
        ("hosts", _HOSTS),
        ("screen", _SCREEN),
        ("app", _APP),
    )
    for line in table.strip().splitlines()
)
"""All keys, in the order the help shows them."""
ORDER = {key.id: number for number, key in enumerate(KEYS)}
"""The position of each binding id among them."""

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
        "details-zoom": "f11",
        "details-down": "J",
        "details-up": "U",
        "noise-down": "J",
        "noise-up": "U",
        "detail-down": "J",
        "detail-up": "U",
    },
    "lnav": {
        "page-up": "pageup,b",
        "page-down": "pagedown,space",
        "review-file": "t",
        "suggest-target": "B",
        "suggest-take": "t,delete,backspace",
        "select": "t",
        "prepare-include": "I",
        "pause": "equals_sign",
        "process-next": "o",
        "process-previous": "O",
        "redo": "ctrl+r",
    },
    "k9s": {
        "detail": "enter,d",
        "draft": "D",
        "noise-draft": "D,enter",
        "noise-show": "v,d",
        "copy": "c,y",
        "page-down": "pagedown,ctrl+f",
        "page-up": "pageup",
        "clear-query": "backspace",
        "rates": "w",
        "follow": "f",
    },
}
"""Keys that differ from the default, by binding id."""


def bindings(*scopes: Scope) -> list[Binding]:
    """Return the bindings of some scopes, with their default keys."""
    return [
        Binding(
            key.keys,
            key.action,
            key.label,
            show=key.footer,
            tooltip=key.tooltip,
            id=key.id,
            # Work that failed may belong to a dialog, where no other key of the app works.
            priority=key.id == "retry",
            group=Binding.Group(key.group),
        )
        for key in KEYS
        if key.scope in scopes
    ]


def keymap(preset: str, own: dict[str, str]) -> dict[str, str]:
    """Return binding id → keys, of a preset and over it the operator's own; only those that differ from the default."""
    return PRESETS[preset] | own


def keys_in_force(chosen: dict[str, str]) -> dict[str, tuple[str, ...]]:
    """Return the keys of every binding id under a keymap."""
    return {key.id: tuple(map(normalize_key, chosen.get(key.id, key.keys).split(","))) for key in KEYS}


_NAMED = frozenset(key.value for key in Keys)
"""The keys that are no characters, as Textual spells them."""


def normalize_key(key: str) -> str:
    """Return a key in Textual's spelling: a sign by its name, `/` as `slash`."""
    key = key.strip()
    if len(key) != 1 or key.isalnum():
        return key
    name = unicodedata.name(key, key).lower().replace("-", "_").replace(" ", "_")
    return KEY_NAME_REPLACEMENTS.get(name, name)


_SIGNS = frozenset(normalize_key(chr(code)) for code in range(0x21, 0x7F) if not chr(code).isalnum())


def _is_key(text: str) -> bool:
    """Return whether a terminal can send such a key."""
    name = text.removeprefix("ctrl+").removeprefix("shift+")
    return text in _NAMED or name in _NAMED or name in _SIGNS or (len(name) == 1 and name.isalnum())


def _is_reserved(key: str) -> bool:
    return key in RESERVED or key.startswith("alt+")


def _suggest(word: str, known: Sequence[str]) -> str:
    remedy = did_you_mean(word, known, likeness=0.5)
    return f"; {remedy}" if remedy else ""


def find_clashes(chosen: dict[str, str]) -> list[str]:
    """Return what is errors with a keymap: unknown ids, reserved keys, one key for two things at once."""
    known = [key.id for key in KEYS]
    errors = [f"no binding is called {name!r}{_suggest(name, known)}" for name in chosen if name not in known]
    keys_of = keys_in_force(chosen)
    for name, keys in keys_of.items():
        errors += [f"{name}: {key} belongs to the terminal" for key in keys if _is_reserved(key)]
        errors += [
            f"{name}: {key!r} is not a key{_suggest(key, [*_NAMED, *_SIGNS])}"
            for key in keys
            if not _is_reserved(key) and not _is_key(key)
        ]
    for scopes in ACTIVE_TOGETHER:
        owner: dict[str, str] = {}
        for name in (key.id for key in KEYS if key.scope in scopes):
            errors += [f"{key} does both {owner[key]} and {name}" for key in keys_of[name] if key in owner]
            owner |= {key: owner.get(key, name) for key in keys_of[name]}
    return list(dict.fromkeys(errors))
