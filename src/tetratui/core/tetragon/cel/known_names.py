"""Judge the functions and words of an expression: which of them each version of Tetragon has.

Functions are known by the overload that the checker chose. Tetragon's environment is the standard library of CEL, with
the macros `has`, `all`, `exists`, `exists_one`, `map` and `filter`, and Kubernetes' address functions. No extension of
CEL is on: neither optional values nor strings, sets, math.
"""

from __future__ import annotations

import re

from tetratui.core.tetragon.format.versions import Version

_NUMBERS = ("int64", "uint64", "double")
_ORDERED = ("bool", "bytes", *_NUMBERS, "string", "duration", "timestamp")
_ZONED = ("year", "month", "day_of_year", "day_of_month", "day_of_month_1_based", "day_of_week", "hours", "minutes")
_TO = {
    "bool": "bool string",
    "bytes": "bytes string",
    "double": "double int64 string uint64",
    "duration": "duration int64 string hours minutes seconds milliseconds",
    "int64": "int64 double duration string timestamp uint64",
    "string": "string bool bytes double duration int64 timestamp uint64",
    "timestamp": f"timestamp int64 string seconds seconds_tz milliseconds milliseconds_with_tz {' '.join(_ZONED)}",
    "uint64": "uint64 double int64 string",
}
"""The types that a value of each type can be converted to, as in the names of overloads."""

_PLAIN = """
    conditional logical_and logical_or logical_not equals not_equals not_strictly_false __not_strictly_false__
    in_list in_map index_list index_map type to_dyn matches matches_string contains_string starts_with_string
    ends_with_string size_bytes bytes_size size_list list_size size_map map_size size_string string_size
    add_bytes add_list add_string add_duration_duration add_duration_timestamp add_timestamp_duration
    subtract_duration_duration subtract_timestamp_duration subtract_timestamp_timestamp
    modulo_int64 modulo_uint64 negate_double negate_int64
"""
_ADDRESSES = """
    is_ip is_cidr string_to_ip string_to_cidr ip_is_canonical ip_family ip_isUnspecified ip_isLoopback
    ip_isLinkLocalMulticast ip_isLinkLocalUnicast ip_isGlobalUnicast ip_to_string cidr_to_string cidr_ip cidr_masked
    cidr_prefix_length cidr_has_text cidr_has_ip cidr_in_text cidr_in_cidr
"""

STANDARD: frozenset[str] = frozenset(
    _PLAIN.split()
    + [f"{word}_{kind}" for word in ("add", "subtract", "multiply", "divide") for kind in _NUMBERS]
    + [f"{word}_{kind}" for word in ("less", "less_equals", "greater", "greater_equals") for kind in _ORDERED]
    + [f"{kind}_to_{other}" for kind, others in _TO.items() for other in others.split()]
    + [f"timestamp_to_{part}_with_tz" for part in _ZONED]
)
"""Overloads of the standard library of Tetragon 1.4 to 1.7, under the names that both engines give them."""
ADDRESSES: frozenset[str] = frozenset(_ADDRESSES.split())
"""Overloads of the address functions, under the names that `addresses` declares."""
REMOVED = {"int64_to_duration": (Version(1, 8, 0), "duration() takes a text: write duration('5s')")}
"""Overloads that a later version removed: the version, and what to write instead."""

_OTHER_MESSAGES = """
    AddTracingPolicyRequest AddTracingPolicyResponse AggregationInfo AggregationOptions CapFilter CapFilterSet
    ConfigFlag ConfigureTracingPolicyRequest ConfigureTracingPolicyResponse CreateContainer DeleteTracingPolicyRequest
    DeleteTracingPolicyResponse DisableSensorRequest DisableSensorResponse DisableTracingPolicyRequest
    DisableTracingPolicyResponse DumpProcessCacheReqArgs DumpProcessCacheResArgs EnableSensorRequest
    EnableSensorResponse EnableTracingPolicyRequest EnableTracingPolicyResponse FieldFilter FieldFilterAction Filter
    GetDebugRequest GetDebugResponse GetEventLogParamsRequest GetEventLogParamsResponse GetEventsRequest
    GetEventsResponse GetHealthStatusRequest GetHealthStatusResponse GetInfoRequest GetInfoResponse
    GetStackTraceTreeRequest GetStackTraceTreeResponse GetVersionRequest GetVersionResponse HealthStatus
    HealthStatusResult HealthStatusType HookState HookStatus ListDomainsRequest ListDomainsResponse ListSensorsRequest
    ListSensorsResponse ListTracingPoliciesRequest ListTracingPoliciesResponse LogLevel ProcessInternal RedactionFilter
    RemoveSensorRequest RemoveSensorResponse RuntimeHookRequest RuntimeHookResponse SensorStatus SetDebugRequest
    SetDebugResponse SetEventLogParamsRequest SetEventLogParamsResponse StackAddress StackTrace StackTraceLabel
    StackTraceNode TracingPolicyActionCounters TracingPolicyMode TracingPolicySelectorActionCounters TracingPolicyState
    TracingPolicyStats TracingPolicyStatus
"""
_NOT_DESCRIBED = re.compile(
    rf"__result__|(?:tetragon\.)?(?:{'|'.join(_OTHER_MESSAGES.split())})(?:\.\w+)?|google\.protobuf\.(?:Empty|FieldMask)"
)
"""Names that the engine of some version may have and the one here lacks. No event holds such a message."""
_UNDECLARED = re.compile(r"undeclared reference to '([^']*)'")
_FAULT = re.compile(r"^(?:\w+: )?ERROR: <input>:\d+:\d+: (.*)$", re.MULTILINE)
_NEW_NAME = re.compile(r"undeclared reference to 'existsOne'")


def describe_removed(overloads: frozenset[str], version: Version) -> str:
    """Return what to write instead of the first overload that the version has removed, empty if it has all."""
    for name in sorted(overloads & REMOVED.keys()):
        since, instead = REMOVED[name]
        if version >= since:
            return instead
    return ""


def describe_unknown(overloads: frozenset[str]) -> str:
    """Return a sentence on the first overload that is not known of any version of Tetragon, empty if all are known."""
    others = sorted(overloads - STANDARD - ADDRESSES)
    return f"whether Tetragon has {others[0]} is not known" if others else ""


def describe_undecidable(errors: str) -> str:
    """Return a sentence on the first name in the errors, if Tetragon may know all of them; else empty."""
    faults = [fault[1] for fault in _FAULT.finditer(errors) if "'*error*'" not in fault[1]]
    words = [match[1] if (match := _UNDECLARED.search(fault)) else "" for fault in faults]
    if words and all(_NOT_DESCRIBED.fullmatch(word) for word in words):
        return f"whether Tetragon has {words[0]} is not known"
    return ""


def suggest_macro(errors: str) -> str:
    """Return what to write instead of a macro that Tetragon does not have, empty if there is none."""
    return "the macro is written exists_one" if _NEW_NAME.search(errors) else ""
