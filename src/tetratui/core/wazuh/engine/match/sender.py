"""Where events come from, as `<location>` and `<hostname>` see it.

The manager names an agent's events `(AGENT) any->FILE` and takes the agent's name as their host (cleanevent.c). An
agent is usually called like its machine, which Tetragon writes as `node_name`.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field

from tetratui.core.wazuh.write.agent_blocks import EXPORT_FILE

Sender = Mapping[str, bytes | None]
"""`location` and `hostname` where they are given; None for one that cannot be known."""
HOST_FIELD = b"node_name"
"""The event's field that names its machine."""


@dataclass(frozen=True, slots=True)
class Origin:
    """What is known of the sender of all events."""

    given: Sender = field(default_factory=dict)

    def of(self, host: bytes | None) -> dict[bytes, bytes]:
        """Say where an event of this host comes from: what is given, else the usual; what is not known is left out."""
        usual: Sender = {}
        if host:
            usual = {"hostname": host, "location": b"(%s) any->%s" % (host, EXPORT_FILE.encode())}
        known = {**usual, **self.given}
        return {name.encode(): text for name, text in known.items() if text is not None}
