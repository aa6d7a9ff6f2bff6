"""Tetragon's export filters: read, check for a version, match, write, lint; where its options come from."""

from tetratui.core.tetragon.format.filter import CapabilityFilter, CapabilitySet, Filter
from tetratui.core.tetragon.format.filter_writer import canonical, filter_of, merge, without
from tetratui.core.tetragon.format.scanner import FilterError
from tetratui.core.tetragon.format.versions import LATEST, SUPPORTED, EnabledFeatures, EventType, Version
from tetratui.core.tetragon.match.filter_list import FilterList, read
from tetratui.core.tetragon.match.predicates import Panic

__all__ = [
    "LATEST",
    "SUPPORTED",
    "CapabilityFilter",
    "CapabilitySet",
    "EnabledFeatures",
    "EventType",
    "Filter",
    "FilterError",
    "FilterList",
    "Panic",
    "Version",
    "canonical",
    "filter_of",
    "merge",
    "read",
    "without",
]
