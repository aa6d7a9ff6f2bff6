"""Take off what others wrap round an event: container log lines, journals, SIEM archives, queues, JSON documents."""

from __future__ import annotations

from tetratui.core.sources.envelopes.explain import explain_line, suggest_remedy
from tetratui.core.sources.envelopes.open_line import open_whole, take_off_envelope
from tetratui.core.sources.envelopes.unwrapper import Unwrapper
from tetratui.core.sources.envelopes.unwrappers import Unwrappers

__all__ = ["Unwrapper", "Unwrappers", "explain_line", "open_whole", "suggest_remedy", "take_off_envelope"]
