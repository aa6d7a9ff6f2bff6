"""The JSON shapes that msgspec decodes a line into.

They hold only the fields that become columns. A field is None where the line lacks it or holds nothing usable.
"""

from __future__ import annotations

from typing import Annotated

import msgspec

MOST = 0x7FFFFFFFFFFFFFFF
"""The highest count that is kept."""
Unsigned = Annotated[int, msgspec.Meta(ge=0, le=0xFFFFFFFF)]
Pid = Annotated[int, msgspec.Meta(ge=0, le=0x7FFFFFFF)]
Signed = Annotated[int, msgspec.Meta(ge=-0x80000000, le=0xFFFFFFFF)]
Count = Annotated[int, msgspec.Meta(ge=0, le=MOST)]
NO_BLOCK = msgspec.Raw(b"")
"""Stands for a process block that the line does not have."""


class Named(msgspec.Struct, gc=False, frozen=True):
    """`{"name": …}`: a user, an image, a kernel module."""

    name: str | None = None


class Container(msgspec.Struct, gc=False, frozen=True):
    """`process.pod.container`."""

    name: str | None = None
    image: Named | None = None


class Pod(msgspec.Struct, gc=False, frozen=True):
    """`process.pod`."""

    namespace: str | None = None
    name: str | None = None
    container: Container | None = None


class Block(msgspec.Struct, gc=False, frozen=True, omit_defaults=True):
    """A `process` or `parent` block."""

    exec_id: str | None = None
    pid: Pid | None = None
    uid: Unsigned | None = None
    auid: Unsigned | None = None
    binary: str | None = None
    arguments: str | None = None
    cwd: str | None = None
    flags: str | None = None
    start_time: str | None = None
    parent_exec_id: str | None = None
    in_init_tree: bool | None = None
    docker: str | None = None
    user: Named | None = None
    pod: Pod | None = None


class Socket(msgspec.Struct, gc=False, frozen=True):
    """`sock_arg`, `skb_arg` and `sockaddr_arg`; only the last has `addr` and `port`."""

    family: str | None = None
    protocol: str | None = None
    saddr: str | None = None
    daddr: str | None = None
    sport: Unsigned | None = None
    dport: Unsigned | None = None
    addr: str | None = None
    port: Unsigned | None = None


class Path(msgspec.Struct, gc=False, frozen=True):
    """`file_arg`, `path_arg`, `linux_binprm_arg`."""

    path: str | None = None


class Argument(msgspec.Struct, gc=False, frozen=True):
    """One element of `args`, or `return`."""

    sock_arg: Socket | None = None
    skb_arg: Socket | None = None
    sockaddr_arg: Socket | None = None
    file_arg: Path | None = None
    path_arg: Path | None = None
    linux_binprm_arg: Path | None = None

    @property
    def socket(self) -> Socket | None:
        """Return the socket in this argument, if any."""
        return self.sock_arg or self.skb_arg or self.sockaddr_arg

    @property
    def file(self) -> str | None:
        """Return the path of the file in this argument, if any."""
        holder = self.file_arg or self.path_arg or self.linux_binprm_arg
        return holder.path if holder is not None else None


class ProcessBody(msgspec.Struct, gc=False, frozen=True):
    """The body of an exec or exit event: these have neither a function nor arguments of a call."""

    process: msgspec.Raw = NO_BLOCK
    parent: msgspec.Raw = NO_BLOCK
    status: Signed | None = None
    signal: str | None = None
    time: str | None = None


class EventBody(
    msgspec.Struct,
    gc=False,
    frozen=True,
    rename={"returned": "return", "dropped": "number_of_dropped_process_events"},
):
    """The body of an event of any other kind."""

    process: msgspec.Raw = NO_BLOCK
    parent: msgspec.Raw = NO_BLOCK
    status: Signed | None = None
    signal: str | None = None
    time: str | None = None
    function_name: str | None = None
    policy_name: str | None = None
    action: str | None = None
    path: str | None = None
    symbol: str | None = None
    name: str | None = None
    subsys: str | None = None
    event: str | None = None
    args: list[Argument] | None = None
    returned: Argument | None = None
    type: str | None = None
    """Of a throttle event: whether it began or ended."""
    cgroup: str | None = None
    dropped: Count | None = None
    """Of a rate-limit event; Tetragon writes it as a text, which the lenient reader takes."""


class EventLine(msgspec.Struct, gc=False, frozen=True):
    """A whole line: the body of its kind, and what stands beside it."""

    body: EventBody | ProcessBody
    node_name: str | None = None
    time: str | None = None
