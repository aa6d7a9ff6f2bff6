"""Check elements of a rule whose text the manager validates, and return its messages."""

from __future__ import annotations

import re
from dataclasses import dataclass

from tetratui.core.wazuh.engine.formats.osxml import Element, decode_text
from tetratui.core.wazuh.engine.match.times import read_time, read_weekday

_INFO_TYPES = frozenset({"text", "link", "cve", "osvdb"})
_WORD_END = re.compile(rb"(?<!\\),")


@dataclass(frozen=True, slots=True)
class Faults:
    """Messages about one element."""

    early: tuple[str, ...] = ()
    """Logged before all other messages of the file; they do not stop the manager by themselves."""
    messages: tuple[str, ...] = ()
    """Logged in the order of the file."""
    refuses: bool = False
    """Whether they stop the manager."""


def invalid_element(element: Element) -> str:
    """Return the message that repeats an element."""
    return f"(1274): Invalid configuration. Element '{decode_text(element.name)}': {decode_text(element.text)}."


def check_time(element: Element) -> Faults:
    """Check a `<time>`."""
    meaning, complaints = read_time(decode_text(element.text))
    early = tuple(f"(1240): Invalid time format: '{complaint}'." for complaint in complaints)
    if meaning is not None:
        return Faults(early)
    return Faults(early, (invalid_element(element),), refuses=True)


def check_weekday(element: Element) -> Faults:
    """Check a `<weekday>`."""
    text = decode_text(element.text)
    if read_weekday(text) is not None:
        return Faults()
    return Faults(messages=(f"(1241): Invalid day format: '{text}'.", invalid_element(element)), refuses=True)


def check_ignore(element: Element) -> Faults:
    """Check the names in an `<ignore>` or `<check_if_ignored>`.

    The list itself never holds an event back: the manager compares each line of its file, newline included, with a text
    that has no newline (fts.c).
    """
    words = (word.lstrip(b" ").split(b" ", 1)[0] for word in _WORD_END.split(element.text))
    if all(words):
        return Faults()
    return Faults(messages=(f"Wrong {element.tag} option: '{decode_text(element.text)}'",), refuses=True)


def check_info(element: Element) -> Faults:
    """Check the first attribute of an `<info>`; the rule loads with any."""
    name, value = (decode_text(part) for part in element.attributes[0]) if element.attributes else ("type", "text")
    if name.lower() != "type":
        return Faults(messages=(f'rules_op: Element info has invalid attribute "{name}"',))
    if value not in _INFO_TYPES:
        return Faults(messages=(f'rules_op: Element info attribute "{name}" has invalid value "{value}"',))
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
"""The tests in C that a `<compiled_rule>` may name; none is emulated."""


def check_compiled(element: Element) -> Faults:
    """Check the name in a `<compiled_rule>`."""
    name = decode_text(element.text)
    if name in _COMPILED:
        return Faults()
    return Faults(messages=(f"Compiled rule not found: '{name}'", invalid_element(element)), refuses=True)


CHECKS = {
    "time": check_time,
    "weekday": check_weekday,
    "ignore": check_ignore,
    "check_if_ignored": check_ignore,
    "info": check_info,
    "compiled_rule": check_compiled,
}
"""The check of an element, by its name."""
