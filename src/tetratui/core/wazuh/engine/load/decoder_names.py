"""Know the decoder names that `<decoded_as>` may have: built-in ones, stock ones, and those of decoder files."""

from __future__ import annotations

import re
from collections.abc import Iterable

from tetratui.core.wazuh.engine.formats.osxml import OsXmlError, decode_text, read
from tetratui.core.wazuh.engine.load.stock import read_words

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
"""Names that analysisd registers itself, without any decoder file (SetDecodeXML)."""
DECODERS = BUILT_IN | frozenset(read_words("stock_decoders.txt"))
"""All names of a manager without custom decoders. Only `json` decodes Tetragon's events."""

_STOCK_FILES = frozenset(
    {
        "0005-wazuh_decoders.xml",
        "0006-json_decoders.xml",
        "0010-active-response_decoders.xml",
        "0460-kaspersky_decoders.xml",
        "0575-eset-remote_decoders.xml",
    }
)
"""Stock files that name the JSON decoder. Of their decoders only `json` itself decodes Tetragon's events."""
_NAME = re.compile(rb"<decoder\s+name\s*=\s*[\"']([^\"']*)[\"']", re.IGNORECASE)
_DECODES_JSON = re.compile(rb"JSON_Decoder|<parent>\s*json\s*<|name=[\"']json[\"']")


def names_in(texts: Iterable[bytes]) -> frozenset[str]:
    """Return the decoder names in the texts of decoder files."""
    return frozenset(name for text in texts for name in _decoder_names(text))


def _decoder_names(text: bytes) -> list[str]:
    try:
        roots = read(text)
    except OsXmlError:
        # The manager does not start with such a file; its names are still worth knowing.
        return [decode_text(name) for name in _NAME.findall(text)]
    return [decode_text(root.attributes[0][1]) for root in roots if root.tag == "decoder" and root.attributes]


def decodes_json(file: str, text: bytes) -> bool:
    """Return whether a decoder file may decode JSON events; the stock files do not."""
    return file not in _STOCK_FILES and _DECODES_JSON.search(text) is not None
