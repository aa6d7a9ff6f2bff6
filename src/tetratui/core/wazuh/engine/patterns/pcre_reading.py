"""Read a pcre2 pattern as the manager's PCRE2 10.42 does, and write it for the library in use."""

from __future__ import annotations

import re
from collections.abc import Callable
from dataclasses import dataclass, field

from tetratui.core.wazuh.engine.patterns import pcre_changes as changes
from tetratui.core.wazuh.engine.patterns.pcre_calls import is_recursive
from tetratui.core.wazuh.engine.patterns.pcre_changes import Change
from tetratui.core.wazuh.engine.patterns.pcre_class import read_class
from tetratui.core.wazuh.engine.patterns.pcre_escapes import escape_change, is_cased_letter
from tetratui.core.wazuh.engine.patterns.pcre_lookahead import asks_twice
from tetratui.core.wazuh.engine.patterns.pcre_lookbehind import (
    UnclearLengthError,
    VariableLengthError,
    check_lookbehinds,
)
from tetratui.core.wazuh.engine.patterns.pcre_scan import FLAGS, Item, Kind, depth, scan
from tetratui.core.wazuh.engine.patterns.pcre_unicode import depends_on_unicode
from tetratui.core.wazuh.engine.patterns.syntax import PatternSyntaxError

ORDINARY = re.compile(
    rb"(?:\(\?i\))?(?:[^\\{\[(]|\\[AzZbBdDwWsShHvVtnrfe!-/:-@\[-`{-~]|\\x[0-9A-Fa-f]{2}|\{\d+(?:,\d*)?\}|\(\?[:!]|\((?![?*])"
    rb"|\[\^?(?:[^\]\[\\]|\\[!-/:-@\[-`{-~]|\\x[0-9A-Fa-f]{2})+\])*+",
    re.DOTALL,
)
"""Patterns that hold nothing of what changed; most do, and need no scan."""
_NAME = re.compile(rb"\(\?(?:P?<([^=!*>][^>]*)>|'([^']*)')")
_LONGEST_NAME = 32
_DEEPEST = 250
_VERSION = re.compile(rb"\(\?\(VERSION(>?=)(\d+)(?:\.(\d+))?\)")
_NEW_START_OPTION = re.compile(rb"\(\*(?:CASELESS_RESTRICT|TURKISH_CASING)\)")
_GROUP_CONDITION = re.compile(rb"\(\?\((?!R|DEFINE|VERSION)")
_VERSION_OF_MANAGER = (10, 42)


@dataclass(slots=True)
class Reading:
    """A pattern for the library in use, and what is to know of it."""

    pattern: bytes
    unknown: Change | None = None
    """The construct whose meaning is not followed."""
    interpreted: bool = False
    """Whether only the library's interpreter does as the manager."""
    met: set[Change] = field(default_factory=set)
    """All rows of the table that the pattern touches."""


def read_pattern(pattern: bytes) -> Reading:
    """Return a pattern in words of the library in use.

    Raises:
        PatternSyntaxError: 10.42 refuses what the library in use would take.
    """
    if ORDINARY.fullmatch(pattern):
        return Reading(pattern)
    return Reader(pattern).read()


class Reader:
    """One pattern on its way to the library in use."""

    def __init__(self, pattern: bytes) -> None:
        self._items = scan(pattern)
        self._met: list[Change] = []
        options = {item.text for item in self._items if item.kind is Kind.START_OPTION}
        self._is_utf = b"(*UTF)" in options
        self._rules: dict[Kind, Callable[[Item], bytes]] = {
            Kind.START_OPTION: self._verb,
            Kind.VERB: self._verb,
            Kind.OPEN: self._open,
            Kind.FLAGS: self._flags,
            Kind.REFERENCE: self._escape,
            Kind.ESCAPE: self._escape,
            Kind.CLASS: self._class,
            Kind.LITERAL: self._literal,
        }

    def read(self) -> Reading:
        """Return it in words of the library in use."""
        self._check_calls_kept()
        parts = [self._rules[item.kind](item) if item.kind in self._rules else item.text for item in self._items]
        self._look_at_whole()
        unknown = next((change for change in self._met if change.answer is changes.Answer.UNKNOWN), None)
        interpreted = any(change.answer is changes.Answer.INTERPRETED for change in self._met)
        return Reading(b"".join(parts), unknown, interpreted, set(self._met))

    def _note(self, change: Change, written: bytes = b"") -> bytes:
        """Note a row that the pattern touches.

        Raises:
            PatternSyntaxError: 10.42 refuses the construct.
        """
        if change.answer is changes.Answer.REFUSED:
            raise PatternSyntaxError(f"PCRE2 {changes.MANAGER_VERSION} refuses {change.construct} ({change.reason})")
        self._met.append(change)
        return written

    def _verb(self, item: Item) -> bytes:
        if _NEW_START_OPTION.match(item.text):
            self._note(changes.START_OPTIONS)
        if item.text.startswith(b"(*LIMIT_"):
            self._note(changes.LIMITS, item.text)
        return self._note(changes.VERBS, item.text)

    def _open(self, item: Item) -> bytes:
        if item.text == b"(?[":
            self._note(changes.EXTENDED_CLASS)
        if item.text in (b"(*scs:", b"(*scan_substring:"):
            self._note(changes.SCAN_SUBSTRING)
        name = _NAME.fullmatch(item.text)
        if name and len(name[1] or name[2]) > _LONGEST_NAME:
            self._note(changes.LONG_NAMES)
        if version := _VERSION.fullmatch(item.text):
            return self._note(changes.VERSION, _decided(version))
        if item.text.startswith(b"(*"):
            self._note(changes.VERBS, item.text)
        return self._flags(item)

    def _flags(self, item: Item) -> bytes:
        flags = FLAGS.fullmatch(item.text)
        if flags and any(letter in flags[2] + (flags[3] or b"") for letter in (b"a", b"r")):
            self._note(changes.OPTION_LETTERS)
        return item.text

    def _check_calls_kept(self) -> None:
        for item, following in zip(self._items, self._items[1:], strict=False):
            is_open = item.kind is Kind.CALL and item.text.startswith(b"(") and not item.text.endswith(b")")
            if is_open and following.text.startswith(b"("):
                self._note(changes.KEPT_GROUPS)

    def _literal(self, item: Item) -> bytes:
        # What is written with a backslash never begins a repetition.
        return self._note(changes.REPEAT_BRACES, b"\\{") if item.text == b"{" else item.text

    def _class(self, item: Item) -> bytes:
        reading = read_class(item)
        for change in reading.met:
            self._note(change)
        return reading.text

    def _escape(self, item: Item) -> bytes:
        text = item.text
        if text == b"\\C":
            return self._note(changes.SINGLE_BYTE, b"(?s:.)")
        if text == b"\\X":
            return self._note(changes.GRAPHEMES, text)
        if text == b"\\x":
            return self._note(changes.NO_DIGITS, b"\\x00")
        if change := escape_change(text):
            return self._note(change, text)
        if item.mode.caseless and is_cased_letter(text):
            return self._note(changes.CASED, b"(?-i:" + text + b")")
        return text

    def _look_at_whole(self) -> None:
        """Note what shows only in several items together; groups too deep in one another are refused by the library."""
        if depth(self._items) > _DEEPEST:
            return
        try:
            check_lookbehinds(self._items)
        except VariableLengthError:
            self._note(changes.VARIABLE_LOOKBEHIND)
        except UnclearLengthError:
            self._note(changes.UNCLEAR_LOOKBEHIND)
        if is_recursive(self._items):
            self._note(changes.RECURSION)
        elif any(item.kind is Kind.CALL for item in self._items) and any(map(_looks_at_groups, self._items)):
            self._note(changes.CALL_AND_GROUPS)
        if self._is_utf and any(map(depends_on_unicode, self._items)):
            self._note(changes.UNICODE)
        if asks_twice(self._items):
            self._note(changes.LEADING_LOOKAHEAD)


def _decided(version: re.Match[bytes]) -> bytes:
    """Return a condition on the version that is true here where it is true of the manager's."""
    asked = (int(version[2]), int((version[3] or b"0").ljust(2, b"0")))
    holds = asked == _VERSION_OF_MANAGER or (version[1] == b">=" and asked < _VERSION_OF_MANAGER)
    return b"(?(VERSION>=0)" if holds else b"(?(VERSION>=99)"


def _looks_at_groups(item: Item) -> bool:
    return item.kind is Kind.REFERENCE or item.text == b"\\K" or _GROUP_CONDITION.match(item.text) is not None
