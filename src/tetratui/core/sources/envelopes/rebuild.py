"""Put an event together from fields, where its text was not kept: what comes out is not the whole event."""

from __future__ import annotations

import re
from collections.abc import Mapping
from typing import Any

import orjson

from tetratui.core.events.event_keys import BESIDE_EVENT, find_event_key
from tetratui.core.sources.envelopes.object_forms import WAZUH, name_form

WAZUH_DATA = "Wazuh alerts without full_log, rebuilt from data"
ELASTIC_FIELDS = "documents of Elastic's Tetragon integration, rebuilt from fields"

_WHOLE = re.compile(r"(-?[0-9]{1,19})(?:\.0+)?")
_NUMBERS = frozenset(
    (
        *("pid", "uid", "auid", "tid", "refcnt", "status", "euid", "gid", "egid", "suid", "sgid", "fsuid", "fsgid"),
        *("inum", "level", "sport", "dport", "port", "mark", "priority", "size_arg", "int_arg", "uint_arg", "long_arg"),
    )
)
_SWITCHES = frozenset({"in_init_tree", "maybe_exec_probe", "privileged", "is_host"})
_LABELS = frozenset({"pod_labels", "pod_annotations", "node_labels"})
_MAX_DEPTH = 64


def rebuild_event(whole: Mapping[str, Any]) -> tuple[str, bytes] | None:
    """Return the name of the envelope and the event that an object's fields make; None if they make none."""
    data = whole.get("data")
    if name_form(whole) == WAZUH and isinstance(data, dict) and find_event_key(data) is not None:
        event = {key: data[key] for key in data if key in BESIDE_EVENT or find_event_key({key: data[key]}) is not None}
        return WAZUH_DATA, orjson.dumps(_type_values(event))
    own = whole.get("cilium_tetragon")
    log = own.get("log") if isinstance(own, dict) else None
    if isinstance(log, dict) and (key := find_event_key(log)) is not None:
        return ELASTIC_FIELDS, orjson.dumps(_join_ecs(log, key, whole))
    return None


def _type_values(event: Mapping[str, Any]) -> dict[str, Any]:
    """Return an event with numbers and switches in place of the texts that Wazuh makes of them."""
    top: dict[str, Any] = {}
    pending: list[tuple[Mapping[str, Any], dict[str, Any], int]] = [(event, top, 0)]
    while pending:
        source, target, depth = pending.pop()
        for key, value in source.items():
            if isinstance(value, list):
                target[key] = [_type_value(key, each) for each in value]
            elif not isinstance(value, dict):
                target[key] = _type_value(key, value)
            elif key in _LABELS:
                target[key] = _join_labels(value)
            elif depth < _MAX_DEPTH:
                target[key] = {}
                pending.append((value, target[key], depth + 1))
    return top


def _type_value(key: str, value: Any) -> Any:
    if key in _NUMBERS and isinstance(value, str) and (match := _WHOLE.fullmatch(value)):
        return int(match[1])
    return value == "true" if key in _SWITCHES and value in ("true", "false") else value


def _join_labels(labels: Mapping[str, Any]) -> dict[str, Any]:
    """Return labels with their dotted keys, which Wazuh nests."""
    flat: dict[str, Any] = {}
    pending = [("", labels)]
    while pending:
        before, level = pending.pop()
        for key, value in level.items():
            if isinstance(value, dict):
                pending.append((f"{before}{key}.", value))
            else:
                flat[before + key] = value
    return flat


def _join_ecs(log: Mapping[str, Any], key: str, whole: Mapping[str, Any]) -> dict[str, Any]:
    """Return the event with the fields that Elastic's pipeline moved to names of its own."""
    body = dict(log[key])
    process = _object(whole, "process")
    body["process"] = _join_process(_object(body, "process"), process) | _join_pod(body, whole)
    if "parent" in process or "parent" in body:
        body["parent"] = _join_process(_object(body, "parent"), _object(process, "parent"))
    event = {key: body, **{name: log[name] for name in log if name in BESIDE_EVENT}}
    if "time" not in event and isinstance(whole.get("@timestamp"), str):
        event["time"] = whole["@timestamp"]
    return event


_MOVED = (
    ("exec_id", "entity_id"),
    ("pid", "pid"),
    ("cwd", "working_directory"),
    ("binary", "executable"),
    ("start_time", "start"),
)


def _join_process(block: Mapping[str, Any], ecs: Mapping[str, Any]) -> dict[str, Any]:
    joined = {name: ecs[moved] for name, moved in _MOVED if moved in ecs}
    arguments = ecs.get("args")
    if isinstance(arguments, list):
        joined["arguments"] = " ".join(map(str, arguments))
    user = _object(ecs, "user").get("id")
    if isinstance(user, str) and user.isascii() and user.isdigit() and len(user) < 11:
        joined["uid"] = int(user)
    return {**joined, **block}


def _join_pod(body: Mapping[str, Any], whole: Mapping[str, Any]) -> dict[str, Any]:
    process, container = _object(body, "process"), _object(whole, "container")
    orchestrator = _object(whole, "orchestrator")
    pod = _object(process, "pod")
    if not pod:
        return {}
    resource = _object(orchestrator, "resource")
    own = _object(pod, "container")
    image = {**_object(own, "image"), **_pick(_object(container, "image"), "name")}
    inner = {**_pick(container, "id", "name"), **own, "image": image}
    names = _pick({"namespace": orchestrator.get("namespace"), "name": resource.get("name")}, "namespace", "name")
    return {"pod": {**names, **pod, "container": inner}}


def _pick(source: Mapping[str, Any], *keys: str) -> dict[str, Any]:
    return {key: source[key] for key in keys if source.get(key) is not None}


def _object(source: Mapping[str, Any], key: str) -> Mapping[str, Any]:
    value = source.get(key)
    return value if isinstance(value, dict) else {}
