"""Keys: every preset is complete and without find_clashes, and nothing takes a key that is the terminal's."""

from __future__ import annotations

import importlib
from pathlib import Path

import pytest

import tetratui.ui
from tetratui.ui.keys import (
    ACTIVE_TOGETHER,
    KEYS,
    PRESETS,
    RESERVED,
    Key,
    bindings,
    find_clashes,
    keymap,
    keys_in_force,
)

DEFAULTS = {
    "query": "slash",
    "include": "i",
    "exclude": "x",
    "prepare-include": "I",
    "prepare-exclude": "X",
    "follow": "f",
    "pause": "equals_sign",
    "detail": "enter",
    "back": "escape",
    "process-next": "o",
    "process-previous": "O",
    "live": "1",
    "noise": "2",
    "rules": "4",
    "help": "question_mark",
    "mark-noise": "m",
    "mark-keep": "K",
    "mark-threat": "T",
    "select": "space",
    "mark-all": "M",
    "draft": "d",
    "undo": "u",
    "redo": "ctrl+r",
    "copy": "y",
    "quit": "q",
}


@pytest.mark.parametrize("preset", PRESETS)
def test_a_preset_has_a_key_for_everything_and_none_for_two_things(preset: str) -> None:
    chosen = keymap(preset, {})
    assert find_clashes(chosen) == []
    assert all(keys and all(keys) for keys in keys_in_force(chosen).values())


def test_the_default_keys_stay_as_documented() -> None:
    keys = keys_in_force(keymap("default", {}))
    assert {name: keys[name][0] for name in DEFAULTS} == DEFAULTS
    assert keys["review"] == ("5", "e")
    assert keys["palette"] == ("colon", "ctrl+p")


def test_every_binding_has_an_id_of_its_own_a_description_a_tooltip_and_a_group() -> None:
    assert len({key.id for key in KEYS}) == len(KEYS)
    for key in KEYS:
        assert key.label
        assert key.group
        assert key.tooltip.endswith(".")


def test_bindings_carry_what_the_table_holds() -> None:
    made = bindings("app", "screen", "list", "table", "live")
    assert {binding.id for binding in made} == {key.id for key in KEYS if key.scope in ACTIVE_TOGETHER[0]}
    assert sum(binding.show for binding in made) == 6


def test_every_scope_is_active_somewhere() -> None:
    assert {key.scope for key in KEYS} == set().union(*ACTIVE_TOGETHER)


@pytest.mark.parametrize("key", [*sorted(RESERVED), "alt+x"])
def test_an_own_key_that_the_terminal_takes_is_reported(key: str) -> None:
    assert find_clashes({"follow": key}) == [f"follow: {key} belongs to the terminal"]


def test_an_own_key_that_is_taken_and_an_unknown_id_are_reported() -> None:
    assert find_clashes({"follow": "m"}) == ["m does both follow and mark-noise"]
    assert find_clashes({"folow": "F"}) == ["no binding is called 'folow'; did you mean 'follow'?"]
    assert find_clashes({"follow": "/"}) == ["slash does both query and follow"]


@pytest.mark.parametrize("key", ["F", "f5", "ctrl+f", "slash", "/", "end", "shift+f3", "ctrl+left", "é"])
def test_a_key_that_a_terminal_can_send_is_taken(key: str) -> None:
    assert not [text for text in find_clashes({"review-reason": key}) if "is not a key" in text]


@pytest.mark.parametrize(
    ("key", "suggestion"),
    [("page_up", "; did you mean 'pageup'?"), ("", ""), ("F99", ""), ("slahs", "; did you mean 'slash'?")],
)
def test_an_own_key_that_is_none_is_reported_with_the_nearest(key: str, suggestion: str) -> None:
    assert find_clashes({"follow": key}) == [f"follow: {key!r} is not a key{suggestion}"]


def test_every_binding_of_every_screen_and_widget_is_in_the_table() -> None:
    """Those of our own classes; what Textual's inputs do for editing a line is theirs."""
    table = {key.id for key in KEYS}
    package = Path(tetratui.ui.__file__).parent
    names = [".".join(path.relative_to(package).with_suffix("").parts) for path in package.rglob("*.py")]
    modules = [importlib.import_module(f"tetratui.ui.{name}") for name in names if "__init__" not in name]
    classes = {value for module in modules for value in vars(module).values() if isinstance(value, type)}
    ours = [cls for cls in classes if cls.__module__.startswith("tetratui.") and "BINDINGS" in vars(cls)]
    assert len(ours) > 15
    for cls in ours:
        for binding in cls.BINDINGS:
            assert binding.id in table, cls
            assert binding.description, cls
            assert binding.tooltip, cls
            assert binding.group, cls


def test_one_key_may_do_two_things_only_where_both_are_never_active() -> None:
    assert find_clashes({"noise-suggest": "w"}) == []
    assert find_clashes({"noise-suggest": "u"}) == ["u does both noise-suggest and undo"]
    assert find_clashes({"draft-split": "S"}) == ["S does both draft-split and draft-split-all"]


DIALOGS = frozenset(("bar", "confirm", "mark-all"))
"""A line that is typed in and questions: what their keys do stands beside them."""
EQUAL = {
    "cursor-down": "down", "cursor-up": "up", "help-down": "down", "help-up": "up", "roots": "parent", "mark": "noise",
    "clear-query": "drop", "remove": "drop", "select": "pick", "file": "pick", "split": "pick",
    "cell-left": "left", "cell-right": "right", "fold": "left", "unfold": "right",
    "process-next": "same-process", "detail-down": "scroll-down", "detail-up": "scroll-up",
    "quit": "leave", "back": "leave", "cancel": "leave", "close": "leave",
    "pane-next": "other-pane", "pane-previous": "other-pane", "side": "other-pane", "other": "other-pane",
    "detail": "go-on", "replace": "go-on", "accept": "go-on", "open": "go-on",
}  # fmt: skip
"""What two things that a key does have in common, where they are the same thing on different screens."""
BOTH = {
    "enter": {"draft": "go-on"},
    "question_mark": {"close": "help"},
    "slash": {"query": "search", "find": "search"},
    "left": {"narrower": "left"},
    "right": {"broader": "right"},
    "h": {"narrower": "left"},
    "l": {"broader": "right"},
    "space": {"take": "pick"},
    "delete": {"take": "drop"},
    "backspace": {"take": "drop"},
    "d": {"open": "draft"},
    "tab": {"next": "other-pane"},
    "shift+tab": {"previous": "other-pane"},
}
"""The same for one key of several."""
SCROLLS = {"J": "scroll-down", "ctrl+d": "scroll-down", "U": "scroll-up", "ctrl+u": "scroll-up"}


def meaning(key: Key, pressed: str) -> str:
    """Return what a key of a screen means: the same word on every screen where it does the same."""
    name = key.id.removeprefix(f"{key.scope}-").removeprefix("mark-" if key.group == "Mark" else "")
    if pressed in SCROLLS and key.label.startswith("scroll"):
        return SCROLLS[pressed]
    return BOTH.get(pressed, {}).get(name) or EQUAL.get(name, name)


def test_a_key_means_one_thing_on_all_screens() -> None:
    meanings: dict[str, dict[str, list[str]]] = {}
    for key in (key for key in KEYS if key.scope not in DIALOGS):
        for pressed in key.keys.split(","):
            meanings.setdefault(pressed.strip(), {}).setdefault(meaning(key, pressed.strip()), []).append(key.id)
    assert {pressed: several for pressed, several in meanings.items() if len(several) > 1} == {}
