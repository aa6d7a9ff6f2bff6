"""How every verb ends and speaks: data on stdout, narration on stderr, one exit code from one place."""

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
"""Set to anything, a fault of tetratui itself is shown with its traceback."""


class ExitCode(IntEnum):
    """What a script can tell from the end of a verb (docs/command-line.md)."""

    DONE = 0
    """It did what was asked; what fell short of it is said on stderr."""
    REFUSED = 1
    """The list or rule file is refused or has a lint of severity error, or a recorded attack sample would be hidden.

    Also where events that a query selects are left out of its draft.
    """
    USAGE = 2
    """The words of the call are wrong."""
    UNREADABLE = 3
    """A source could not be read or a target not written."""
    FAULT = 70
    """A fault of tetratui itself; never the answer to a question."""
    INTERRUPTED = 130
    """The operator pressed ctrl+c."""


_CODES: list[tuple[type[TetratuiError], ExitCode]] = [
    (UsageError, ExitCode.USAGE),
    (SourceError, ExitCode.UNREADABLE),
    (TargetError, ExitCode.UNREADABLE),
    (RefusedError, ExitCode.REFUSED),
]


def say(message: str) -> None:
    """Tell the operator something on stderr; hostile text in it is made visible."""
    print("\n".join(visible(line) for line in message.split("\n")), file=sys.stderr)


def put(text: str) -> None:
    """Print one or more lines of data on stdout; hostile text in it is made visible."""
    sys.stdout.write("\n".join(visible(line) for line in text.split("\n")) + "\n")


def put_json(value: Any) -> None:
    """Print one JSON document on stdout."""
    sys.stdout.buffer.write(orjson.dumps(value, option=orjson.OPT_INDENT_2 | orjson.OPT_APPEND_NEWLINE))
    sys.stdout.flush()


def exit_code_of(error: TetratuiError) -> ExitCode:
    """Map an error of the core to the code that a script sees."""
    return next((code for kind, code in _CODES if isinstance(error, kind)), ExitCode.REFUSED)


def guarded(run: Callable[[], int | None]) -> int:
    """Run a verb to its exit code: an error is one line on stderr, a closed pipe or ctrl+c is no traceback."""
    _take_any_character()
    try:
        code = int(run() or ExitCode.DONE)
        sys.stdout.flush()
    except TetratuiError as error:
        say(f"tetratui: {error}")
        return exit_code_of(error)
    except KeyboardInterrupt:
        say("tetratui: interrupted")
        return ExitCode.INTERRUPTED
    except BrokenPipeError:
        # The reader (head, less) has gone: what it wanted it has. Python would complain again at exit.
        with contextlib.suppress(OSError):
            os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
        return ExitCode.DONE
    except OSError as error:
        say(f"tetratui: {error.filename or 'output'}: {error.strerror or error}")
        return ExitCode.UNREADABLE
    except Exception as error:
        # The last door: an operator gets a sentence and a way to report it, never a traceback.
        if os.environ.get(TRACEBACK_VARIABLE):
            raise
        say(f"tetratui: a fault of tetratui itself: {type(error).__name__}: {error}")
        say(f"please report it with what {TRACEBACK_VARIABLE}=1 shows")
        return ExitCode.FAULT
    return code


def _take_any_character() -> None:
    """Let a terminal that cannot show a character get its escape, not end the verb."""
    for stream in (sys.stdout, sys.stderr):
        if isinstance(stream, io.TextIOWrapper):
            stream.reconfigure(errors="backslashreplace")
