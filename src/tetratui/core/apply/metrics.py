"""Read the metrics of an agent: what it exported, what its lists hid, what it lost. All start at 0 with the agent."""

from __future__ import annotations

import http.client
import re
from dataclasses import dataclass

_LINE = re.compile(r"^([a-z_:]+)(\{[^}]*\})?\s+(\S+)", re.MULTILINE)
_TIMEOUT = 5.0
_LOST = {
    "tetragon_bpf_missed_events_total": "in the kernel",
    "tetragon_observer_ringbuf_events_lost_total": "in the ring buffer",
    "tetragon_observer_ringbuf_queue_events_lost_total": "in the agent's queue",
    "tetragon_export_ratelimit_events_dropped_total": "by its rate limit",
}


@dataclass(frozen=True, slots=True)
class AgentMetrics:
    """The counters of an agent since its start."""

    values: dict[str, float]
    """Name to the sum over all labels."""

    @property
    def total(self) -> int:
        """Events before the lists."""
        return int(self.values.get("tetragon_events_total", 0))

    @property
    def exported(self) -> int:
        """Events after the lists."""
        return int(self.values.get("tetragon_events_exported_total", 0))

    @property
    def hidden(self) -> int:
        """Events that the lists hid."""
        return max(0, self.total - self.exported)

    @property
    def losses(self) -> dict[str, int]:
        """Where events were lost, and how many; only where some were."""
        return {where: int(self.values[name]) for name, where in _LOST.items() if self.values.get(name)}


def parse_metrics(text: str) -> AgentMetrics:
    """Return the counters in what an agent serves."""
    values: dict[str, float] = {}
    for name, _, number in _LINE.findall(text):
        try:
            values[name] = values.get(name, 0.0) + float(number)
        except ValueError:
            continue
    return AgentMetrics(values)


def read_metrics(address: str) -> AgentMetrics | None:
    """Return the counters of an agent that serves metrics at `host:port` or `:port`; None if it does not answer."""
    host, _, port = address.rpartition(":")
    if not port.isdigit():
        return None
    connection = http.client.HTTPConnection(host.strip("[]") or "127.0.0.1", int(port), timeout=_TIMEOUT)
    try:
        connection.request("GET", "/metrics")
        response = connection.getresponse()
        text = response.read().decode("utf-8", "replace")
    except (OSError, http.client.HTTPException):
        return None
    finally:
        connection.close()
    return parse_metrics(text) if response.status == http.HTTPStatus.OK else None


def describe_losses(address: str) -> str:
    """Return what an agent lost since its start, as the end of a sentence; empty if it serves no metrics."""
    metrics = read_metrics(address) if address else None
    if metrics is None:
        return ""
    losses = [f"{count:,} {where}" for where, count in metrics.losses.items()]
    return f"; events lost since its start: {', '.join(losses) or 'none'}"
