"""What the manager finds wrong with elements whose text it checks, apart from what a rule makes of them."""

from __future__ import annotations

import re
from dataclasses import dataclass

from tetratui.core.wazuh.engine.formats.osxml import Element, shown
from tetratui.core.wazuh.engine.match.times import read_time, read_weekday

_INFO_TYPES = frozenset({"text", "link", "cve", "osvdb"})
_WORD_END = re.compile(rb"(?<!\\),")


@dataclass(frozen=True, slots=True)
class Faults:
    """Messages about one element."""

    at_once: tuple[str, ...] = ()
    """Said before all else of the file; they do not refuse by themselves."""
    said: tuple[str, ...] = ()
    """Said in turn."""
    refuses: bool = False
    """Whether the manager does not start."""


def wrong(element: Element) -> str:
    """The message that repeats an element."""
    return f"(1274): Invalid configuration. Element '{shown(element.name)}': {shown(element.text)}."


def time_faults(element: Element) -> Faults:
    """Check a `<time>`."""
    meaning, complaints = read_time(shown(element.text))
    at_once = tuple(f"(1240): Invalid time format: '{complaint}'." for complaint in complaints)
    if meaning is not None:
        return Faults(at_once)
    return Faults(at_once, (wrong(element),), refuses=True)


def weekday_faults(element: Element) -> Faults:
    """Check a `<weekday>`."""
    text = shown(element.text)
    if read_weekday(text) is not None:
        return Faults()
    return Faults(said=(f"(1241): Invalid day format: '{text}'.", wrong(element)), refuses=True)


def ignore_faults(element: Element) -> Faults:
    """Check the names in an `<ignore>` or `<check_if_ignored>`.

    The list itself never keeps an event back: the manager compares each line of its file, end of line included, with a
    text that has none (fts.c).
    """
    words = (word.lstrip(b" ").split(b" ", 1)[0] for word in _WORD_END.split(element.text))
    if all(words):
        return Faults()
    return Faults(said=(f"Wrong {element.tag} option: '{shown(element.text)}'",), refuses=True)


def info_faults(element: Element) -> Faults:
    """Check the first attribute of an `<info>`; the rule loads whatever it says."""
    name, value = (shown(part) for part in element.attributes[0]) if element.attributes else ("type", "text")
    if name.lower() != "type":
        return Faults(said=(f'rules_op: Element info has invalid attribute "{name}"',))
    if value not in _INFO_TYPES:
        return Faults(said=(f'rules_op: Element info attribute "{name}" has invalid value "{value}"',))
    return Faults()


_COMPILED = frozenset(
    {
        "comp_srcuser_dstuser",
        "check_id_size",
        "comp_mswin_targetuser_calleruser_diff",
        "is_simple_http_request",
        "is_valid_crawler",
    }
)
"""The tests in C that a `<compiled_rule>` may name; none is followed here."""


def compiled_faults(element: Element) -> Faults:
    """Check the name in a `<compiled_rule>`."""
    name = shown(element.text)
    if name in _COMPILED:
        return Faults()
    return Faults(said=(f"Compiled rule not found: '{name}'", wrong(element)), refuses=True)


CHECKS = {
    "time": time_faults,
    "weekday": weekday_faults,
    "ignore": ignore_faults,
    "check_if_ignored": ignore_faults,
    "info": info_faults,
    "compiled_rule": compiled_faults,
}
"""By element name."""
