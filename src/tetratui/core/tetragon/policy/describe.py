"""Say in a sentence what a hook of a policy reports, and what it blocks."""

from __future__ import annotations

from collections.abc import Sequence

from tetratui.core.tetragon.policy.argument_filters import find_argument
from tetratui.core.tetragon.policy.policy import Action, ArgumentFilter, Hook, Policy, PolicyMode, Selector, ValueFilter

_OPERATORS = {
    "Equal": "is",
    "NotEqual": "is not",
    "Prefix": "begins with",
    "NotPrefix": "does not begin with",
    "Postfix": "ends with",
    "NotPostfix": "does not end with",
    "GreaterThan": "is greater than",
    "GT": "is greater than",
    "LessThan": "is less than",
    "LT": "is less than",
    "Mask": "has a bit of",
    "InMap": "is one of",
    "NotInMap": "is none of",
    "InRange": "is in",
    "NotInRange": "is not in",
    "SubString": "contains",
    "SubStringIgnCase": "contains (any case)",
    "DAddr": "goes to",
    "NotDAddr": "does not go to",
    "SAddr": "has the address",
    "NotSAddr": "has another address than",
    "DPort": "goes to port",
    "NotDPort": "goes to another port than",
    "SPort": "has the port",
    "NotSPort": "has another port than",
    "DPortPriv": "goes to a port below 1024",
    "NotDPortPriv": "goes to port 1024 or above",
    "SPortPriv": "has a port below 1024",
    "NotSportPriv": "has port 1024 or above",
    "Protocol": "has the protocol",
    "Family": "has the family",
    "State": "is in the state",
    "FileType": "is a",
    "NotFileType": "is no",
    "CapabilitiesGained": "gains capabilities of",
    "CelExpr": "satisfies",
}
_VALUES_SHOWN = 4
_BINARY_OPERATORS = {
    "In": "{}",
    "NotIn": "any program but {}",
    "Prefix": "programs whose path begins with {}",
    "NotPrefix": "programs whose path does not begin with {}",
    "Postfix": "programs whose path ends with {}",
    "NotPostfix": "programs whose path does not end with {}",
}


def describe_reports(hook: Hook) -> str | None:
    """Return which calls are written to the export file, None if none is."""
    if not hook.selectors:
        return f"every call of {hook.call}"
    reporting = [_conditions(selector, hook) for selector in hook.selectors if selector.reports]
    quiet = [_conditions(selector, hook) for selector in hook.selectors if not selector.reports]
    if not reporting:
        return None
    text = f"calls of {hook.call} " + ", or ".join(reporting)
    return f"{text}; not those {', nor those '.join(quiet)}" if quiet else text


def describe_blocks(hook: Hook, policy: Policy) -> str | None:
    """Return which calls are stopped and how, None if none is."""
    parts = [
        f"{_describe_action(action)} {_conditions(selector, hook)}"
        for selector in hook.selectors
        for action in selector.enforcing
    ]
    if not parts:
        return None
    text = "; ".join(parts)
    return f"would do, in enforce mode: {text}" if policy.mode is PolicyMode.MONITOR else text


def _describe_action(action: Action) -> str:
    match action.name:
        case "Sigkill":
            return "kills the calling process (SIGKILL) on calls"
        case "Signal":
            return f"sends signal {action.signal} to the calling process on calls"
        case "NotifyEnforcer":
            return f"lets the enforcer return {action.error} and send signal {action.signal} on calls"
        case _:
            return f"lets the function fail with {action.error} on calls"


def _conditions(selector: Selector, hook: Hook) -> str:
    parts = [_describe_argument(filter_, hook) for filter_ in selector.arguments]
    parts += [f"that return a value that {_compare(filter_)}" for filter_ in selector.return_arguments]
    parts += [f"whose data {_compare(filter_)}" for filter_ in selector.data]
    parts += [f"by {_describe_binaries(filter_)}" for filter_ in selector.binaries]
    parts += [f"by children of {_describe_binaries(filter_)}" for filter_ in selector.parent_binaries]
    for word, filters in (
        ("in the namespace", selector.namespaces),
        ("with the capabilities", selector.capabilities),
        ("with the PID", selector.pids),
        ("that change the namespace", selector.namespace_changes),
        ("that change the capabilities", selector.capability_changes),
    ):
        parts += [_describe_set(word, filter_) for filter_ in filters]
    rates = [action for action in selector.actions if action.rate_limit]
    parts += [f"at most one alike in {_describe_period(action)}" for action in rates]
    return " ".join(parts) or "of any kind"


def _describe_argument(filter_: ArgumentFilter, hook: Hook) -> str:
    argument = find_argument(filter_, hook.arguments)
    name = argument.label or f"argument {argument.index} ({argument.type})" if argument else f"argument {filter_.index}"
    return f"whose {name} {_compare(filter_)}"


def _compare(filter_: ArgumentFilter) -> str:
    verb = _OPERATORS.get(filter_.operator, filter_.operator)
    return f"{verb} {_list_values(filter_.values)}" if filter_.values else verb


def _describe_binaries(filter_: ValueFilter) -> str:
    programs = _BINARY_OPERATORS[filter_.operator].format(_list_values(filter_.values))
    return f"{programs} and all that descends from them" if filter_.follow else programs


def _describe_set(word: str, filter_: ValueFilter) -> str:
    negation = "not " if filter_.operator == "NotIn" else ""
    follow = " and their descendants" if filter_.follow else ""
    name = f"{filter_.name} " if filter_.name else ""
    return f"{negation}{word} {name}{_list_values(filter_.values)}{follow}"


def _describe_period(action: Action) -> str:
    text = action.rate_limit
    period = text if text[-1:].isalpha() else f"{text}s"
    return f"{period} per {action.rate_limit_scope or 'thread'}"


def _list_values(values: Sequence[str]) -> str:
    shown = ", ".join(values[:_VALUES_SHOWN])
    return f"{shown} and {len(values) - _VALUES_SHOWN} more" if len(values) > _VALUES_SHOWN else shown
