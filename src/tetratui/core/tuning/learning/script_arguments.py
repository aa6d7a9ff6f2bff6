"""Which argument of a command is the script that it runs, and which commands run code out of their arguments.

Tetragon writes the arguments joined by spaces and loses what held them together, so only the beginning of the text is
read, up to the first word that is no known option. What cannot be told is no script.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass

from tetratui.core.tuning.safety.risky_binaries import INTERPRETERS, SHELLS, name_of

_WORD = re.compile(r' *(?:"([^"]*)"(?= |$)|([^ ]+))')
_INNER = re.compile(r"(?:^|[ /])(?:ba|da|z|k|mk|a|c|tc|fi|rba)?sh (?:-[A-Za-z]+ )*-[A-Za-z]*c(?: |$)")
"""A shell with code, named among the arguments of a command that starts others: `timeout 4 bash -c …`."""
_ITSELF = re.compile(r"/proc/(?:self|[0-9]+)/exe")
_CONTROL = re.compile(r"[\x00-\x1f\x7f]")


@dataclass(frozen=True, slots=True)
class _Options:
    """What the options of one interpreter mean, up to its script."""

    flags: str = ""
    """Letters that take nothing and change nothing about which file is run."""
    valued: str = ""
    """Letters that take the next word, or the rest of theirs."""
    code: str = ""
    """Letters after which code stands in the arguments."""
    long_flags: frozenset[str] = frozenset()
    long_code: frozenset[str] = frozenset()


_SHELL = _Options("abefhikmnptuvxBCEHPlr", "oO", "cs", frozenset({"--norc", "--noprofile", "--posix", "--login"}))
_OPTIONS: Mapping[str, _Options] = {
    **dict.fromkeys(SHELLS - {"busybox"}, _SHELL),
    "python": _Options("bBdEIOPqsSuvx", "WX", "c"),
    "perl": _Options("wWXtTUuSfa", "", "eEnp"),
    "ruby": _Options("wvWS", "", "e"),
    "node": _Options("", "", "ep", frozenset(), frozenset({"--eval", "--print"})),
    "nodejs": _Options("", "", "ep", frozenset(), frozenset({"--eval", "--print"})),
    "php": _Options("qnC", "", "rBRE", frozenset(), frozenset({"--run"})),
    "lua": _Options("iEW", "", "e"),
    "tclsh": _Options(),
    "wish": _Options(),
    "expect": _Options("iN", "", "c"),
    "pwsh": _Options("", "", "ce", frozenset(), frozenset({"-Command", "-EncodedCommand"})),
}


@dataclass(frozen=True, slots=True)
class Command:
    """What a command line runs."""

    script: str = ""
    """The path of the script, as it was given; empty when it runs none that can be told."""
    code: bool = False
    """It runs code that stands in its arguments."""
    stdin: bool = False
    """It runs what it reads from its standard input."""


def runs_itself(binary: str) -> bool:
    """Say whether a process ran its own file again, which its path no longer names."""
    return _ITSELF.fullmatch(binary) is not None


def command_of(binary: str, arguments: str) -> Command:
    """Tell the script that a command runs, or that it runs code out of its arguments or its input."""
    name = name_of(binary)
    words = [quoted or plain for quoted, plain in _WORD.findall(arguments[:4096])]
    if name == "busybox" and words:
        name, words = words[0], words[1:]
    options = _OPTIONS.get(name)
    if _ITSELF.fullmatch(binary) and words[:1] and words[0].startswith("-"):
        # Busybox in a container: which of its commands it is stands nowhere, but only its shell takes code.
        return Command(code=_cluster(_SHELL, words[0][1:]) == "code")
    if options is not None:
        return _interpreted(options, words)
    if name in INTERPRETERS and _starts_code(name, arguments):
        return Command(code=True)
    # A start by shebang: the kernel puts the script's path, after one argument at most, before its own arguments.
    return Command(script=binary) if binary in words[:2] else Command()


def _starts_code(name: str, arguments: str) -> bool:
    own = name in {"su", "runuser", "script"} and re.search(r"(?:^| )(?:-c|--command)(?: |=)", arguments) is not None
    return own or _INNER.search(arguments) is not None


def _interpreted(options: _Options, words: list[str]) -> Command:
    rest = iter(words)
    for word in rest:
        if word == "--":
            return _script(next(rest, ""))
        if word == "-":
            return Command(stdin=True)
        if word in options.long_flags:
            continue
        if word.partition("=")[0] in options.long_code:
            return Command(code=True)
        if word[:1] not in {"-", "+"}:
            return _script(word)
        if word.startswith("--"):
            return Command()
        met = _cluster(options, word[1:])
        if met is None:
            return Command()
        if met == "code":
            return Command(code=True)
        if met == "next":
            next(rest, "")
    return Command(stdin=True)


def _cluster(options: _Options, letters: str) -> str | None:
    """Read options written as one word: `code`, `next` when the last takes the next word, `""`, or None if unknown."""
    if not letters or set(letters) - set(options.flags + options.valued + options.code):
        # A letter nobody knows may swallow what follows; one that brings code does so wherever it stands.
        return "code" if set(letters) & set(options.code) and letters.isalpha() else None
    if set(letters) & set(options.code):
        return "code"
    for place, letter in enumerate(letters):
        if letter in options.valued:
            return "next" if place == len(letters) - 1 else ""
    return ""


def _script(path: str) -> Command:
    return Command() if not path or _CONTROL.search(path) else Command(script=path)
