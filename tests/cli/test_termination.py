"""Requests to end: raised at once, or deferred to the end of a context."""

from __future__ import annotations

import os
import signal

import pytest

from tetratui.cli.termination import Termination

pytestmark = pytest.mark.usefixtures("default_signals")


def test_a_request_raises_keyboard_interrupt_and_the_former_handlers_are_restored() -> None:
    with pytest.raises(KeyboardInterrupt), Termination().handle():
        os.kill(os.getpid(), signal.SIGTERM)
    assert signal.getsignal(signal.SIGTERM) == signal.SIG_DFL
    assert signal.getsignal(signal.SIGINT) == signal.default_int_handler


def test_only_the_first_request_is_deferred() -> None:
    termination, reached = Termination(), []

    def work() -> None:
        os.kill(os.getpid(), signal.SIGINT)
        reached.append("the first goes on")
        os.kill(os.getpid(), signal.SIGINT)
        reached.append("the second does not")

    with pytest.raises(KeyboardInterrupt), termination.handle(), termination.defer():
        work()
    assert reached == ["the first goes on"]


def test_a_deferred_request_is_raised_afterwards() -> None:
    termination, reached = Termination(), []

    def work() -> None:
        with termination.defer():
            os.kill(os.getpid(), signal.SIGHUP)
            reached.append("within")
        reached.append("after")

    with pytest.raises(KeyboardInterrupt), termination.handle():
        work()
    assert reached == ["within"]


def test_an_ignored_signal_stays_ignored() -> None:
    former = signal.signal(signal.SIGHUP, signal.SIG_IGN)
    try:
        with Termination().handle():
            os.kill(os.getpid(), signal.SIGHUP)
        assert signal.getsignal(signal.SIGHUP) == signal.SIG_IGN
    finally:
        signal.signal(signal.SIGHUP, former)
