"""The names by which other tools call a field, and the fields that an unknown name most likely means."""

from __future__ import annotations

import difflib
from itertools import chain

from tetratui.core.query.fields import ALIASES, FIELDS, OPERATORS

_ELSEWHERE = {
    "kind": "type event event_type eventtype category syscall",
    "bin": "exe executable program image_path filename filepath process_path procname name",
    "cmd": "process proc command commandline cmdline command_line line message text",
    "args": "arg arguments argv argument params parameters",
    "cwd": "dir directory folder pwd workdir working_directory",
    "pid": "process_id processid tid",
    "ppid": "parent_pid parentpid",
    "uid": "euid auid loginuid user_id userid",
    "user": "username user_name login account owner",
    "parent": "pbin pexe parent_binary parentbinary parent_process parent_name caller",
    "pargs": "parent_args parent_arguments parentargs pcmd parent_cmdline",
    "anc": "ancestor ancestors tree descendants",
    "policy": "policy_name tracingpolicy tracing_policy",
    "func": "function function_name hook call kprobe tracepoint syscall",
    "daddr": "dst dest destination dst_ip dstip dest_ip destip ip address addr remote remote_ip raddr",
    "dport": "port dst_port dstport dest_port destport rport remote_port",
    "saddr": "src source src_ip srcip source_ip ip address addr local local_ip laddr",
    "sport": "port src_port srcport source_port lport local_port",
    "proto": "protocol transport",
    "family": "address_family af",
    "file": "path filename filepath file_name file_path fname",
    "ns": "k8s_ns kubernetes_namespace",
    "pod": "pod_name podname workload deployment",
    "container": "container_name",
    "image": "container_image image_name",
    "docker": "container_id docker_id",
    "host": "hostname machine server agent computer",
    "node": "node_name nodename",
    "flags": "flag",
    "status": "exit exit_code exitcode exit_status code rc ret return_code returncode result",
    "signal": "sig exit",
    "took": "duration lifetime runtime elapsed age lived ms",
    "time": "timestamp ts date when at datetime",
    "mark": "marked verdict",
    "group": "noise noise_group",
    "rule": "rule_id ruleid wazuh",
}
"""What other languages call a field, by its name here."""
_MOST_USED = ("kind", "bin", "args", "parent", "daddr", "status", "time")
_MOST = 3
"""Fields that are suggested at once."""


def suggest_fields(name: str) -> list[str]:
    """Return the fields that an unknown name most likely means, the likeliest first; empty when none is like it."""
    # `process.binary` and `parent.arguments` are how the events themselves spell them.
    path = name.lower().replace("-", "_").strip("@").split(".")
    word = path[-1]
    if len(path) > 1 and path[-2].endswith("parent"):
        word = {"pid": "parent_pid", "arguments": "parent_arguments", "binary": "parent_binary"}.get(word, word)
    if word in FIELDS or word in ALIASES:
        return [ALIASES.get(word, word)]
    named = [field for field, names in _ELSEWHERE.items() if word in names.split()]
    return named[:_MOST] or _alike(word)


def _alike(word: str) -> list[str]:
    fields = {field: field for field in FIELDS} | ALIASES
    names = dict.fromkeys(chain.from_iterable(names.split() for names in _ELSEWHERE.values()))
    for name in names:
        fields.setdefault(name, next(field for field, words in _ELSEWHERE.items() if name in words.split()))
    # Names of the language itself first: a mistyped one is likelier than a foreign one.
    close = difflib.get_close_matches(word, list(FIELDS), n=_MOST, cutoff=0.6)
    close = close or difflib.get_close_matches(word, list(fields), n=_MOST, cutoff=0.75)
    return list(dict.fromkeys(fields[name] for name in close))


def explain_unknown(name: str, operator: str, rest: str) -> str:
    """Return the remedy for an unknown field that is followed by an operator and `rest`, a value: a few names."""
    if rest.startswith("//"):
        return "an address of the web is no field."
    suggested = suggest_fields(name)
    # `exit>0` can only mean a field that takes `>`.
    fields = [field for field in suggested if operator in OPERATORS[FIELDS[field].sort]] or suggested
    if not fields:
        return f"the most used are {', '.join(_MOST_USED)}."
    known = FIELDS[fields[0]]
    if len(fields) == 1:
        meaning = f" ({known.meaning})" if name.lower() not in known.meaning else ""
        return f"did you mean {known.name}?{meaning} Write {known.name}{operator}{rest}."
    return f"did you mean {', '.join(fields[:-1])} or {fields[-1]}?"
