"""The sender of an event, as `<location>` and `<hostname>` test it.

For an event from an agent the location is `(AGENT) any->FILE`, and the hostname is the agent's name (cleanevent.c). An
agent usually has the name of its machine, which Tetragon writes as `node_name`.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field

from tetratui.core.folders import DEFAULT_EXPORT_FILE

Sender = Mapping[str, bytes | None]
"""`location` and `hostname` as far as they are given; None for one that cannot be known."""
HOST_FIELD = b"node_name"
"""The event field that names the machine."""


@dataclass(frozen=True, slots=True)
class EventSender:
    """What is known of the sender of all events."""

    given: Sender = field(default_factory=dict)

    def fields_for(self, host: bytes | None) -> dict[bytes, bytes]:
        """Return the known sender fields of an event from a host: those given, else those of a usual agent."""
        usual: Sender = {}
        if host:
            usual = {"hostname": host, "location": b"(%s) any->%s" % (host, DEFAULT_EXPORT_FILE.encode())}
        known = {**usual, **self.given}
        return {name.encode(): text for name, text in known.items() if text is not None}
