"""Write the decoder that gives exec ids one name over all kinds of events: what rules over chains compare.

tetragon.exec_id  of the process itself
tetragon.parent   of its parent
tetragon.family   of a shell its own exec id, of anything else its parent's: a shell and all that it starts share it
"""

from __future__ import annotations

DECODER_FILE = "0005-tetratui-chain_decoders.xml"
"""Its name sorts before that of the stock decoder of JSON, which would take the lines otherwise."""
EXEC_ID = "tetragon.exec_id"
PARENT = "tetragon.parent"
FAMILY = "tetragon.family"

_HEAD = r'^\{"process_\w+":\{"process":\{"exec_id":"'
_INSIDE = r'(?:(?!"parent":\{).)*?'
"""Up to something in the block of the process itself, not in its parent's."""
_IS_SHELL = _INSIDE + r'"binary":"(?:[^"]*/)?(?:ba|da|z|k|a)?sh"'
_PARENT = _INSIDE + r'"parent_exec_id":"([^"]+)"'
_EXPRESSIONS = (
    (EXEC_ID, rf'{_HEAD}([^"]+)"'),
    (PARENT, rf'{_HEAD}[^"]*"{_PARENT}'),
    (FAMILY, rf'{_HEAD}([^"]+)"{_IS_SHELL}'),
    (FAMILY, rf'{_HEAD}[^"]*"(?!{_IS_SHELL}){_PARENT}'),
)
_PREMATCH = r'^\{"process_(?:exec|exit|kprobe|tracepoint|uprobe|lsm|loader|usdt)":\{"process":\{"exec_id":'
_TEXT = """<!-- Decoders of tetratui in front of the stock 0006-json_decoders.xml: all JSON fields stay, and three
     fields get one name for every kind of event:
     tetragon.exec_id  of the process itself
     tetragon.parent   of its parent
     tetragon.family   of a shell its own exec id, of anything else its parent's -->
<decoder name="json">
  <prematch type="pcre2">{prematch}</prematch>
</decoder>
<decoder name="tetragon-chain">
  <parent>json</parent>
  <plugin_decoder>JSON_Decoder</plugin_decoder>
</decoder>
"""


def write_chain_decoder() -> bytes:
    """Return the text of the decoder file."""
    parts = [
        f'<decoder name="tetragon-chain">\n  <parent>json</parent>\n  <regex type="pcre2">{pattern}</regex>\n'
        f"  <order>{name}</order>\n</decoder>\n"
        for name, pattern in _EXPRESSIONS
    ]
    return (_TEXT.replace("{prematch}", _PREMATCH) + "".join(parts)).encode()
