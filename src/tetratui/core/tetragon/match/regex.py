"""Go's regular expressions, answered by RE2: the same language but for the few places that are put right here.

RE2 takes what Go refuses (`\\C`, names of groups that are no ASCII words, deep nesting) and refuses what Go takes
(names in `\\p{…}` in any spelling); reference: docs/tetragon.md, "Regular expressions".
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
"""Go: "expression nests too deeply" beyond this height of the parsed tree."""
_MEMORY = 512 << 20
"""In bytes; a limit and not a reservation. RE2's own 8 MiB refuses what Go takes."""

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
"""Counts of five digits and more: RE2 refuses 1001 as Go does, and takes what does not fit its integers for a text."""
_GROUP_NAME = re.compile(r"[A-Za-z0-9_]+")
_WHOLE_TEXT = re.compile(r"\^((?:[^\\.+*?()|\[\]{}^$]|\\[\x00-/:-@\[-`{-\x7f])*)\$")
"""An expression that one text and no other matches."""
_PLAIN = re.compile(r"(?:[^\\(\[{]|\\[\x00-/:-@\[-`{-\x7f])*")
"""An expression without groups, classes, counts and escapes of letters: nothing in it is Go's alone."""
_ESCAPED = re.compile(r"\\(.)", re.DOTALL)


class Compiled(Protocol):
    """A compiled expression."""

    def search(self, text: str) -> object | None:
        """Find it anywhere in the text, or give None."""


class _Unanswered:
    """An expression that cannot be answered here: what it matches is not known, and nothing is claimed."""

    def search(self, text: str) -> object | None:  # noqa: ARG002  # as others are asked
        """Find nothing."""
        return None


@lru_cache(maxsize=16384)
def compiled(pattern: str) -> Compiled:
    """Compile an expression as Go would, or raise a FilterError of stage "build"."""
    translated = translate(pattern)
    try:
        expression: Compiled = re2.compile(translated, _options())
    except UnicodeEncodeError as error:
        raise _refused(pattern, "invalid UTF-8", "write half a surrogate pair as the whole character") from error
    except re2.error as error:
        reason = error.args[0]
        text = reason.decode("utf-8", "replace") if isinstance(reason, bytes) else str(reason)
        raise _refused(pattern, text, _remedy(pattern)) from error
    return _Unanswered() if unanswered(pattern) else expression


def _options() -> Any:
    options = re2.Options()
    options.max_mem = _MEMORY
    options.log_errors = False
    options.never_capture = True
    return options


def _refused(pattern: str, reason: str, remedy: str) -> FilterError:
    shown = pattern if len(pattern) <= 100 else pattern[:100] + "…"
    return FilterError(f"no expression of Tetragon: {shown!r}: {reason}", remedy, stage="build")


def _remedy(pattern: str) -> str:
    if re.search(r"\(\?<?[=!]", pattern):
        return "Tetragon has no look-around: name what is wanted instead of what is not"
    if re.search(r"\\[1-9]", pattern):
        return "Tetragon has no back references"
    if re.search(r"\\[Zz]", pattern):
        return "write $ for the end of the text"
    return "the dialect is RE2: see https://github.com/google/re2/wiki/Syntax"


def translate(pattern: str) -> str:
    """Write for RE2 what Go understands, or raise a FilterError where Go refuses and RE2 would not."""
    return pattern if _PLAIN.fullmatch(pattern) else _translate(pattern)[0]


def unanswered(pattern: str) -> str:
    """Return why an expression that Go takes cannot be answered here, empty if it can."""
    names = _translate(pattern)[1] if "\\p" in pattern or "\\P" in pattern else ()
    return f"{', '.join(names)} in {pattern!r} is not emulated" if names else ""


@lru_cache(maxsize=16384)
def _translate(pattern: str) -> tuple[str, tuple[str, ...]]:
    """Return the expression for RE2 and the classes in it that have no name there, for which another stands."""
    parts: list[str] = []
    missing: list[str] = []
    height = _Height()
    at, in_class = 0, False
    while at < len(pattern):
        match = _TOKEN.match(pattern, at)
        if match is None:
            raise _refused(pattern, "unreadable", _remedy(pattern))
        kind = match.lastgroup if match.lastgroup not in {"name", "letter", "word"} else _outer(match)
        if in_class:
            match, kind = _inside_class(match, kind)
        at = match.end()
        if kind == "property" and not is_emulated(_name(match)):
            missing.append(match.group())
            parts.append(r"\pL")
        else:
            parts.append(_translated(pattern, match, kind))
        if kind == "class":
            in_class = True
        elif in_class and match.group() == "]":
            in_class = False
        height.see("other" if in_class else kind, match.group())
    if height.most() > _MOST_NESTING:
        raise _refused(pattern, "nests too deeply", "write it with fewer groups")
    return "".join(parts), tuple(missing)


def _outer(match: re.Match[str]) -> str:
    return "group" if match["group"] else "property"


def _inside_class(match: re.Match[str], kind: str | None) -> tuple[re.Match[str], str | None]:
    """Between brackets only properties, escapes and `[:…:]` mean something; everything else is one character."""
    if kind in {"property", "byte", "escape", "posix"}:
        return match, kind
    single = re.compile(r"\\.|.", re.DOTALL).match(match.string, match.start())
    assert single is not None  # the token before it matched at least one character
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


class _Height:
    """Measures the height of the tree that Go would build: groups, repeats, sequences and alternatives each add one."""

    def __init__(self) -> None:
        self._open: list[tuple[list[list[int]], bool]] = []
        self._branches: list[list[int]] = [[]]
        self._literal = False

    def see(self, kind: str | None, text: str) -> None:
        """Take the next token."""
        branch = self._branches[-1]
        if kind == "open" or kind == "group":
            self._open.append((self._branches, kind == "group" or text == "("))
            self._branches = [[]]
        elif kind == "times" and branch:
            branch[-1] += 1
        elif text == "|" and kind == "other":
            self._branches.append([])
        elif text == ")" and kind == "other" and self._open:
            inner = _tall(self._branches)
            self._branches, captures = self._open.pop()
            self._branches[-1].append(inner + captures)
        elif kind != "flags" and not (self._literal and kind == "other" and branch):
            branch.append(1)
        self._literal = kind == "other" and text not in "|()"

    def most(self) -> int:
        """Give the height over all."""
        while self._open:
            self.see("other", ")")
        return _tall(self._branches)


def _tall(branches: list[list[int]]) -> int:
    heights = [max(branch, default=1) + (len(branch) > 1) for branch in branches]
    return max(heights) + (len(branches) > 1)


def whole_text(pattern: str) -> str | None:
    """Give the text that an expression stands for if it is matched by this one only: `^/usr/bin/a\\.out$`."""
    match = _WHOLE_TEXT.fullmatch(pattern)
    return _ESCAPED.sub(r"\1", match[1]) if match is not None else None


def search_columns(patterns: Sequence[str], texts: Sequence[str]) -> list[np.ndarray[Any, np.dtype[np.bool_]]]:
    """Answer every pattern for every text in one pass: a mask over `texts` for each of `patterns`."""
    masks = [np.zeros(len(texts), dtype=bool) for _ in patterns]
    wholes: dict[str, list[int]] = {}
    searched: list[int] = []
    for number, pattern in enumerate(patterns):
        if unanswered(pattern):
            continue
        whole = whole_text(pattern)
        (searched if whole is None else wholes.setdefault(whole, [])).append(number)
    if wholes:
        # A column may hold the empty text twice: as a value, and for "no value".
        for place in (place for place, text in enumerate(texts) if text in wholes):
            for number in wholes[texts[place]]:
                masks[number][place] = True
    if searched:
        matched = _matcher([patterns[number] for number in searched])
        for place, text in enumerate(texts):
            for index in matched(text):
                masks[searched[index]][place] = True
    return masks


def _matcher(patterns: Sequence[str]) -> Callable[[str], Sequence[int]]:
    if len(patterns) == 1:
        # One expression alone is faster than a set of one, and never runs out of memory for its states.
        search = compiled(patterns[0]).search
        return lambda text: (0,) if search(text) is not None else ()
    together = re2.Set.SearchSet(_options())
    for pattern in patterns:
        together.Add(translate(pattern))
    together.Compile()
    return lambda text: together.Match(text) or ()
