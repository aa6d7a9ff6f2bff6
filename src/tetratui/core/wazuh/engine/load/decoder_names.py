"""The names that `<decoded_as>` may have: of decoders built into the manager, of the stock, and of its own files."""

from __future__ import annotations

import re
from collections.abc import Iterable

from tetratui.core.wazuh.engine.formats.osxml import OsXmlError, read, shown
from tetratui.core.wazuh.engine.load.stock import words

BUILT_IN = frozenset(
    {
        "rootcheck",
        "syscheck_integrity_changed",
        "syscheck_new_entry",
        "syscheck_deleted",
        *(f"syscheck_registry_{part}_{how}" for part in ("key", "value") for how in ("modified", "added", "deleted")),
        "hostinfo_new",
        "hostinfo_modified",
        "syscollector",
        "ciscat",
        "windows_eventchannel",
        "sca",
    }
)
"""Names that analysisd registers itself, whatever decoder files there are (SetDecodeXML)."""
DECODERS = BUILT_IN | frozenset(words("stock_decoders.txt"))
"""All names of a manager without decoders of its own. None but `json` takes Tetragon's events."""

_STOCK_FILES = frozenset(
    {
        "0005-wazuh_decoders.xml",
        "0006-json_decoders.xml",
        "0010-active-response_decoders.xml",
        "0460-kaspersky_decoders.xml",
        "0575-eset-remote_decoders.xml",
    }
)
"""Stock files that name the JSON decoder; none of their decoders takes an event of Tetragon, but `json` itself."""
_NAME = re.compile(rb"<decoder\s+name\s*=\s*[\"']([^\"']*)[\"']", re.IGNORECASE)
_TAKES_JSON = re.compile(rb"JSON_Decoder|<parent>\s*json\s*<|name=[\"']json[\"']")


def names_in(texts: Iterable[bytes]) -> frozenset[str]:
    """Find the decoder names of decoder files."""
    return frozenset(name for text in texts for name in _names(text))


def _names(text: bytes) -> list[str]:
    try:
        roots = read(text)
    except OsXmlError:
        # The manager does not start with such a file; its names are still worth knowing.
        return [shown(name) for name in _NAME.findall(text)]
    return [shown(root.attributes[0][1]) for root in roots if root.tag == "decoder" and root.attributes]


def takes_json(file: str, text: bytes) -> bool:
    """Whether a decoder file of this name may change what becomes of JSON events."""
    return file not in _STOCK_FILES and _TAKES_JSON.search(text) is not None
