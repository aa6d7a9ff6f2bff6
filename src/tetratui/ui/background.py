"""Work away from the event loop: begun in one place, so that none of it fails without a word."""

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
from tetratui.ui.terminal.terminal_options import TRACEBACK_VARIABLE

Work = Callable[[], Awaitable[None] | None]
Node = TypeVar("Node", bound=DOMNode)
Given = ParamSpec("Given")


@dataclass(frozen=True, slots=True)
class Job:
    """What is worked at, whoever begins it."""

    group: str
    doing: str
    """For the operator, as "counting the noise groups": the sentence goes on with "failed"."""
    thread: bool = False
    exclusive: bool = True
    """Whether it takes the place of what the same node began before in this group."""
    repeatable: bool = True
    """Whether the operator may have it done again."""


JOBS: list[Job] = []
"""All of them, as far as their modules are imported."""
_newest: WeakKeyDictionary[DOMNode, dict[str, object]] = WeakKeyDictionary()
"""What each node began last, by group."""


@dataclass
class WorkFailed(Message):
    """Work has failed; goes from the node that began it up to the app, which says so."""

    job: Job
    node: DOMNode
    text: str
    """What failed and why, in one line that is safe to show."""
    details: str
    """The traceback of a fault of ours, safe to show; empty for what the operator can act on."""
    again: Callable[[], object] | None
    """Begins the same work once more."""


def job(group: str, doing: str, *, thread: bool = False, exclusive: bool = True, repeatable: bool = True) -> Job:
    """Name what is worked at."""
    named = Job(group, doing, thread, exclusive, repeatable)
    JOBS.append(named)
    return named


def background(
    named: Job,
) -> Callable[[Callable[Concatenate[Node, Given], Any]], Callable[Concatenate[Node, Given], Worker[None]]]:
    """Turn a method of a node into one that begins the work and returns at once."""

    def decorate(method: Callable[Concatenate[Node, Given], Any]) -> Callable[Concatenate[Node, Given], Worker[None]]:
        @wraps(method)
        def begin(node: Node, /, *given: Given.args, **options: Given.kwargs) -> Worker[None]:
            return start(node, named, partial(method, node, *given, **options))

        return begin

    return decorate


def start(node: DOMNode, named: Job, work: Work) -> Worker[None]:
    """Begin work of a node: a coroutine function on the event loop, or a function in a thread."""
    app, this = node.app, object()
    _newest.setdefault(node, {})[named.group] = this

    def again() -> None:
        # What was left has nothing to show it on, and what was begun since took the place of this.
        if node.is_attached and not (named.exclusive and _newest[node][named.group] is not this):
            start(node, named, work)

    def tell(error: Exception) -> None:
        key = getattr(app, "retry_key", "") if named.repeatable else ""
        text = why(named, error) + (f"; {key} tries again" if key else "")
        failed = WorkFailed(named, node, text, details_of(error), again if named.repeatable else None)
        # A screen that was left meanwhile hears nothing any more; the operator still does.
        if not (node.is_attached and node.post_message(failed)):
            app.post_message(failed)

    def in_thread() -> None:
        try:
            work()
        except Exception as error:
            tell(error)

    async def on_loop() -> None:
        try:
            await cast(Awaitable[None], work())
        except Exception as error:
            tell(error)

    return node.run_worker(
        in_thread if named.thread else on_loop,
        group=named.group,
        description=named.doing,
        exclusive=named.exclusive,
        thread=named.thread,
    )


def why(named: Job, error: Exception) -> str:
    """Say in one line what failed and why, with the remedy where there is one."""
    if isinstance(error, TetratuiError):
        return visible(f"{named.doing} failed: {error}")
    what = f"{type(error).__name__}: {error}".split("\n")[0][:300]
    if isinstance(error, OSError):
        return visible(f"{named.doing} failed: {what}")
    more = f"{_where(error)}; " if os.environ.get(TRACEBACK_VARIABLE) else ""
    return visible(
        f"{named.doing} failed, a fault of tetratui itself: {what}; {more}{TRACEBACK_VARIABLE}=1 "
        f"{'shows the traceback after the end' if more else 'shows more'}"
    )


def details_of(error: Exception) -> str:
    """Write the traceback of a fault of ours, each line safe to show."""
    if isinstance(error, TetratuiError):
        return ""
    return "\n".join(visible(line) for text in traceback.format_exception(error) for line in text.splitlines())


def _where(error: Exception) -> str:
    frames = traceback.extract_tb(error.__traceback__)
    return f"{os.path.basename(frames[-1].filename)} line {frames[-1].lineno}" if frames else "place unknown"
