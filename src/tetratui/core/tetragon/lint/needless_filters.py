"""Find filters of a list that another one makes needless, by comparing what they ask, not by looking at events."""

from __future__ import annotations

from collections.abc import Iterator

from tetratui.core.tetragon.format.filter import Filter


def find_needless(filters: tuple[Filter, ...]) -> Iterator[tuple[int, int]]:
    """Yield the number of each needless filter, and that of the filter that makes it so.

    That is an equal filter before it, or any filter that matches at least as much.
    """
    first_of: dict[Filter, int] = {}
    index = _index_by_value(filters)
    for number, filter_ in enumerate(filters):
        first = first_of.setdefault(filter_, number)
        if first != number:
            yield number, first
            continue
        candidates = sorted({wide for key in _pairs(filter_, first_only=True) for wide in index.get(key, ())})
        covering = (wide for wide in candidates if filters[wide] != filter_ and _covers(filters[wide], filter_))
        other = next(covering, None)
        if other is not None:
            yield number, other


def _pairs(filter_: Filter, first_only: bool) -> Iterator[tuple[str, object]]:
    """Yield pairs of field and value, for all values of a field or the first one only."""
    for name, value in filter_.conditions():
        values = value if isinstance(value, tuple) else (value,)
        for single in values[:1] if first_only else values:
            yield name, single


def _index_by_value(filters: tuple[Filter, ...]) -> dict[tuple[str, object], list[int]]:
    """Return the numbers of the filters by the values of one of their fields.

    A filter that covers another has all values of the other in each of its fields, so the other is found by the first
    value of any. Comparing every pair of filters would take minutes for some thousand.
    """
    index: dict[tuple[str, object], list[int]] = {}
    for number, filter_ in enumerate(filters):
        names = [name for name, _ in filter_.conditions()]
        # Nearly all filters share the values of event_set: by them nearly every pair would be compared.
        chosen = next((name for name in names if name != "event_set"), names[0] if names else None)
        for name, value in _pairs(filter_, first_only=False):
            if name == chosen:
                index.setdefault((name, value), []).append(number)
    return index


def _covers(wide: Filter, narrow: Filter) -> bool:
    """Return whether `narrow` has every condition of `wide`, with no other values."""
    for name, value in wide.conditions():
        narrow_value = getattr(narrow, name)
        if isinstance(value, tuple):
            if not narrow_value or not set(narrow_value) <= set(value):
                return False
        elif narrow_value != value:
            return False
    # What pid_set matches depends on the events before, so it never covers another filter.
    return wide.pid_set is None
