"""Read, check, match, write and lint Tetragon's export filters, and read the options of an installed Tetragon."""

from tetratui.core.tetragon.format.filter import CapabilityFilter, CapabilitySet, Filter
from tetratui.core.tetragon.format.filter_writer import append_filters, build_filter, canonical_text, edit_entries
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
    "append_filters",
    "build_filter",
    "canonical_text",
    "edit_entries",
    "read",
]
