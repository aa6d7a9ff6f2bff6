"""Random histories of processes, written as the agent writes them, and a plain model of who started whom."""

from __future__ import annotations

import base64
from dataclasses import dataclass, field
from typing import Any

import orjson
from hypothesis import strategies as st

BOOT = 1_795_461_000_000_000_000
"""The time of boot, nanoseconds since the epoch."""
SECOND = 1_000_000_000
REACH = 40 * SECOND
"""Lines come out of order by at most so much."""


def rfc3339(time: int) -> str:
    from tetratui.core.events.times import format_rfc3339

    return str(format_rfc3339(time))


@dataclass
class Image:
    """A process of the model: one exec id, as the lines name it."""

    node: str
    ktime: int
    pid: int
    parent: Image | None
    binary: str
    flags: str
    events: int = 0

    @property
    def exec_id(self) -> str:
        return base64.b64encode(f"{self.node}:{self.ktime}:{self.pid}".encode()).decode()

    def block(self) -> dict[str, Any]:
        return {
            "exec_id": self.exec_id,
            "pid": self.pid,
            "uid": 0,
            "binary": self.binary,
            "flags": self.flags,
            "start_time": rfc3339(BOOT + self.ktime),
            "parent_exec_id": "" if self.parent is None else self.parent.exec_id,
        }


@dataclass
class History:
    """Lines with their times, and the images that they tell of."""

    lines: list[tuple[int, bytes]] = field(default_factory=list)
    images: list[Image] = field(default_factory=list)
    twice: dict[str, str] = field(default_factory=dict)
    """Exec id of a duplicate from /proc → the exec id of the process."""

    def write(self, key: str, image: Image, time: int, **more: Any) -> None:
        body = {"process": image.block(), **more}
        if image.parent is not None:
            body["parent"] = image.parent.block()
        line = orjson.dumps({key: body, "node_name": image.node, "time": rfc3339(BOOT + time)})
        self.lines.append((time, line))


def run(draw: Any, node: str, history: History) -> None:
    """Let a host fork, execute, execute again, restart its agent and end processes, as drawn."""
    time, next_pid = SECOND, 100
    alive = [Image(node, 1, 1, None, "/sbin/init", "procFS")]
    history.images.append(alive[0])
    history.write("process_exec", alive[0], time)
    for step in draw(st.lists(st.tuples(st.sampled_from("ffferxxs"), st.integers(0, 50)), max_size=25)):
        what, which = step
        time += SECOND
        image = alive[which % len(alive)]
        if what == "f":
            next_pid += 1
            # A fork carries the binary of its parent; what executes has `clone`.
            child = Image(node, time, next_pid, image, f"/bin/p{which}", "execve clone")
            if which % 3 == 0:
                child.binary, child.flags = image.binary, "execve"
            else:
                history.write("process_exec", child, time)
            alive.append(child)
            history.images.append(child)
        elif what == "e" and image.pid != 1:
            again = Image(node, time, image.pid, image, f"/bin/q{which}", "execve")
            history.write("process_exec", again, time)
            alive[alive.index(image)] = again
            history.images.append(again)
        elif what == "x" and image.pid != 1:
            history.write("process_exit", image, time, status=which)
            alive.remove(image)
        elif what == "s":
            _restart(history, alive, time)


def _restart(history: History, alive: list[Image], time: int) -> None:
    """Write the processes that live as the agent reads them from /proc: with ids in steps of 10 ms."""
    for image in list(alive):
        if image.pid == 1 or image.parent is None or image.flags == "execve":
            continue
        duplicate = Image(
            image.node, image.ktime // 10_000_000 * 10_000_000 + 10_000, image.pid, image.parent, image.binary, "procFS"
        )
        history.twice[duplicate.exec_id] = image.exec_id
        history.write("process_exec", duplicate, time)


@st.composite
def histories(draw: Any) -> History:
    """Draw the history of one or two hosts, some lines missing, the others out of order by up to 40 seconds."""
    history = History()
    for node in ("a", "b")[: draw(st.integers(1, 2))]:
        run(draw, node, history)
    kept = [line for line in history.lines if draw(st.integers(0, 9)) > 0]
    delays = [time + draw(st.integers(0, REACH)) for time, _ in kept]
    order = sorted(range(len(kept)), key=lambda index: (delays[index], index))
    history.lines = [kept[index] for index in order]
    return history
