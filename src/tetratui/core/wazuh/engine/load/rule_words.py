"""Names of the elements that a rule may have, by what the manager does with them (analysisd/rules.c)."""

from __future__ import annotations

PATTERNS = {
    "regex": "osregex",
    "match": "osmatch",
    "id": "osmatch",
    "srcport": "osmatch",
    "dstport": "osmatch",
    "status": "osmatch",
    "hostname": "osmatch",
    "data": "osmatch",
    "extra_data": "osmatch",
    "program_name": "osmatch",
    "user": "osmatch",
    "srcgeoip": "osmatch",
    "dstgeoip": "osmatch",
    "url": "osmatch",
    "location": "osmatch",
    "action": "string",
    "protocol": "osmatch",
    "system_name": "osmatch",
}
"""Elements with one pattern, and its default type, in the order in which the manager compiles them."""

STATIC_FIELDS = {
    "id": b"id",
    "srcport": b"srcport",
    "dstport": b"dstport",
    "status": b"status",
    "data": b"data",
    "extra_data": b"extra_data",
    "url": b"url",
    "action": b"action",
    "protocol": b"protocol",
    "system_name": b"systemname",
}
"""Elements that test a static field of the event.

`user` tests dstuser, or else srcuser; `<list field="user">` the other way round. In an official build of the manager
nothing ever fills srcgeoip and dstgeoip.
"""

SENDER_FIELDS = frozenset({b"hostname", b"location"})
"""Elements that test what the manager knows of the sender, not the line."""

CORRELATING = frozenset({"if_matched_regex", "if_matched_group"})

NOT_EMULATED = frozenset({"check_diff", "compiled_rule"})
"""Elements whose effect depends on files of the manager or on its tests in C."""

IGNORE_LISTS = frozenset({"ignore", "check_if_ignored"})
"""Elements about a list of texts to ignore, which have no effect (see element_checks.py)."""

RETIRED = frozenset({"same_agent", "not_same_agent"})
"""Elements that the manager warns about and ignores."""

_SAME_STATIC = {
    "srcip": b"srcip",
    "source_ip": b"srcip",
    "dstip": b"dstip",
    "src_port": b"srcport",
    "srcport": b"srcport",
    "dst_port": b"dstport",
    "dstport": b"dstport",
    "srcuser": b"srcuser",
    "user": b"dstuser",
    "location": b"location",
    "id": b"id",
    "url": b"url",
    "protocol": b"protocol",
    "action": b"action",
    "data": b"data",
    "extra_data": b"extra_data",
    "status": b"status",
    "system_name": b"systemname",
    "srcgeoip": b"srcgeoip",
    "dstgeoip": b"dstgeoip",
}

SAME = {
    **{f"same_{name}": ("same", static) for name, static in _SAME_STATIC.items()},
    **{f"different_{name}": ("different", static) for name, static in _SAME_STATIC.items() if name != "source_ip"},
    "not_same_source_ip": ("different", b"srcip"),
    "not_same_user": ("different", b"dstuser"),
    "not_same_id": ("different", b"id"),
}

EXACT_CASE = frozenset(
    f"{kind}_{name}"
    for kind in ("same", "different")
    for name in ("id", "url", "data", "extra_data", "status", "system_name", "srcgeoip", "dstgeoip")
) | {"different_srcip", "not_same_source_ip", "different_protocol", "different_action", "not_same_id"}
"""Element names that compare with case, unlike all others."""

OPTIONS = frozenset({"alert_by_email", "no_email_alert", "log_alert", "no_log", "no_ar", "no_full_log", "no_counter"})

FIELD_NAMES_REFUSED = frozenset(
    b"srcip dstip srcgeoip dstgeoip srcport dstport user srcuser dstuser url id data extra_data status protocol "
    b"system_name action".split()
)
"""Names that `<field>` may not have, in upper or lower case."""

LIST_FIELDS = {
    **{name.encode(): static for name, static in STATIC_FIELDS.items()},
    b"srcip": b"srcip",
    b"dstip": b"dstip",
    b"user": b"srcuser",
    b"hostname": b"hostname",
    b"program_name": b"program_name",
}
"""Static fields by their name in `<list field>`."""
