"""Say what a line is that holds no event, and what to do with a file of such lines."""

from __future__ import annotations

import re
from collections.abc import Mapping
from typing import Any, NamedTuple

import orjson

from tetratui.core.events.event_keys import name_keys
from tetratui.core.sources.envelopes.line_forms import CRI, LINE_FORMS
from tetratui.core.sources.envelopes.object_forms import JOURNAL, SEARCH_ANSWER, name_form
from tetratui.core.sources.envelopes.rebuild import WAZUH_DATA, rebuild_event
from tetratui.core.sources.envelopes.split_texts import find_part

_ONE_A_LINE = "one event a line is wanted"
_OTHER_TEXT = f"{_ONE_A_LINE}, as Tetragon's export file has it; `tetratui doctor` names that file"


class Explanation(NamedTuple):
    """Why a line holds no event: lines of one kind have the same reason."""

    reason: str
    remedy: str


class _Text(NamedTuple):
    pattern: re.Pattern[bytes]
    explanation: Explanation


def _text(pattern: bytes, reason: str, remedy: str) -> _Text:
    return _Text(re.compile(pattern, re.DOTALL), Explanation(reason, remedy))


_NULL_MESSAGE = Explanation("a journald entry whose message is left out (it is long)", "use journalctl -o json --all")
_BROKEN_PARTS = Explanation("a part of a longer text whose other parts are missing or hold no event", _OTHER_TEXT)
_REBUILDABLE = Explanation("a Wazuh alert without full_log", "name archives.json, which keeps full_log")
_EMPTY_ANSWER = Explanation(
    "an Elasticsearch search answer without events", f"{_ONE_A_LINE}: jq -c '.hits.hits[]._source' FILE | tetratui -"
)
_BINARY = "decompress or export it first, as in: unzip -p FILE | tetratui -"
_TEXTS = (
    _text(rb"[+-] \S+ \xe2\x80\xba \S+\s*\Z", "a line of stern itself", _OTHER_TEXT),
    _text(
        rb".*\[[\d.]+[KMG]?B? blob data\]\s*\Z",
        "a message that journalctl shows as blob data only",
        "use journalctl -o json --all",
    ),
    _text(rb"(?:time=\S+ )?level=\w+ ", "a line of the agent's own log", "take only the container export-stdout"),
    _text(
        rb"(?:\xf0\x9f..|\xe2..)(?:\xef\xb8\x8f)?\s+\w+ ",
        "tetra's compact output",
        "use tetra getevents -o json",
    ),
    _text(
        rb"\[\d+\] [^\s:]+: \[",
        "a line of Fluent Bit's own format",
        "set Format json_lines in the output of Fluent Bit",
    ),
    _text(
        rb"\xff\xfe|\xfe\xff|(?:[ -~]\0){4}|(?:\0[ -~]){4}", "UTF-16 text", "iconv -f UTF-16 -t UTF-8 FILE | tetratui -"
    ),
    _text(rb"LPKSHHRH", "a journal file in its own format", "journalctl --file FILE -o json --all | tetratui -"),
    _text(rb"\x04\x22\x4d\x18", "an lz4 file", "lz4 -dc FILE | tetratui -"),
    _text(rb"\x1f\x8b\x08", "gzip data in a pipe", "name the file itself, or: zcat FILE | tetratui -"),
    _text(rb"\x28\xb5\x2f\xfd", "zstd data in a pipe", "name the file itself, or: zstd -dc FILE | tetratui -"),
    _text(rb"\xfd7zXZ\0", "xz data in a pipe", "name the file itself, or: xzcat FILE | tetratui -"),
    _text(rb"BZh[1-9]1AY&SY", "bzip2 data in a pipe", "name the file itself, or: bzcat FILE | tetratui -"),
    _text(rb"PK\x03\x04", "a zip archive", _BINARY),
    _text(rb"7z\xbc\xaf\x27\x1c|PAR1|SQLite format 3|\x7fELF", "a binary file", _BINARY),
)
_CRI = next(form for form in LINE_FORMS if form.name == CRI)


def explain_line(line: bytes) -> Explanation | None:
    """Return what a line without an event is, where more is known of it than that it is no JSON; None otherwise."""
    for text in _TEXTS:
        if text.pattern.match(line):
            return text.explanation
    cri = _CRI.pattern.match(line)
    if cri is not None and cri["tag"] == b"P":
        return _BROKEN_PARTS
    try:
        whole = orjson.loads(line)
    except orjson.JSONDecodeError:
        return _explain_text(line)
    return _explain_object(whole) if isinstance(whole, dict) else None


def _explain_text(line: bytes) -> Explanation | None:
    for form in LINE_FORMS:
        if form.pattern.match(line):
            return Explanation(f"a line without an event ({form.name})", _OTHER_TEXT)
    return None


def _explain_object(whole: Mapping[str, Any]) -> Explanation | None:
    form = name_form(whole)
    if form == JOURNAL and whole.get("MESSAGE") is None:
        return _NULL_MESSAGE
    part = find_part(whole, form, "", ())
    if part is not None and not part.last:
        return _BROKEN_PARTS
    rebuilt = rebuild_event(whole)
    if rebuilt is not None and rebuilt[0] == WAZUH_DATA:
        return _REBUILDABLE
    if form == SEARCH_ANSWER:
        return _EMPTY_ANSWER
    if form is not None:
        return Explanation(f"{form} without an event (keys: {name_keys(whole)})", _OTHER_TEXT)
    return None


def suggest_remedy(line: bytes) -> str:
    """Return what to do with a source whose lines are like this one."""
    explanation = explain_line(line)
    if explanation is not None:
        return explanation.remedy
    try:
        whole = orjson.loads(line)
    except orjson.JSONDecodeError:
        return _OTHER_TEXT
    if isinstance(whole, dict):
        return f"{_ONE_A_LINE}: jq -c .PATH.TO.EVENT FILE | tetratui - (or jq -r, where the event is a text)"
    return f"{_ONE_A_LINE}: jq -c '.[]' FILE | tetratui -"
