"""Requests to end: raised at once, or put off until what is awaited has come."""

from __future__ import annotations

import os
import signal

import pytest

from tetratui.cli.endings import Endings

pytestmark = pytest.mark.usefixtures("default_signals")


def test_a_request_is_an_interrupt_and_the_former_handlers_come_back() -> None:
    with pytest.raises(KeyboardInterrupt), Endings().taken():
        os.kill(os.getpid(), signal.SIGTERM)
    assert signal.getsignal(signal.SIGTERM) == signal.SIG_DFL
    assert signal.getsignal(signal.SIGINT) == signal.default_int_handler


def test_a_request_is_put_off_once() -> None:
    endings, reached = Endings(), []

    def awaited() -> None:
        os.kill(os.getpid(), signal.SIGINT)
        reached.append("the first goes on")
        os.kill(os.getpid(), signal.SIGINT)
        reached.append("the second does not")

    with pytest.raises(KeyboardInterrupt), endings.taken(), endings.put_off():
        awaited()
    assert reached == ["the first goes on"]


def test_a_request_that_was_put_off_ends_it_afterwards() -> None:
    endings, reached = Endings(), []

    def awaited() -> None:
        with endings.put_off():
            os.kill(os.getpid(), signal.SIGHUP)
            reached.append("within")
        reached.append("after")

    with pytest.raises(KeyboardInterrupt), endings.taken():
        awaited()
    assert reached == ["within"]


def test_what_is_ignored_stays_ignored() -> None:
    former = signal.signal(signal.SIGHUP, signal.SIG_IGN)
    try:
        with Endings().taken():
            os.kill(os.getpid(), signal.SIGHUP)
        assert signal.getsignal(signal.SIGHUP) == signal.SIG_IGN
    finally:
        signal.signal(signal.SIGHUP, former)
