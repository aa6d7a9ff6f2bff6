"""The fields that a query may name: what each means, which operators it takes, which exports can express it."""

from __future__ import annotations

from dataclasses import dataclass
from enum import Enum


class Sort(Enum):
    """How the values of a field compare, and with that which operators the field takes."""

    TEXT = "text"
    KIND = "kind"
    LABELS = "labels"
    ADDRESS = "address"
    NUMBER = "number"
    DURATION = "duration"
    TIME = "time"


OPERATORS: dict[Sort, tuple[str, ...]] = {
    Sort.TEXT: (":", "=", "~"),
    Sort.KIND: (":", "=", "~"),
    Sort.LABELS: (":", "=", "~"),
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
class QueryField:
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
    QueryField("kind", Sort.KIND, "kind of event: exec, exit, kprobe …", ":=~", True, ":=", ":=~"),
    QueryField("bin", Sort.TEXT, "path of the binary", ":=~*", True, "=", ":=~*"),
    QueryField("args", Sort.TEXT, "arguments", ":=~*", True, "", ":=~*"),
    QueryField("cmd", Sort.TEXT, "command line: binary and arguments", ":*", True, "", ":*"),
    QueryField("cwd", Sort.TEXT, "working directory", "", True, "", ":=~*"),
    QueryField("pid", Sort.NUMBER, "process id", ":=", True, ":=", ":="),
    QueryField("ppid", Sort.NUMBER, "process id of the parent", "", True, "", ":="),
    QueryField("uid", Sort.NUMBER, "effective user id", "", True, "", ":="),
    QueryField("user", Sort.TEXT, "user name, where the agent resolves it", "", True, "", ":=~*"),
    QueryField("parent", Sort.TEXT, "path of the parent's binary", ":=~*", True, "", ":=~*"),
    QueryField("pargs", Sort.TEXT, "arguments of the parent", ":=~*", True, "", ":=~*"),
    QueryField("anc", Sort.TEXT, "path of any ancestor's binary"),
    QueryField("policy", Sort.TEXT, "name of the TracingPolicy", "=", True, "=", ":=~*", True),
    QueryField("func", Sort.TEXT, "function or hook", "", True, "=", ":=~*", True),
    QueryField("action", Sort.TEXT, "action of the policy; THROTTLE_START, THROTTLE_STOP", "", True, "", ":=~*", True),
    QueryField("daddr", Sort.ADDRESS, "destination address; a network with `:`", "", True, ":=", ":=~", True),
    QueryField("dport", Sort.NUMBER, "destination port", "", True, ":=", ":=", True),
    QueryField("saddr", Sort.ADDRESS, "source address; a network with `:`", "", True, ":=", ":=~", True),
    QueryField("sport", Sort.NUMBER, "source port", "", True, ":=", ":=", True),
    QueryField("proto", Sort.TEXT, "protocol of the socket", "", True, "=", ":=~", True),
    QueryField("family", Sort.TEXT, "address family of the socket", "", True, "=", ":=~", True),
    QueryField(
        "file", Sort.TEXT, "path of the file a hook saw; the cgroup of a throttle event", "", True, "=", ":=~", True
    ),
    QueryField("ns", Sort.TEXT, "Kubernetes namespace", ":=~*", True, "", ":=~*"),
    QueryField("workload", Sort.TEXT, "name of the Deployment, CronJob … of the pod", "", True, "", ":=~*"),
    QueryField("pod", Sort.TEXT, "name of the pod", ":=~*", True, "", ":=~*"),
    QueryField("container", Sort.TEXT, "name of the container", ":=~*", True, "", ":=~*"),
    QueryField("image", Sort.TEXT, "image of the container", "", True, "", ":=~*"),
    QueryField("labels", Sort.LABELS, "a label of the pod: app=web, or a part of one", "=", True, "", "="),
    QueryField("docker", Sort.TEXT, "id of the container, its first 31 characters", ":=~*", True, "", ":=~*"),
    QueryField("node", Sort.TEXT, "name that the agent gives its host", "", False, "", ":=~*"),
    QueryField("host", Sort.TEXT, "host as you reach it; of one source, the name of the node"),
    QueryField("cluster", Sort.TEXT, "name of the cluster", "", False, "", ":=~*"),
    QueryField("flags", Sort.TEXT, "flags of the process: execve, clone, procFS …", "", True, "", ":=~*"),
    QueryField("status", Sort.NUMBER, "exit status", "", True, "", ":="),
    QueryField("signal", Sort.TEXT, "signal that ended the process", "", True, "", ":=~*"),
    QueryField("dropped", Sort.NUMBER, "events the rate limit kept out (kind:rate_limit)"),
    QueryField("took", Sort.DURATION, "lifetime at exit: 5ms, 2s (a bare number is ms)"),
    QueryField("time", Sort.TIME, "time of the event: 18:04, 2026-11-23T18:04Z, -5m"),
    QueryField("mark", Sort.TEXT, "your mark: noise, keep, threat"),
    QueryField("group", Sort.TEXT, "noise group"),
    QueryField("rule", Sort.TEXT, "Wazuh rule that wins"),
    QueryField("technique", Sort.TEXT, "ATT&CK id of what the event is like: T1105"),
)

FIELDS: dict[str, QueryField] = {field.name: field for field in _ALL}
"""Every field by its name, in the order of the documentation."""

ALIASES = {"binary": "bin", "namespace": "ns"}
"""Other names of fields, those of Tetragon and Kubernetes."""
