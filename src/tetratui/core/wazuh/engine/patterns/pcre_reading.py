"""Read a pcre2 pattern as the manager's PCRE2 10.42 does, and rewrite it for the library in use here."""

from __future__ import annotations

import re
from collections.abc import Callable
from dataclasses import dataclass, field

from tetratui.core.wazuh.engine.patterns import pcre_changes as changes
from tetratui.core.wazuh.engine.patterns.errors import PatternSyntaxError
from tetratui.core.wazuh.engine.patterns.pcre_calls import is_recursive
from tetratui.core.wazuh.engine.patterns.pcre_changes import PcreChange
from tetratui.core.wazuh.engine.patterns.pcre_class import read_class
from tetratui.core.wazuh.engine.patterns.pcre_escapes import escape_change, is_cased_letter
from tetratui.core.wazuh.engine.patterns.pcre_lookahead import may_require_twice
from tetratui.core.wazuh.engine.patterns.pcre_lookbehind import (
    UnclearLengthError,
    VariableLengthError,
    check_lookbehinds,
)
from tetratui.core.wazuh.engine.patterns.pcre_scan import FLAGS, Item, ItemKind, depth, scan
from tetratui.core.wazuh.engine.patterns.pcre_unicode import depends_on_unicode

ORDINARY = re.compile(
    rb"(?:\(\?i\))?(?:[^\\{\[(]|\\[AzZbBdDwWsShHvVtnrfe!-/:-@\[-`{-~]|\\x[0-9A-Fa-f]{2}|\{\d+(?:,\d*)?\}|\(\?[:!]|\((?![?*])"
    rb"|\[\^?(?:[^\]\[\\]|\\[!-/:-@\[-`{-~]|\\x[0-9A-Fa-f]{2})+\])*+",
    re.DOTALL,
)
"""Patterns without any changed construct. Most are such, and need no scan."""
_NAME = re.compile(rb"\(\?(?:P?<([^=!*>][^>]*)>|'([^']*)')")
_NAME_BYTES = 32
_MAX_DEPTH = 250
_VERSION = re.compile(rb"\(\?\(VERSION(>?=)(\d+)(?:\.(\d+))?\)")
_NEW_START_OPTION = re.compile(rb"\(\*(?:CASELESS_RESTRICT|TURKISH_CASING)\)")
_GROUP_CONDITION = re.compile(rb"\(\?\((?!R|DEFINE|VERSION)")
_VERSION_OF_MANAGER = (10, 42)


@dataclass(slots=True)
class Reading:
    """A pattern rewritten for the library in use, and what is known of it."""

    pattern: bytes
    unknown: PcreChange | None = None
    """The construct that is not emulated."""
    interpreted: bool = False
    """Whether only the library's interpreter answers as the manager does."""
    met: set[PcreChange] = field(default_factory=set)
    """All changed constructs in the pattern."""


def read_pattern(pattern: bytes) -> Reading:
    """Return a pattern rewritten for the library in use.

    Raises:
        PatternSyntaxError: 10.42 refuses the pattern, but the library in use would accept it.
    """
    if ORDINARY.fullmatch(pattern):
        return Reading(pattern)
    return PatternRewriter(pattern).rewrite()


class PatternRewriter:
    """Rewrites one pattern for the library in use."""

    def __init__(self, pattern: bytes) -> None:
        self._items = scan(pattern)
        self._met: list[PcreChange] = []
        options = {item.text for item in self._items if item.kind is ItemKind.START_OPTION}
        self._is_utf = b"(*UTF)" in options
        self._rewriters: dict[ItemKind, Callable[[Item], bytes]] = {
            ItemKind.START_OPTION: self._rewrite_verb,
            ItemKind.VERB: self._rewrite_verb,
            ItemKind.OPEN: self._rewrite_open,
            ItemKind.FLAGS: self._rewrite_flags,
            ItemKind.REFERENCE: self._rewrite_escape,
            ItemKind.ESCAPE: self._rewrite_escape,
            ItemKind.CLASS: self._rewrite_class,
            ItemKind.LITERAL: self._rewrite_literal,
        }

    def rewrite(self) -> Reading:
        """Return the pattern rewritten for the library in use."""
        self._check_calls_kept()
        parts = [
            self._rewriters[item.kind](item) if item.kind in self._rewriters else item.text for item in self._items
        ]
        self._check_whole()
        unknown = next((change for change in self._met if change.answer is changes.Answer.UNKNOWN), None)
        interpreted = any(change.answer is changes.Answer.INTERPRETED for change in self._met)
        return Reading(b"".join(parts), unknown, interpreted, set(self._met))

    def _note(self, change: PcreChange, rewritten: bytes = b"") -> bytes:
        """Record a changed construct and return its rewritten text.

        Raises:
            PatternSyntaxError: 10.42 refuses the construct.
        """
        if change.answer is changes.Answer.REFUSED:
            raise PatternSyntaxError(f"PCRE2 {changes.MANAGER_VERSION} refuses {change.construct} ({change.reason})")
        self._met.append(change)
        return rewritten

    def _rewrite_verb(self, item: Item) -> bytes:
        if _NEW_START_OPTION.match(item.text):
            self._note(changes.START_OPTIONS)
        if item.text.startswith(b"(*LIMIT_"):
            self._note(changes.LIMITS, item.text)
        return self._note(changes.VERBS, item.text)

    def _rewrite_open(self, item: Item) -> bytes:
        if item.text == b"(?[":
            self._note(changes.EXTENDED_CLASS)
        if item.text in (b"(*scs:", b"(*scan_substring:"):
            self._note(changes.SCAN_SUBSTRING)
        name = _NAME.fullmatch(item.text)
        if name and len(name[1] or name[2]) > _NAME_BYTES:
            self._note(changes.LONG_NAMES)
        if version := _VERSION.fullmatch(item.text):
            return self._note(changes.VERSION, _decide_version(version))
        if item.text.startswith(b"(*"):
            self._note(changes.VERBS, item.text)
        return self._rewrite_flags(item)

    def _rewrite_flags(self, item: Item) -> bytes:
        flags = FLAGS.fullmatch(item.text)
        if flags and any(letter in flags[2] + (flags[3] or b"") for letter in (b"a", b"r")):
            self._note(changes.OPTION_LETTERS)
        return item.text

    def _check_calls_kept(self) -> None:
        for item, following in zip(self._items, self._items[1:], strict=False):
            is_open = item.kind is ItemKind.CALL and item.text.startswith(b"(") and not item.text.endswith(b")")
            if is_open and following.text.startswith(b"("):
                self._note(changes.KEPT_GROUPS)

    def _rewrite_literal(self, item: Item) -> bytes:
        # A brace with a backslash never begins a repetition.
        return self._note(changes.REPEAT_BRACES, b"\\{") if item.text == b"{" else item.text

    def _rewrite_class(self, item: Item) -> bytes:
        reading = read_class(item)
        for change in reading.met:
            self._note(change)
        return reading.text

    def _rewrite_escape(self, item: Item) -> bytes:
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

    def _check_whole(self) -> None:
        """Record changes that show only in several items together. The library refuses groups that nest too deep."""
        if depth(self._items) > _MAX_DEPTH:
            return
        try:
            check_lookbehinds(self._items)
        except VariableLengthError:
            self._note(changes.VARIABLE_LOOKBEHIND)
        except UnclearLengthError:
            self._note(changes.UNCLEAR_LOOKBEHIND)
        if is_recursive(self._items):
            self._note(changes.RECURSION)
        elif any(item.kind is ItemKind.CALL for item in self._items) and any(map(_depends_on_groups, self._items)):
            self._note(changes.CALL_AND_GROUPS)
        if self._is_utf and any(map(depends_on_unicode, self._items)):
            self._note(changes.UNICODE)
        if may_require_twice(self._items):
            self._note(changes.LEADING_LOOKAHEAD)


def _decide_version(version: re.Match[bytes]) -> bytes:
    """Return a condition on the version that has the same answer here as with the manager's version."""
    required = (int(version[2]), int((version[3] or b"0").ljust(2, b"0")))
    holds = required == _VERSION_OF_MANAGER or (version[1] == b">=" and required < _VERSION_OF_MANAGER)
    return b"(?(VERSION>=0)" if holds else b"(?(VERSION>=99)"


def _depends_on_groups(item: Item) -> bool:
    return item.kind is ItemKind.REFERENCE or item.text == b"\\K" or _GROUP_CONDITION.match(item.text) is not None
