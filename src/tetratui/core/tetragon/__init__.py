"""Tetragon's export filters: read, check for a version, match, write, lint; where its options come from."""

from tetratui.core.tetragon.filter import CapabilityFilter, CapabilitySet, Filter
from tetratui.core.tetragon.filter_list import FilterList, read
from tetratui.core.tetragon.predicates import Panic
from tetratui.core.tetragon.scanner import FilterError
from tetratui.core.tetragon.versions import LATEST, SUPPORTED, EventType, Options, Version
from tetratui.core.tetragon.write import canonical, filter_of, merge, without

__all__ = [
    "LATEST",
    "SUPPORTED",
    "CapabilityFilter",
    "CapabilitySet",
    "EventType",
    "Filter",
    "FilterError",
    "FilterList",
    "Options",
    "Panic",
    "Version",
    "canonical",
    "filter_of",
    "merge",
    "read",
    "without",
]
