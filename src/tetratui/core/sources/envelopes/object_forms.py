"""The table of envelopes that are JSON objects: how each is recognised, and which fields may hold the event.

A form needs a row here and a test. Its name is found by its keys. The event is looked for in the same fields, whatever
the form: collectors wrap the lines of other collectors.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from functools import lru_cache
from typing import Any


@dataclass(frozen=True, slots=True)
class ObjectForm:
    """One kind of JSON object that wraps events."""

    name: str
    keys: frozenset[str]
    """Keys that it has all."""
    any_of: frozenset[str] = frozenset()
    """Keys of which it has one at least."""
    only: frozenset[str] = frozenset()
    """All keys that it may have, where others would make it another form."""

    def fits(self, keys: frozenset[str]) -> bool:
        """Return whether an object with these keys has this form."""
        return (
            self.keys <= keys and (not self.any_of or bool(self.any_of & keys)) and (not self.only or keys <= self.only)
        )


def _form(name: str, keys: str, any_of: str = "", only: str = "") -> ObjectForm:
    return ObjectForm(name, frozenset(keys.split()), frozenset(any_of.split()), frozenset(only.split()))


DOCKER = "docker json-file lines"
WAZUH = "Wazuh archives or alerts"
JOURNAL = "journald JSON"
ELASTIC_DOCUMENT = "Elasticsearch documents"
SEARCH_ANSWER = "an Elasticsearch search answer"

OBJECT_FORMS = (
    _form(DOCKER, "log time stream", only="log time stream attrs"),
    _form(WAZUH, "agent", "full_log decoder manager"),
    _form(SEARCH_ANSWER, "hits", "took timed_out _shards total max_score"),
    _form(ELASTIC_DOCUMENT, "_source"),
    _form(ELASTIC_DOCUMENT, "_index fields"),
    _form(JOURNAL, "MESSAGE"),
    _form(JOURNAL, "__CURSOR"),
    _form("Vector JSON", "message source_type"),
    _form("Cloud Logging entries", "jsonPayload"),
    _form("Cloud Logging entries", "textPayload"),
    _form("Cloud Logging entries", "entries"),
    _form("Splunk results", "_raw"),
    _form("Splunk results", "result", "preview offset lastrow"),
    _form("Splunk results", "results", "fields preview init_offset messages"),
    _form("Splunk HEC events", "event", "sourcetype index"),
    _form("CloudWatch log events", "logEvents"),
    _form("CloudWatch log events", "message", "ingestionTime eventId logStreamName"),
    _form("CloudWatch log events", "events", "nextToken nextForwardToken searchedLogStreams"),
    _form("CloudWatch Insights rows", "@message"),
    _form("CloudWatch Insights rows", "results statistics"),
    _form("a Loki answer", "data status"),
    _form("a Loki answer", "streams"),
    _form("Loki lines", "line", "labels fields timestamp"),
    _form("Kafka Connect records", "schema payload"),
    _form("Kafka records", "topic", "payload value partition"),
    _form("OpenTelemetry log records", "resourceLogs"),
    _form("Logstash JSON", "@timestamp @version"),
    _form("Elastic agent or Filebeat (ECS) JSON", "@timestamp", "agent ecs log json message event cilium_tetragon"),
    _form("stern JSON", "message", "podName pod"),
    _form("Graylog GELF messages", "short_message"),
    _form("Azure container logs", "LogMessage"),
    _form("Azure container logs", "LogEntry"),
    _form("Fluent Bit or Fluentd JSON", "log"),
    _form("Fluent Bit or Fluentd JSON", "log_processed"),
    _form("Fluent Bit or Fluentd JSON", "date"),
    _form("CloudEvents", "specversion data"),
)
"""The first form that fits gives the name."""

PAYLOAD_FIELDS = (
    # The text as it was first, before what a collector made of it.
    *("full_log", "event.original", "original", "_raw", "raw", "message", "MESSAGE", "@message", "log", "line", "Line"),
    *(
        "payload",
        "value",
        "Value",
        "event",
        "body",
        "stringValue",
        "textPayload",
        "jsonPayload",
        "json",
        "json_payload",
    ),
    *("log_processed", "short_message", "full_message", "LogMessage", "LogEntry", "msg", "Message", "content", "text"),
    *("result", "record", "object", "entry", "_source", "fields", "tetragon", "structured", "map", "after", "Data"),
    *("data", "attributes"),
    # Lists of records.
    *("hits", "results", "records", "logEvents", "events", "entries", "rows", "streams", "values", "logs", "items"),
    *("responses", "tables", "messages"),
    *("resourceLogs", "scopeLogs", "logRecords"),
)
"""Fields that may hold an event, the most faithful first: an event, a text that holds one, an object, or a list."""


@lru_cache(maxsize=256)
def _name_by_keys(keys: frozenset[str]) -> str | None:
    return next((form.name for form in OBJECT_FORMS if form.fits(keys)), None)


def name_form(whole: Mapping[str, Any]) -> str | None:
    """Return the name of the form that an object has; None if it is not known."""
    # A hostile object may have any number of keys.
    return _name_by_keys(frozenset(whole)) if len(whole) <= 200 else None


_IDENTITY = (
    ("stream",),
    ("agent", "id"),
    ("host",),
    ("host", "name"),
    ("location",),
    ("file",),
    ("log", "file", "path"),
    ("kubernetes", "pod_name"),
    ("kubernetes", "pod", "name"),
    ("kubernetes", "container_name"),
    ("container_id",),
    ("tag",),
    ("pod",),
    ("podName",),
    ("logStreamName",),
    ("_HOSTNAME",),
    ("CONTAINER_ID",),
    ("source",),
)


def identify_stream(whole: Mapping[str, Any]) -> str:
    """Return a text that differs between the streams whose lines a collector mixes."""
    texts = []
    for path in _IDENTITY:
        value: Any = whole
        for key in path:
            value = value.get(key) if isinstance(value, dict) else None
        texts.append(value[:200] if isinstance(value, str) else "")
    return "\x1f".join(texts)
