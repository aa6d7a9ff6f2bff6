"""Find the script that a command runs, and the commands that run code from their arguments.

Tetragon joins the arguments by spaces and drops the quotes, so words further on cannot be told apart: the text is read
only up to the first word that is no known option. Where that leaves doubt, no script is returned.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass

from tetratui.core.lineage.programs import INTERPRETERS, SHELLS, name_of

_WORD = re.compile(r' *(?:"([^"]*)"(?= |$)|([^ ]+))')
_INNER = re.compile(r"(?:^|[ /])(?:ba|da|z|k|mk|a|c|tc|fi|rba)?sh (?:-[A-Za-z]+ )*-[A-Za-z]*c(?: |$)")
"""A shell with code in the arguments of a command that starts others: `timeout 4 bash -c …`."""
_ITSELF = re.compile(r"/proc/(?:self|[0-9]+)/exe")
_CONTROL = re.compile(r"[\x00-\x1f\x7f]")


@dataclass(frozen=True, slots=True)
class _Options:
    """The options of one interpreter that may stand before its script."""

    flags: str = ""
    """Letters without a value that do not change which file is run."""
    valued: str = ""
    """Letters whose value is the rest of their word or, where that is empty, the next word."""
    code: str = ""
    """Letters that mean that the arguments hold code."""
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
    """The path of the script as it was given; empty when it runs none, or that is not certain."""
    code: bool = False
    """Whether it runs code from its arguments."""
    stdin: bool = False
    """Whether it runs what it reads from its standard input."""


def runs_itself(binary: str) -> bool:
    """Return whether a process executed its own file again through /proc, so that its path does not name the file."""
    return _ITSELF.fullmatch(binary) is not None


def command_of(binary: str, arguments: str) -> Command:
    """Return the script that a command runs, or that it runs code from its arguments or its input."""
    name = name_of(binary)
    words = [quoted or plain for quoted, plain in _WORD.findall(arguments[:4096])]
    if name == "busybox" and words:
        name, words = words[0], words[1:]
    options = _OPTIONS.get(name)
    if _ITSELF.fullmatch(binary) and words[:1] and words[0].startswith("-"):
        # Busybox in a container: its path does not say which of its commands it is, but only its shell takes code.
        return Command(code=_cluster(_SHELL, words[0][1:]) == "code")
    if options is not None:
        return _interpreter_command(options, words)
    if name in INTERPRETERS and _starts_code(name, arguments):
        return Command(code=True)
    # A start by shebang: the kernel puts the script's path, after one argument at most, before its own arguments.
    return Command(script=binary) if binary in words[:2] else Command()


def _starts_code(name: str, arguments: str) -> bool:
    takes_code = name in {"su", "runuser", "script"}
    has_code = takes_code and re.search(r"(?:^| )(?:-c|--command)(?: |=)", arguments) is not None
    return has_code or _INNER.search(arguments) is not None


def _interpreter_command(options: _Options, words: list[str]) -> Command:
    """Read the words of an interpreter up to its script; an unknown option ends the search without one."""
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
        meaning = _cluster(options, word[1:])
        if meaning is None:
            return Command()
        if meaning == "code":
            return Command(code=True)
        if meaning == "next":
            next(rest, "")
    return Command(stdin=True)


def _cluster(options: _Options, letters: str) -> str | None:
    """Read options written as one word.

    Returns:
        `code`; `next` when the value of the last is the next word; `""` otherwise; None if one is unknown.
    """
    if not letters or set(letters) - set(options.flags + options.valued + options.code):
        # An unknown letter may take what follows as its value; a letter for code counts wherever it stands.
        return "code" if set(letters) & set(options.code) and letters.isalpha() else None
    if set(letters) & set(options.code):
        return "code"
    for position, letter in enumerate(letters):
        if letter in options.valued:
            return "next" if position == len(letters) - 1 else ""
    return ""


def _script(path: str) -> Command:
    return Command() if not path or _CONTROL.search(path) else Command(script=path)
