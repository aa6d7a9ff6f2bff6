"""Whatever is marked, on any scope, is matched by the filters or refused with a reason, and the impact is right."""

from __future__ import annotations

from typing import Any

import numpy as np
import orjson
from hypothesis import given, settings
from hypothesis import strategies as st

from tetratui.core.errors import RefusedError
from tetratui.core.events.kinds import Kind
from tetratui.core.exclusion import Exclusion
from tetratui.core.table import EventTable, build_table
from tetratui.core.tetragon import LATEST, SUPPORTED, FilterList, Version, build_filter, canonical_text, read
from tetratui.core.tuning.draft_request import DraftRequest, draft_events
from tetratui.core.tuning.scopes.scope_builder import NAMES
from tetratui.core.tuning.tuning_context import TuningContext

BYTES = [chr(code) for code in range(1, 256)]
TEXT = st.text(st.sampled_from([*BYTES, "\u2028", "\u202e", "\ufffd", "Ж", "🐝"]), max_size=6)
BINARY = TEXT | st.sampled_from(["/usr/bin/bash", "/usr/bin/x.1", "/usr/bin/x+2"])
ARGUMENTS = TEXT | st.sampled_from(["-p 10", "-p 11", "run 2026-01-02", "*****", '"a b" c', " a"])
KINDS = [Kind.EXEC, Kind.EXEC, Kind.EXIT, Kind.KPROBE, Kind.LSM, Kind.LOADER, Kind.USDT, Kind.THROTTLE]


@st.composite
def events(draw: st.DrawFn) -> bytes:
    kind = draw(st.sampled_from(KINDS))
    body: dict[str, Any] = {}
    if kind is not Kind.THROTTLE:
        body["process"] = {"pid": draw(st.integers(0, 9)), "binary": draw(BINARY), "flags": "execve clone"}
        body["process"] |= draw(st.just({}) | st.fixed_dictionaries({"arguments": ARGUMENTS}))
        parent = st.fixed_dictionaries({"binary": BINARY}, optional={"arguments": ARGUMENTS})
        body |= draw(st.just({}) | st.fixed_dictionaries({"parent": parent}))
    if kind is Kind.KPROBE:
        address = draw(st.sampled_from(["10.0.0.1", "10.0.0.2", "2001:db8::1", "::ffff:1.2.3.4", "0.0.0.0", ""]))
        body |= {"function_name": "tcp_connect", "policy_name": draw(TEXT)}
        body["args"] = [{"sock_arg": {"daddr": address, "dport": draw(st.sampled_from([0, 22, 443]))}}]
    return orjson.dumps({kind.json_key: body, "node_name": "n", "time": "2026-01-01T00:00:00Z"})


def write_filters(exclusions: list[Exclusion], version: Version) -> tuple[FilterList, list[str]]:
    """Write exclusions as one list for a version; return it with the reasons for those that it cannot express."""
    texts, refused = [], []
    for exclusion in exclusions:
        try:
            texts.append(canonical_text(build_filter(exclusion, version)))
        except RefusedError as error:
            refused.append(error.message)
    return read("\n".join(texts), version), refused


@settings(max_examples=60, deadline=None)
@given(st.lists(events(), min_size=1, max_size=6), st.data())
def test_every_marked_event_is_matched_or_refused_with_a_reason(lines: list[bytes], data: st.DataObject) -> None:
    table = build_table(lines)
    marked = data.draw(st.lists(st.sampled_from(range(len(lines))), min_size=1, unique=True))
    context = TuningContext(table, attack_samples=())
    for scope in NAMES:
        result = draft_events(context, marked, DraftRequest(scope, "a typed reason"))
        exclusions = [exclusion for draft in result.drafts for exclusion in draft.exclusions]
        assert all(refusal.reason and refusal.events for refusal in result.refused)
        for version in SUPPORTED:
            filters, inexpressible = write_filters(exclusions, version)
            assert filters.accepted, filters.errors
            assert all(inexpressible)
            dropped = dropped_rows(filters, table, lines)
            if version == LATEST:
                missed = [row for row in marked if not dropped[row]]
                assert len(missed) <= sum(refusal.events for refusal in result.refused) + len(lines) * bool(
                    inexpressible
                )
                if not inexpressible:
                    assert np.array_equal(context.matcher.any(exclusions), dropped), scope


def dropped_rows(filters: FilterList, table: EventTable, lines: list[bytes]) -> np.ndarray[Any, Any]:
    """Return which events a list drops; matching the whole table and each event must agree."""
    dropped = filters.first_matches(table) >= 0
    assert dropped.tolist() == [filters.first_match(orjson.loads(line)) is not None for line in lines]
    return dropped
