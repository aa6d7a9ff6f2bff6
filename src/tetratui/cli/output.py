"""Print for all verbs, data on stdout and narration on stderr, and turn their errors into exit codes."""

from __future__ import annotations

import contextlib
import io
import os
import sys
from collections.abc import Callable
from enum import IntEnum
from typing import Any

import orjson

from tetratui.core.errors import RefusedError, SourceError, TargetError, TetratuiError, UsageError
from tetratui.core.events.visible import visible

TRACEBACK_VARIABLE = "TETRATUI_TRACEBACK"
"""The environment variable that, if set, shows the traceback of a fault of tetratui itself."""


class ExitCode(IntEnum):
    """The exit codes of all verbs (docs/command-line.md)."""

    DONE = 0
    """Done; stderr names what could not be done in full."""
    REFUSED = 1
    """The list or rule file is refused or has a lint of severity error, or a recorded attack sample would be hidden.

    Also where events that a query selects are left out of its draft.
    """
    USAGE = 2
    """The options or arguments are wrong."""
    UNREADABLE = 3
    """A source could not be read, or a target could not be written."""
    TAKEN_BACK = 4
    """A change was applied and taken back: a step failed, nobody confirmed it, or the terminal was lost."""
    FAULT = 70
    """A fault of tetratui itself."""
    INTERRUPTED = 130
    """The operator pressed ctrl+c."""


_CODES: list[tuple[type[TetratuiError], ExitCode]] = [
    (UsageError, ExitCode.USAGE),
    (SourceError, ExitCode.UNREADABLE),
    (TargetError, ExitCode.UNREADABLE),
    (RefusedError, ExitCode.REFUSED),
]


def say(message: str) -> None:
    """Print a message for the operator on stderr; hostile text in it is made visible."""
    print("\n".join(visible(line) for line in message.split("\n")), file=sys.stderr)


def put(text: str) -> None:
    """Print one or more lines of data on stdout; hostile text in it is made visible."""
    sys.stdout.write("\n".join(visible(line) for line in text.split("\n")) + "\n")


def put_line(line: bytes) -> None:
    """Print one line of data on stdout as it is; on a terminal hostile text in it is made visible."""
    if sys.stdout.isatty():
        put(line.decode("utf-8", "backslashreplace").rstrip("\r"))
    else:
        sys.stdout.buffer.write(line + b"\n")


def put_json(value: Any) -> None:
    """Print one JSON document on stdout."""
    sys.stdout.buffer.write(orjson.dumps(value, option=orjson.OPT_INDENT_2 | orjson.OPT_APPEND_NEWLINE))
    sys.stdout.flush()


def choose_exit_code(error: TetratuiError) -> ExitCode:
    """Return the exit code for an error of the core."""
    return next((code for kind, code in _CODES if isinstance(error, kind)), ExitCode.REFUSED)


def run_guarded(run: Callable[[], int | None]) -> int:
    """Run a verb and return its exit code; an error is one line on stderr, never a traceback."""
    _escape_unknown_characters()
    try:
        code = int(run() or ExitCode.DONE)
        sys.stdout.flush()
    except TetratuiError as error:
        say(f"tetratui: {error}")
        return choose_exit_code(error)
    except KeyboardInterrupt:
        say("tetratui: interrupted")
        return ExitCode.INTERRUPTED
    except BrokenPipeError:
        # The reader (head, less) has what it wanted. At exit Python would flush stdout and complain again.
        with contextlib.suppress(OSError):
            os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
        return ExitCode.DONE
    except OSError as error:
        say(f"tetratui: {error.filename or 'output'}: {error.strerror or error}")
        return ExitCode.UNREADABLE
    except Exception as error:
        # Nothing above catches it: the operator gets a sentence and a way to report it.
        if os.environ.get(TRACEBACK_VARIABLE):
            raise
        say(f"tetratui: a fault of tetratui itself: {type(error).__name__}: {error}")
        say(f"please report it with what {TRACEBACK_VARIABLE}=1 shows")
        return ExitCode.FAULT
    return code


def _escape_unknown_characters() -> None:
    """Let stdout and stderr escape characters outside the terminal's encoding instead of raising an error."""
    for stream in (sys.stdout, sys.stderr):
        if isinstance(stream, io.TextIOWrapper):
            stream.reconfigure(errors="backslashreplace")
