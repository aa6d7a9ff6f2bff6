"""The link to the terminal: its budget, its round trip, and the offer to send less over a slow one."""

from __future__ import annotations

import socket
import struct
from collections.abc import Callable

import pytest
from tests_ui import drawn

from tetratui.core.config.model import Terminal
from tetratui.ui.app import Tetratui
from tetratui.ui.terminal.bandwidth_offer import QUESTIONS, SLOW, offer_low_bandwidth, switch_bandwidth
from tetratui.ui.terminal.rate_limiter import LONGEST, RateLimiter
from tetratui.ui.terminal.round_trip import QUESTION, RoundTrip, connection_round_trip
from tetratui.ui.terminal.terminal_link import TerminalLink

SSH = {"SSH_CONNECTION": "192.0.2.1 50000 192.0.2.2 22"}


def test_drawing_waits_for_what_was_sent_beyond_the_budget() -> None:
    now = 0.0
    limiter = RateLimiter(1000, lambda: now)
    assert limiter.seconds_to_wait() == pytest.approx(0.1)
    limiter.count_sent(450 + 1800)
    assert limiter.seconds_to_wait() == pytest.approx(2.0)
    now = 1.0
    assert limiter.seconds_to_wait() == pytest.approx(1.0)
    now = 100.0
    limiter.count_sent(450)
    assert limiter.seconds_to_wait() == pytest.approx(0.1), "a long pause buys no flood"
    assert limiter.sent == 2700


def test_the_screen_is_drawn_every_two_seconds_however_many_bytes_answers_to_keys_took() -> None:
    now = 0.0
    limiter = RateLimiter(1000, lambda: now)
    for _ in range(10):
        limiter.count_sent(5000)
    assert limiter.seconds_to_wait() == pytest.approx(LONGEST)
    now = 2.5
    assert limiter.seconds_to_wait() == pytest.approx(0.1), "the rest of the debt is forgotten"


def test_the_shortest_answer_counts_and_one_without_a_question_does_not() -> None:
    now = 0.0
    trip = RoundTrip(lambda: now)
    trip.note_answer()
    assert trip.seconds is None
    for took in (0.9, 0.4, 0.6):
        trip.note_question()
        now += took
        trip.note_answer()
    assert trip.seconds == pytest.approx(0.4)


@pytest.mark.parametrize(("family", "host"), [(socket.AF_INET, "127.0.0.1"), (socket.AF_INET6, "::1")])
def test_the_kernel_measures_the_round_trip_of_the_connection_that_ssh_names(family: int, host: str) -> None:
    try:
        server = socket.create_server((host, 0), family=family)
    except OSError:
        pytest.skip("this machine has no such address")
    with server, socket.create_connection(server.getsockname()[:2]) as client, server.accept()[0] as served:
        client.sendall(b"x")
        served.recv(1)
        ends = [str(part) for part in (*client.getpeername()[:2], *client.getsockname()[:2])]
        seconds = connection_round_trip({"SSH_CONNECTION": " ".join(ends)})
        (microseconds,) = struct.unpack_from("=I", client.getsockopt(socket.IPPROTO_TCP, socket.TCP_INFO, 104), 68)
        assert seconds == pytest.approx(microseconds / 1e6)


@pytest.mark.parametrize("named", ["192.0.2.1 1 192.0.2.2 2", "", "a b c d", "::1 1 127.0.0.1 2", "1 2 3"])
def test_without_such_a_connection_there_is_no_round_trip(named: str) -> None:
    assert connection_round_trip({"SSH_CONNECTION": named}) is None
    assert connection_round_trip({}) is None


def answering(app: Tetratui, monkeypatch: pytest.MonkeyPatch, seconds: float) -> list[str]:
    """Let the terminal answer after so many seconds; return the notices that will be shown."""
    now = 0.0
    app.link.trip = RoundTrip(lambda: now)
    sent: list[str] = []

    def send(sequence: str) -> bool:
        nonlocal now
        sent.append(sequence)
        now += seconds
        app.link.trip.note_answer()
        return True

    notices: list[str] = []
    monkeypatch.setattr(app, "send", send)
    monkeypatch.setattr(app, "tell", lambda text, *_: notices.append(text))
    return notices


@pytest.mark.parametrize(
    ("seconds", "environment", "offers"), [(2 * SLOW, SSH, 1), (SLOW / 2, SSH, 0), (2 * SLOW, {}, 0)]
)
async def test_less_is_offered_once_over_ssh_when_answers_take_long(
    app_of: Callable[..., Tetratui],
    monkeypatch: pytest.MonkeyPatch,
    seconds: float,
    environment: dict[str, str],
    offers: int,
) -> None:
    app = app_of()
    async with app.run_test():
        notices = answering(app, monkeypatch, seconds)
        await offer_low_bandwidth(app, environment, pause=0)
        assert len([text for text in notices if "low-bandwidth" in text]) == offers
        assert not app.link.low, "offered, never forced"


async def test_where_the_terminal_never_answers_nothing_is_offered(app_of: Callable[..., Tetratui]) -> None:
    app = app_of()
    sent: list[str] = []
    async with app.run_test():
        app.send = lambda sequence: bool(sent.append(sequence))  # type: ignore[method-assign]
        await offer_low_bandwidth(app, SSH, pause=0)
        assert sent == [QUESTION] * QUESTIONS
        assert not [notice for notice in drawn.notices(app) if "bandwidth" in notice.message]


async def test_the_palette_switches_between_the_budgets_and_back(app_of: Callable[..., Tetratui]) -> None:
    app = app_of()
    async with app.run_test(size=(80, 24)) as pilot:
        full = app.link.limiter.bytes_per_second
        switch_bandwidth(app)
        await pilot.pause()
        assert app.link.limiter.bytes_per_second == pytest.approx(3500 * 0.9)
        assert app.query_one("#process EventGrid").plain  # type: ignore[attr-defined]
        assert "low bandwidth" in app.link.describe()
        switch_bandwidth(app)
        await pilot.pause()
        assert app.link.limiter.bytes_per_second == full
        assert not app.query_one("#process EventGrid").plain  # type: ignore[attr-defined]


def test_the_configuration_may_ask_for_low_bandwidth_always() -> None:
    assert TerminalLink(Terminal(low_bandwidth=True), low=False).low
