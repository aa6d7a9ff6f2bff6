"""Wrap export lines as containers, journals, collectors and stores do, to take the envelopes off again."""

from __future__ import annotations

import json
from collections.abc import Callable, Sequence
from typing import Any

Lines = Sequence[bytes]
Wrap = Callable[[Lines], bytes]
TIME = "2026-11-20T09:00:08.124879153Z"


def make_events(count: int, arguments: str = "-P /data") -> list[bytes]:
    """Return exec and exit events in turn, each with a number of its own."""
    events = []
    for number in range(count):
        labels = {"app.kubernetes.io/name": "x", "camelCase": "y"}
        process = {"exec_id": f"bm9kZS1h{number}", "pid": 1000 + number, "uid": 0, "cwd": "/", "binary": "/usr/bin/df",
                   "arguments": f"{arguments} {number} \"{{é\u00a0\\\"", "flags": "execve clone",
                   "start_time": "2025-02-03T10:00:00.000000000Z", "auid": 4294967295, "in_init_tree": False,
                   "pod": {"namespace": "shop", "pod_labels": labels}}  # fmt: skip
        parent = {
            "exec_id": "bm9kZS1hOjE=",
            "pid": 500,
            "binary": "/usr/bin/bash",
            "arguments": "/opt/agent/collect.sh",
        }
        body = {"process": process, "parent": parent}
        event = {["process_exec", "process_exit"][number % 2]: body, "node_name": "node-a",
                 "time": f"2025-02-03T10:00:{number:02}.000000000Z"}  # fmt: skip
        events.append(json.dumps(event, separators=(",", ":"), ensure_ascii=False).encode())
    return events


EVENTS = make_events(24)


def _each(make: Callable[[bytes], bytes]) -> Wrap:
    return lambda lines: b"".join(make(line) + b"\n" for line in lines)


def _json_each(make: Callable[[str], Any]) -> Wrap:
    return _each(lambda line: json.dumps(make(line.decode())).encode())


def _prefix(text: str) -> Wrap:
    return _each(lambda line: text.encode() + line)


def cri(lines: Lines, size: int = 16_384) -> bytes:
    """Split long lines as containerd does: tag P on all parts but the last."""
    written = b""
    for line in lines:
        parts = [line[at : at + size] for at in range(0, len(line), size)] or [b""]
        for number, part in enumerate(parts):
            tag = b"F" if number == len(parts) - 1 else b"P"
            written += TIME.encode() + b" stdout " + tag + b" " + part + b"\n"
    return written


def cri_mixed(lines: Lines) -> bytes:
    """Mix the parts of two streams, as one container's log does."""
    pieces = []
    for number, line in enumerate(lines):
        stream = b"stderr" if number % 2 else b"stdout"
        middle = len(line) // 2
        pieces.append([TIME.encode() + b" " + stream + b" P " + line[:middle],
                       TIME.encode() + b" " + stream + b" F " + line[middle:]])  # fmt: skip
    written = b""
    for first, second in zip(pieces[::2], pieces[1::2], strict=False):
        written += b"\n".join([first[0], second[0], first[1], second[1], b""])
    return written + (b"\n".join([*pieces[-1], b""]) if len(pieces) % 2 else b"")


def docker(lines: Lines, size: int = 16_384) -> bytes:
    """Split long lines as docker does: only the last part ends in a line feed."""
    written = b""
    for line in lines:
        text = line + b"\n"
        for at in range(0, len(text), size):
            entry = {"log": text[at : at + size].decode("utf-8", "replace"), "stream": "stdout", "time": TIME}
            written += json.dumps(entry).encode() + b"\n"
    return written


def pretty(lines: Lines) -> bytes:
    return b"".join(json.dumps(json.loads(line), indent=2).encode() + b"\n" for line in lines)


def _array(make: Callable[[bytes], Any], indent: int | None = 2) -> Wrap:
    return lambda lines: json.dumps([make(line) for line in lines], indent=indent).encode() + b"\n"


def _whole(make: Callable[[list[str]], Any], indent: int | None = None) -> Wrap:
    return lambda lines: json.dumps(make([line.decode() for line in lines]), indent=indent).encode() + b"\n"


def splunk_csv(lines: Lines) -> bytes:
    rows = [b'"2026-11-20","' + line.replace(b'"', b'""') + b'","node-a"' for line in lines]
    return b"\r\n".join([b'"_time","_raw","host"', *rows, b""])


def journal_export(lines: Lines) -> bytes:
    written = b""
    for number, line in enumerate(lines):
        written += b"__CURSOR=s=0b2d;i=1\n__REALTIME_TIMESTAMP=1795165210\n_COMM=tetra\n"
        if number % 2:
            written += b"MESSAGE\n" + len(line).to_bytes(8, "little") + line + b"\n\n"
        else:
            written += b"MESSAGE=" + line + b"\n\n"
    return written


def to_camel(value: Any) -> Any:
    """Write an event as protojson does by default; the keys of labels stay."""
    if isinstance(value, dict):
        return {_camel(key): inner if key == "pod_labels" else to_camel(inner) for key, inner in value.items()}
    return [to_camel(item) for item in value] if isinstance(value, list) else value


def _camel(key: str) -> str:
    first, *others = key.split("_")
    return first + "".join(part.capitalize() for part in others)


WRAPS: dict[str, Wrap] = {
    "CRI": cri,
    "CRI, short parts": lambda lines: cri(lines, 100),
    "CRI, mixed streams": cri_mixed,
    "docker": docker,
    "docker, short parts": lambda lines: docker(lines, 100),
    "kubectl --prefix": _prefix("[pod/tetragon-x7k2p/export-stdout] "),
    "kubectl --prefix --timestamps": _prefix(f"[pod/tetragon-x7k2p/export-stdout] {TIME} "),
    "kubectl --timestamps": _prefix(f"{TIME} "),
    "stern": _prefix("tetragon-x7k2p export-stdout "),
    "stern, several namespaces": _prefix("kube-system tetragon-x7k2p export-stdout "),
    "stern, coloured": _prefix("\x1b[32mtetragon-x7k2p\x1b[0m \x1b[1;36mexport-stdout\x1b[0m "),
    "stern json": _json_each(lambda line: {"message": line, "nodeName": "n", "podName": "p", "containerName": "c"}),
    "stern extjson": _json_each(lambda line: {"pod": "p", "container": "c", "message": json.loads(line)}),
    "compose": _prefix("tetragon-1  | "),
    "compose, coloured, with times": _prefix(f"\x1b[36mtetragon-1  | \x1b[0m{TIME} "),
    "journald short": _prefix("Nov 20 09:00:12 node-b tetra[4711]: "),
    "journald short-iso": _prefix("2026-11-20T09:00:12+0000 node-b tetra[4711]: "),
    "journald short-monotonic": _prefix("[ 1234.567890] node-b tetra[4711]: "),
    "journald short-full": _prefix("Fri 2026-11-20 09:00:12 UTC node-b tetra[4711]: "),
    "journald json": _json_each(lambda line: {"__CURSOR": "s=1", "MESSAGE": line, "_COMM": "tetra"}),
    "journald json, bytes": _json_each(lambda line: {"MESSAGE": list(line.encode()), "_HOSTNAME": "n"}),
    "journald json-seq": _each(lambda line: b"\x1e" + json.dumps({"MESSAGE": line.decode()}).encode()),
    "journald json-sse": _each(lambda line: b"data: " + json.dumps({"MESSAGE": line.decode()}).encode()),
    "journald export": journal_export,
    "syslog RFC 5424": _prefix("<134>1 2026-11-20T09:00:12Z node-b tetra 4711 - - "),
    "Wazuh archives.json": _json_each(
        lambda line: {"timestamp": TIME, "agent": {"id": "1"}, "manager": {"name": "m"}, "full_log": line,
                      "decoder": {"name": "json"}, "data": {"process_exec": {"process": {"pid": "1"}}}, "location": "x"}
    ),
    "Wazuh archives.json of a CRI file": _json_each(
        lambda line: {"agent": {"id": "1"}, "full_log": f"{TIME} stdout F {line}", "decoder": {}, "location": "x"}
    ),
    "Wazuh archives.log": _prefix("2026 Nov 20 09:00:01 (node-a) any->/var/log/tetragon/tetragon.log "),
    "Filebeat": _json_each(lambda line: {"@timestamp": TIME, "log": {"file": {"path": "x"}}, "message": line}),
    "Filebeat, object": _json_each(lambda line: {"@timestamp": TIME, "json": json.loads(line)}),
    "Filebeat, dotted": _json_each(lambda line: {"@timestamp": TIME, "event.original": line}),
    "ECS, event.original": _json_each(lambda line: {"@timestamp": TIME, "event": {"original": line}, "agent": {}}),
    "Logstash": _json_each(lambda line: {"@version": "1", "@timestamp": TIME, "message": line, "host": "n"}),
    "Elastic _source": _json_each(lambda line: {"_index": "i", "_source": {"message": line}}),
    "Elastic fields": _json_each(lambda line: {"_index": "i", "fields": {"message": [line]}}),
    "Elastic answer": _whole(
        lambda lines: {"took": 3, "hits": {"total": {}, "hits": [{"_source": {"message": line}} for line in lines]}}
    ),
    "Elastic answer, pretty": _whole(
        lambda lines: {"took": 3, "hits": {"hits": [{"_source": {"message": line}} for line in lines]}}, 2
    ),
    "Fluent Bit": _json_each(lambda line: {"date": 1738576800.1, "log": line, "kubernetes": {"pod_name": "p"}}),
    "Fluent Bit, CRI parts": _each(
        lambda line: b"\n".join(
            json.dumps({"time": TIME, "stream": "stdout", "_p": tag, "log": text.decode()}).encode()
            for tag, text in (("P", line[:50]), ("F", line[50:]))
        )
    ),
    "Fluent Bit, log_processed": _json_each(lambda line: {"log": line[:3], "log_processed": json.loads(line)}),
    "Fluentd, parts of the docker driver": _each(
        lambda line: b"\n".join(
            json.dumps({"log": text.decode(), "partial_message": "true", "partial_id": "7",
                        "partial_last": last}).encode()
            for last, text in (("false", line[:50]), ("true", line[50:]))
        )
    ),
    "Fluentd stdout": _each(
        lambda line: b"2026-11-20 09:00:08.129439000 +0000 kube.t: " + json.dumps({"log": line.decode()}).encode()
    ),
    "Fluentd file": _each(
        lambda line: b"2026-11-20T09:00:08+00:00\tkube.t\t" + json.dumps({"m": 1, "log": line.decode()}).encode()
    ),
    "Vector": _json_each(lambda line: {"file": "x", "host": "n", "message": line, "source_type": "file"}),
    "logcli": _prefix('2026-11-20T09:00:51Z {app="tetragon", node_name="{node}"} '),
    "logcli jsonl": _json_each(lambda line: {"labels": {"app": "tetragon"}, "line": line, "timestamp": TIME}),
    "Loki answer": _whole(
        lambda lines: {"status": "success", "data": {"resultType": "streams", "result": [
            {"stream": {"app": "t"}, "values": [["1795165210000000000", line] for line in lines]}]}}
    ),
    "Loki tail": _json_each(lambda line: {"streams": [{"stream": {}, "values": [["1795165210000000000", line]]}]}),
    "Grafana": _array(lambda line: {"line": line.decode(), "timestamp": "1", "fields": {"app": "t"}}),
    "Splunk json": _json_each(lambda line: {"preview": False, "result": {"_raw": line, "host": "n"}}),
    "Splunk answer": _whole(lambda lines: {"preview": False, "results": [{"_raw": line} for line in lines]}),
    "Splunk HEC": _json_each(lambda line: {"event": json.loads(line), "sourcetype": "tetragon", "time": 1}),
    "Splunk CSV": splunk_csv,
    "Cloud Logging": _array(lambda line: {"insertId": "i", "jsonPayload": json.loads(line), "severity": "INFO"}),
    "Cloud Logging, text": _array(lambda line: {"insertId": "i", "textPayload": line.decode()}),
    "Cloud Logging, jsonl": _json_each(lambda line: {"insertId": "i", "jsonPayload": {"message": line}}),
    "kcat": _json_each(lambda line: {"topic": "t", "partition": 0, "offset": 1, "payload": line}),
    "Kafka REST": _array(lambda line: {"topic": "t", "value": json.loads(line), "partition": 0}, None),
    "Kafka Connect": _json_each(lambda line: {"schema": {"type": "string"}, "payload": line}),
    "Kafka Connect, nested": _json_each(lambda line: {"schema": {}, "payload": json.dumps({"message": line})}),
    "console consumer with keys": _prefix("node-a\t"),
    "CloudWatch": _whole(
        lambda lines: {"events": [{"message": line, "timestamp": 1, "ingestionTime": 2} for line in lines],
                       "nextForwardToken": "f"}
    ),
    "CloudWatch subscription": _whole(
        lambda lines: {"messageType": "DATA_MESSAGE", "logEvents": [{"id": "1", "message": line} for line in lines]}
    ),
    "CloudWatch Insights": _whole(
        lambda lines: {"results": [[{"field": "@ptr", "value": "p"}, {"field": "@message", "value": line}]
                                   for line in lines], "statistics": {}}, 2
    ),
    "Container Insights": _json_each(lambda line: {"log": json.dumps({"log": line}), "kubernetes": {}}),
    "aws logs text": _each(lambda line: b"EVENTS\t1738576800\t" + line + b"\t1738576801"),
    "OpenTelemetry": _whole(
        lambda lines: {"resourceLogs": [{"scopeLogs": [{"logRecords": [{"body": {"stringValue": line}}
                                                                       for line in lines]}]}]}
    ),
    "Azure": _json_each(lambda line: {"LogMessage": json.loads(line), "PodName": "p"}),
    "GELF": _json_each(lambda line: {"version": "1.1", "short_message": line, "host": "n"}),
    "grpc-gateway": _json_each(lambda line: {"result": json.loads(line)}),
    "camelCase": _each(lambda line: json.dumps(to_camel(json.loads(line))).encode()),
    "camelCase, pretty": _each(lambda line: json.dumps(to_camel(json.loads(line)), indent=4).encode()),
    "pretty": pretty,
    "array": _array(json.loads),
    "array, events of one line": lambda lines: b"[\n" + b",\n".join(lines) + b"\n]\n",
    "JSON texts": _each(lambda line: json.dumps(line.decode()).encode()),
    "objects on one line": lambda lines: b"".join(lines) + b"\n",
    "EVENT:": _prefix("EVENT:"),
    "BOM": lambda lines: b"\xef\xbb\xbf" + b"".join(line + b"\n" for line in lines),
    "CRLF": _each(lambda line: line + b"\r"),
    "CRLF, CRI": lambda lines: cri(lines).replace(b"\n", b"\r\n"),
    "Merge_Log": _json_each(lambda line: {"date": 1.5, "stream": "out", **json.loads(line), "kubernetes": {"a": 1}}),
    "plain": _each(lambda line: line),
}  # fmt: skip
