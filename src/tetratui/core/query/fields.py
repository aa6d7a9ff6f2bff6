"""The fields that a query may name: what each means, which operators it takes, which exports can express it."""

from __future__ import annotations

from dataclasses import dataclass
from enum import Enum


class Sort(Enum):
    """How the values of a field compare, and with that which operators the field takes."""

    TEXT = "text"
    KIND = "kind"
    ADDRESS = "address"
    NUMBER = "number"
    DURATION = "duration"
    TIME = "time"


OPERATORS: dict[Sort, tuple[str, ...]] = {
    Sort.TEXT: (":", "=", "~"),
    Sort.KIND: (":", "=", "~"),
    Sort.ADDRESS: (":", "=", "~"),
    Sort.NUMBER: ("=", ":", ">", "<", ">=", "<="),
    Sort.DURATION: ("=", ":", ">", "<", ">=", "<="),
    Sort.TIME: (":", "=", ">", "<", ">=", "<="),
}
"""The operators of each sort, the most used first."""

MEANINGS = {
    ":": "contains, any case",
    "=": "is exactly",
    "~": "matches the regular expression",
    ">": "more than",
    "<": "less than",
    ">=": "at least",
    "<=": "at most",
}
"""Each operator in words."""


@dataclass(frozen=True, slots=True)
class Field:
    """One field of the query language."""

    name: str
    sort: Sort
    meaning: str
    """A few words for completion and docs/query-language.md."""
    denylist: str = ""
    """The operators that a plain Tetragon filter can express (`*` = present); docs/tetragon.md, "The fields"."""
    cel: bool = False
    """Whether a CEL expression can read it."""
    policy: str = ""
    """The operators that a selector of a TracingPolicy can express."""
    wazuh: str = ""
    """The operators that a field or the printed `args` of a Wazuh rule can express."""
    hook: bool = False
    """Whether only events of hooks have it."""


_ALL = (
    Field("kind", Sort.KIND, "kind of event: exec, exit, kprobe …", ":=~", True, ":=", ":=~"),
    Field("bin", Sort.TEXT, "path of the binary", ":=~*", True, "=", ":=~*"),
    Field("args", Sort.TEXT, "arguments", ":=~*", True, "", ":=~*"),
    Field("cmd", Sort.TEXT, "command line: binary and arguments", ":*", True, "", ":*"),
    Field("cwd", Sort.TEXT, "working directory", "", True, "", ":=~*"),
    Field("pid", Sort.NUMBER, "process id", ":=", True, ":=", ":="),
    Field("ppid", Sort.NUMBER, "process id of the parent", "", True, "", ":="),
    Field("uid", Sort.NUMBER, "effective user id", "", True, "", ":="),
    Field("user", Sort.TEXT, "user name, where the agent resolves it", "", True, "", ":=~*"),
    Field("parent", Sort.TEXT, "path of the parent's binary", ":=~*", True, "", ":=~*"),
    Field("pargs", Sort.TEXT, "arguments of the parent", ":=~*", True, "", ":=~*"),
    Field("anc", Sort.TEXT, "path of any ancestor's binary"),
    Field("policy", Sort.TEXT, "name of the TracingPolicy", "=", True, "=", ":=~*", True),
    Field("func", Sort.TEXT, "function or hook", "", True, "=", ":=~*", True),
    Field("action", Sort.TEXT, "action of the policy; THROTTLE_START, THROTTLE_STOP", "", True, "", ":=~*", True),
    Field("daddr", Sort.ADDRESS, "destination address; a network with `:`", "", True, ":=", ":=~", True),
    Field("dport", Sort.NUMBER, "destination port", "", True, ":=", ":=", True),
    Field("saddr", Sort.ADDRESS, "source address; a network with `:`", "", True, ":=", ":=~", True),
    Field("sport", Sort.NUMBER, "source port", "", True, ":=", ":=", True),
    Field("proto", Sort.TEXT, "protocol of the socket", "", True, "=", ":=~", True),
    Field("family", Sort.TEXT, "address family of the socket", "", True, "=", ":=~", True),
    Field("file", Sort.TEXT, "path of the file a hook saw; the cgroup of a throttle event", "", True, "=", ":=~", True),
    Field("ns", Sort.TEXT, "Kubernetes namespace", ":=~*", True, "", ":=~*"),
    Field("pod", Sort.TEXT, "name of the pod", ":=~*", True, "", ":=~*"),
    Field("container", Sort.TEXT, "name of the container", ":=~*", True, "", ":=~*"),
    Field("image", Sort.TEXT, "image of the container", "", True, "", ":=~*"),
    Field("docker", Sort.TEXT, "id of the container, its first 31 characters", ":=~*", True, "", ":=~*"),
    Field("host", Sort.TEXT, "name of the node", "", False, "", ":=~*"),
    Field("flags", Sort.TEXT, "flags of the process: execve, clone, procFS …", "", True, "", ":=~*"),
    Field("status", Sort.NUMBER, "exit status", "", True, "", ":="),
    Field("signal", Sort.TEXT, "signal that ended the process", "", True, "", ":=~*"),
    Field("dropped", Sort.NUMBER, "events the rate limit kept out (kind:rate_limit)"),
    Field("took", Sort.DURATION, "lifetime at exit: 5ms, 2s (a bare number is ms)"),
    Field("time", Sort.TIME, "time of the event: 18:04, 2026-11-23T18:04Z, -5m"),
    Field("mark", Sort.TEXT, "your mark: noise, keep, threat"),
    Field("group", Sort.TEXT, "noise group"),
    Field("rule", Sort.TEXT, "Wazuh rule that wins"),
)

FIELDS: dict[str, Field] = {field.name: field for field in _ALL}
"""Every field by its name, in the order of the documentation."""
