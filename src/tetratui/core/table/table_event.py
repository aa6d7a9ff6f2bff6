"""One event as the screens and the headless verbs show it."""

from __future__ import annotations

from dataclasses import dataclass

from tetratui.core.events.kinds import Kind


@dataclass(frozen=True, slots=True)
class Event:
    """The fields of one row; None where the line lacks the field. Texts are as in the line: hostile."""

    row: int
    time: int
    """Nanoseconds since the epoch, UTC; -1 unknown."""
    kind: Kind
    approximate: bool
    """Whether the line has no time of its own; `time` is then that of the line before."""
    size: int
    """Bytes of the line."""
    node: str | None = None
    """The name that the agent gives its host."""
    host: str | None = None
    """The host as the operator reaches it; None where all events come from one source."""
    cluster: str | None = None
    function: str | None = None
    """The hooked function; the symbol of a uprobe, the name of a usdt, `subsys/event` of a tracepoint."""
    policy: str | None = None
    action: str | None = None
    """What the policy did; of a throttle event `THROTTLE_START` or `THROTTLE_STOP`."""
    dropped: int | None = None
    """Events that the agent's rate limit kept out, as a rate-limit event counts them."""
    signal: str | None = None
    file: str | None = None
    """The path of the first file argument, or of a loader event or uprobe; the cgroup of a throttle event."""
    status: int | None = None
    """Exit status; 0 where an exit event has neither a status nor a signal."""
    took: float | None = None
    """Milliseconds from the start of the process to its exit (exit events)."""
    family: str | None = None
    proto: str | None = None
    saddr: str | None = None
    sport: int | None = None
    daddr: str | None = None
    dport: int | None = None
    pid: int | None = None
    uid: int | None = None
    """The effective user id."""
    auid: int | None = None
    """The login user id; 4294967295 = none."""
    user: str | None = None
    binary: str | None = None
    arguments: str | None = None
    cwd: str | None = None
    flags: str | None = None
    exec_id: str | None = None
    start: int | None = None
    """Start of the process, nanoseconds since the epoch."""
    in_init_tree: bool | None = None
    namespace: str | None = None
    workload: str | None = None
    workload_kind: str | None = None
    pod: str | None = None
    container: str | None = None
    image: str | None = None
    docker: str | None = None
    labels: str | None = None
    """The pod's labels, `key=value` joined by commas, the keys rising."""
    exec_probe: bool = False
    """Whether Tetragon flags the process as a probe of Kubernetes (`maybe_exec_probe`)."""
    parent_exec_id: str | None = None
    """As the process block names it; present even where the line has no parent block."""
    has_parent: bool = False
    """Whether the line has a parent block."""
    parent_pid: int | None = None
    parent_uid: int | None = None
    parent_binary: str | None = None
    parent_arguments: str | None = None
    parent_cwd: str | None = None
