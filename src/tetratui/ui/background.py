"""Work away from the event loop: started in one place, so that every failure is shown."""

from __future__ import annotations

import os
import traceback
from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from functools import partial, wraps
from typing import Any, Concatenate, ParamSpec, TypeVar, cast
from weakref import WeakKeyDictionary

from textual.dom import DOMNode
from textual.message import Message
from textual.worker import Worker

from tetratui.core.errors import TetratuiError
from tetratui.core.events.visible import visible
from tetratui.ui.operator_app import OperatorApp
from tetratui.ui.terminal.terminal_options import TRACEBACK_VARIABLE

Work = Callable[[], Awaitable[None] | None]
Node = TypeVar("Node", bound=DOMNode)
Arguments = ParamSpec("Arguments")


@dataclass(frozen=True, slots=True)
class Job:
    """A kind of work, whoever starts it."""

    group: str
    doing: str
    """For the operator, as "counting the noise groups": the sentence goes on with "failed"."""
    thread: bool = False
    exclusive: bool = True
    """Whether it replaces what the same node started before in this group."""
    repeatable: bool = True
    """Whether the operator may have it done again."""


JOBS: list[Job] = []
"""All of them, as far as their modules are imported."""
_newest: WeakKeyDictionary[DOMNode, dict[str, object]] = WeakKeyDictionary()
"""What each node started last, by group."""


@dataclass
class WorkFailed(Message):
    """Work has failed; bubbles from the node that started it to the app, which shows it."""

    job: Job
    node: DOMNode
    text: str
    """What failed and why, in one line that is safe to show."""
    details: str
    """The traceback of a fault of ours, safe to show; empty for what the operator can act on."""
    again: Callable[[], object] | None
    """Starts the same work once more."""


def job(group: str, doing: str, *, thread: bool = False, exclusive: bool = True, repeatable: bool = True) -> Job:
    """Define a kind of work."""
    defined = Job(group, doing, thread, exclusive, repeatable)
    JOBS.append(defined)
    return defined


def background(
    kind: Job,
) -> Callable[[Callable[Concatenate[Node, Arguments], Any]], Callable[Concatenate[Node, Arguments], Worker[None]]]:
    """Turn a method of a node into one that starts the work and returns at once."""

    def decorate(
        method: Callable[Concatenate[Node, Arguments], Any],
    ) -> Callable[Concatenate[Node, Arguments], Worker[None]]:
        @wraps(method)
        def begin(node: Node, /, *arguments: Arguments.args, **options: Arguments.kwargs) -> Worker[None]:
            return start(node, kind, partial(method, node, *arguments, **options))

        return begin

    return decorate


def start(node: DOMNode, kind: Job, work: Work) -> Worker[None]:
    """Start work of a node: a coroutine function on the event loop, or a function in a thread."""
    app, token = node.app, object()
    _newest.setdefault(node, {})[kind.group] = token

    def again() -> None:
        # A node that was removed has nothing to show the result on, and newer work of the group replaced this one.
        if node.is_attached and not (kind.exclusive and _newest[node][kind.group] is not token):
            start(node, kind, work)

    def report(error: Exception) -> None:
        key = app.key_of("retry") if kind.repeatable and isinstance(app, OperatorApp) else ""
        text = describe_failure(kind, error) + (f"; {key} tries again" if key else "")
        failed = WorkFailed(kind, node, text, safe_traceback(error), again if kind.repeatable else None)
        # A removed node passes no message on; the operator must see the failure nevertheless.
        if not (node.is_attached and node.post_message(failed)):
            app.post_message(failed)

    def in_thread() -> None:
        try:
            work()
        except Exception as error:
            report(error)

    async def on_loop() -> None:
        try:
            await cast(Awaitable[None], work())
        except Exception as error:
            report(error)

    return node.run_worker(
        in_thread if kind.thread else on_loop,
        group=kind.group,
        description=kind.doing,
        exclusive=kind.exclusive,
        thread=kind.thread,
    )


def describe_failure(kind: Job, error: Exception) -> str:
    """Return what failed and why in one line, with the remedy where there is one."""
    if isinstance(error, TetratuiError):
        return visible(f"{kind.doing} failed: {error}")
    what = f"{type(error).__name__}: {error}".split("\n")[0][:300]
    if isinstance(error, OSError):
        return visible(f"{kind.doing} failed: {what}")
    where = f"{_raising_line(error)}; " if os.environ.get(TRACEBACK_VARIABLE) else ""
    return visible(
        f"{kind.doing} failed, a fault of tetratui itself: {what}; {where}{TRACEBACK_VARIABLE}=1 "
        f"{'shows the traceback after the end' if where else 'shows more'}"
    )


def safe_traceback(error: Exception) -> str:
    """Return the traceback of a fault of ours, each line safe to show; empty for an error the operator can act on."""
    if isinstance(error, TetratuiError):
        return ""
    return "\n".join(visible(line) for text in traceback.format_exception(error) for line in text.splitlines())


def _raising_line(error: Exception) -> str:
    frames = traceback.extract_tb(error.__traceback__)
    return f"{os.path.basename(frames[-1].filename)} line {frames[-1].lineno}" if frames else "location unknown"
