"""Compile and search regular expressions of Go with RE2, whose language is nearly the same.

RE2 accepts what Go refuses (`\\C`, group names that are no ASCII words, deep nesting) and refuses what Go accepts
(names in `\\p{…}` in any spelling). These differences are translated or refused here (docs/tetragon.md, "Regular
expressions").
"""

from __future__ import annotations

import re
from collections.abc import Callable, Sequence
from functools import lru_cache
from typing import Any, Protocol

import numpy as np
import re2

from tetratui.core.tetragon.format.scanner import FilterError
from tetratui.core.tetragon.match.unicode_names import is_emulated, re2_spelling

_MOST_NESTING = 1000
"""The height of the parsed tree beyond which Go says "expression nests too deeply"."""
_MEMORY = 512 << 20
"""Bytes; a limit, not a reservation. With RE2's default of 8 MiB it would refuse expressions that Go accepts."""

_TOKEN = re.compile(
    r"""
    (?P<quoted>\\Q(?:(?!\\E).)*(?:\\E)?)
    |(?P<property>\\[pP](?:\{(?P<name>[^{}]*)\}|(?P<letter>[^{])))
    |(?P<byte>\\C)
    |(?P<escape>\\x\{[^}]*\}|\\.)
    |(?P<posix>\[:\^?[A-Za-z]+:\])
    |(?P<group>\(\?P?<(?P<word>[^>]*)>)
    |(?P<flags>\(\?[A-Za-z-]*\))
    |(?P<open>\((?:\?[A-Za-z-]*:)?)
    |(?P<class>\[\^?\]?)
    |(?P<times>[*+?]\??|\{[0-9]+(?:,[0-9]*)?\}\??)
    |(?P<other>.)
    """,
    re.VERBOSE | re.DOTALL,
)
_TOO_OFTEN = re.compile(r"\{(?:[1-9][0-9]{4,}(?:,(?:0|[1-9][0-9]*)?)?|(?:0|[1-9][0-9]*),[1-9][0-9]{4,})\}\??")
"""Counts of five digits and more. Like Go, RE2 refuses 1001, but it reads a count beyond its integers as plain text."""
_GROUP_NAME = re.compile(r"[A-Za-z0-9_]+")
_WHOLE_TEXT = re.compile(r"\^((?:[^\\.+*?()|\[\]{}^$]|\\[\x00-/:-@\[-`{-\x7f])*)\$")
"""An expression that matches one text and no other."""
_PLAIN = re.compile(r"(?:[^\\(\[{]|\\[\x00-/:-@\[-`{-\x7f])*")
"""An expression without groups, classes, counts and escaped letters: Go and RE2 read it alike."""
_ESCAPED = re.compile(r"\\(.)", re.DOTALL)


class CompiledPattern(Protocol):
    """A compiled expression."""

    def search(self, text: str) -> object | None:
        """Return a match anywhere in the text, else None."""


class _UnanswerablePattern:
    """An expression that is not emulated. It never matches, because what it matches is not known."""

    def search(self, text: str) -> object | None:  # noqa: ARG002 - the signature of the protocol
        """Return None."""
        return None


@lru_cache(maxsize=16384)
def compile_pattern(pattern: str) -> CompiledPattern:
    """Compile an expression of Go.

    Raises:
        FilterError: Go refuses the expression (stage "build").
    """
    translated = translate(pattern)
    try:
        expression: CompiledPattern = re2.compile(translated, _options())
    except UnicodeEncodeError as error:
        raise _refused(pattern, "invalid UTF-8", "write half a surrogate pair as the whole character") from error
    except re2.error as error:
        reason = error.args[0]
        text = reason.decode("utf-8", "replace") if isinstance(reason, bytes) else str(reason)
        raise _refused(pattern, text, _remedy(pattern)) from error
    return _UnanswerablePattern() if unanswerable_reason(pattern) else expression


def _options() -> Any:
    options = re2.Options()
    options.max_mem = _MEMORY
    options.log_errors = False
    options.never_capture = True
    return options


def _refused(pattern: str, reason: str, remedy: str) -> FilterError:
    shown = pattern if len(pattern) <= 100 else pattern[:100] + "…"
    return FilterError(f"not a regular expression of Tetragon: {shown!r}: {reason}", remedy, stage="build")


def _remedy(pattern: str) -> str:
    if re.search(r"\(\?<?[=!]", pattern):
        return "Tetragon has no look-around: write what should match, not what should not"
    if re.search(r"\\[1-9]", pattern):
        return "Tetragon has no back references"
    if re.search(r"\\[Zz]", pattern):
        return "write $ for the end of the text"
    return "the dialect is RE2: see https://github.com/google/re2/wiki/Syntax"


def translate(pattern: str) -> str:
    """Return the expression that means to RE2 what this one means to Go.

    Raises:
        FilterError: Go refuses the expression and RE2 would accept it.
    """
    return pattern if _PLAIN.fullmatch(pattern) else _translate(pattern)[0]


def unanswerable_reason(pattern: str) -> str:
    """Return why an expression that Go accepts is not emulated here, empty if it is."""
    names = _translate(pattern)[1] if "\\p" in pattern or "\\P" in pattern else ()
    return f"{', '.join(names)} in {pattern!r} is not emulated" if names else ""


@lru_cache(maxsize=16384)
def _translate(pattern: str) -> tuple[str, tuple[str, ...]]:
    """Return the expression for RE2, and the character classes in it that RE2 has no name for.

    Letters stand for such a class, so that RE2 still finds other errors in the expression.
    """
    parts: list[str] = []
    missing: list[str] = []
    height = _TreeHeight()
    offset, in_class = 0, False
    while offset < len(pattern):
        match = _TOKEN.match(pattern, offset)
        if match is None:
            raise _refused(pattern, "unreadable", _remedy(pattern))
        # The group that closed last names the kind; these three are inner groups.
        kind = match.lastgroup if match.lastgroup not in {"name", "letter", "word"} else _outer(match)
        if in_class:
            match, kind = _inside_class(match, kind)
        offset = match.end()
        if kind == "property" and not is_emulated(_name(match)):
            missing.append(match.group())
            parts.append(r"\pL")
        else:
            parts.append(_translated(pattern, match, kind))
        if kind == "class":
            in_class = True
        elif in_class and match.group() == "]":
            in_class = False
        height.add("other" if in_class else kind, match.group())
    if height.total() > _MOST_NESTING:
        raise _refused(pattern, "nested too deeply", "write it with fewer groups")
    return "".join(parts), tuple(missing)


def _outer(match: re.Match[str]) -> str:
    return "group" if match["group"] else "property"


def _inside_class(match: re.Match[str], kind: str | None) -> tuple[re.Match[str], str | None]:
    """Return a token as it is read between brackets.

    Only properties, escapes and `[:…:]` keep their meaning there. Every other character stands for itself.
    """
    if kind in {"property", "byte", "escape", "posix"}:
        return match, kind
    single = re.compile(r"\\.|.", re.DOTALL).match(match.string, match.start())
    assert single is not None  # the token matched at least one character here
    return single, "other"


def _translated(pattern: str, match: re.Match[str], kind: str | None) -> str:
    if kind == "byte":
        raise _refused(pattern, "invalid escape sequence: `\\C`", "write (?s:.) for any character")
    if kind == "group" and not _GROUP_NAME.fullmatch(match["word"]):
        raise _refused(pattern, f"invalid named capture: {match['word']!r}", "name it with ASCII letters, digits and _")
    if kind == "property":
        return _property(pattern, match)
    if kind == "times" and _TOO_OFTEN.fullmatch(match.group()):
        raise _refused(pattern, f"invalid repeat count: `{match.group()}`", "repeat at most 1000 times")
    return match.group()


def _name(match: re.Match[str]) -> str:
    return match["name"].removeprefix("^") if match["name"] is not None else match["letter"]


def _property(pattern: str, match: re.Match[str]) -> str:
    spelling = re2_spelling(_name(match))
    if spelling is None:
        remedy = r"name a script or a category of Unicode: \p{Greek}, \p{Lu}"
        raise _refused(pattern, f"invalid character class range: `{match.group()}`", remedy)
    negation = "^" if match["name"] is not None and match["name"].startswith("^") else ""
    return f"{match.group()[:2]}{{{negation}{spelling}}}"


class _TreeHeight:
    """Measures the height of the tree that Go would parse.

    Groups, repeats, sequences and alternatives each add one. Neighbouring literal characters are one node of the tree.
    """

    def __init__(self) -> None:
        self._open: list[tuple[list[list[int]], bool]] = []
        """The branches around each open group, and whether the group captures."""
        self._branches: list[list[int]] = [[]]
        """The alternatives of the innermost open group, each a list of the heights of its parts."""
        self._literal = False
        """Whether the last token was a literal character."""

    def add(self, kind: str | None, text: str) -> None:
        """Add the next token."""
        branch = self._branches[-1]
        if kind == "open" or kind == "group":
            self._open.append((self._branches, kind == "group" or text == "("))
            self._branches = [[]]
        elif kind == "times" and branch:
            branch[-1] += 1
        elif text == "|" and kind == "other":
            self._branches.append([])
        elif text == ")" and kind == "other" and self._open:
            inner = _height_of(self._branches)
            self._branches, captures = self._open.pop()
            self._branches[-1].append(inner + captures)
        elif kind != "flags" and not (self._literal and kind == "other" and branch):
            branch.append(1)
        self._literal = kind == "other" and text not in "|()"

    def total(self) -> int:
        """Close all groups and return the height of the whole tree."""
        while self._open:
            self.add("other", ")")
        return _height_of(self._branches)


def _height_of(branches: list[list[int]]) -> int:
    heights = [max(branch, default=1) + (len(branch) > 1) for branch in branches]
    return max(heights) + (len(branches) > 1)


def literal_text(pattern: str) -> str | None:
    """Return the only text that an expression such as `^/usr/bin/a\\.out$` matches, None if there are others."""
    match = _WHOLE_TEXT.fullmatch(pattern)
    return _ESCAPED.sub(r"\1", match[1]) if match is not None else None


def search_texts(patterns: Sequence[str], texts: Sequence[str]) -> list[np.ndarray[Any, np.dtype[np.bool_]]]:
    """Search every text for every pattern in one pass; return for each pattern a mask over `texts`.

    Most patterns of real lists match one literal text. A dictionary looks those up, and only the others are searched.
    """
    masks = [np.zeros(len(texts), dtype=bool) for _ in patterns]
    literals: dict[str, list[int]] = {}
    searched: list[int] = []
    for number, pattern in enumerate(patterns):
        if unanswerable_reason(pattern):
            continue
        literal = literal_text(pattern)
        (searched if literal is None else literals.setdefault(literal, [])).append(number)
    if literals:
        # A column may hold the empty text twice: as a value, and for "no value".
        for index in (index for index, text in enumerate(texts) if text in literals):
            for number in literals[texts[index]]:
                masks[number][index] = True
    if searched:
        find_matches = _matcher([patterns[number] for number in searched])
        for index, text in enumerate(texts):
            for position in find_matches(text):
                masks[searched[position]][index] = True
    return masks


def _matcher(patterns: Sequence[str]) -> Callable[[str], Sequence[int]]:
    """Return a function that returns the positions of the patterns found in a text."""
    if len(patterns) == 1:
        # One expression alone is faster than a set of one, and never runs out of memory for its states.
        search = compile_pattern(patterns[0]).search
        return lambda text: (0,) if search(text) is not None else ()
    together = re2.Set.SearchSet(_options())
    for pattern in patterns:
        together.Add(translate(pattern))
    together.Compile()
    return lambda text: together.Match(text) or ()
