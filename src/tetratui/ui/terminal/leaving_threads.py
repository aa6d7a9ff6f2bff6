"""Threads that nobody waits for when the operator leaves: a long computation must not keep the terminal."""

from __future__ import annotations

import atexit
import os
import sys
from collections.abc import Callable
from concurrent.futures import Future, ThreadPoolExecutor
from contextlib import suppress
from threading import Thread
from typing import Any, ParamSpec, TypeVar

Given = ParamSpec("Given")
Result = TypeVar("Result")


class LeavingThreads(ThreadPoolExecutor):
    """Runs each job in a thread of its own, which ends with the program."""

    def __init__(self) -> None:
        super().__init__(max_workers=1)
        self._threads_running: list[Thread] = []

    def submit(self, fn: Callable[Given, Result], /, *args: Given.args, **kwargs: Given.kwargs) -> Future[Result]:
        """Start a job."""
        future: Future[Result] = Future()
        self._threads_running = [thread for thread in self._threads_running if thread.is_alive()]
        thread = Thread(target=_run, args=(future, lambda: fn(*args, **kwargs)), daemon=True)
        self._threads_running.append(thread)
        thread.start()
        return future

    def shutdown(self, wait: bool = True, *, cancel_futures: bool = False) -> None:
        """Return at once: whoever waits for the answers has gone."""

    def leave_with(self, code: int) -> None:
        """End the program with a code at its end, where a thread still runs.

        An orderly end would stop such a thread somewhere in a library, which may abort the program.
        """
        atexit.register(self._leave, code)

    def _leave(self, code: int) -> None:
        if any(thread.is_alive() for thread in self._threads_running):
            for stream in (sys.stdout, sys.stderr):
                with suppress(OSError, ValueError, AttributeError):
                    stream.flush()
            os._exit(code)


def _run(future: Future[Any], job: Callable[[], Any]) -> None:
    if not future.set_running_or_notify_cancel():
        return
    try:
        result = job()
    except BaseException as error:
        future.set_exception(error)
    else:
        future.set_result(result)
