"""Check whether the manager's API accepts an uploaded rule file (framework/wazuh/core/utils.py).

The API parses a rule file twice as strict XML: first with every `&` escaped, then printed, unescaped and patched; the
second time as it is. It may refuse a file that the manager's own reader accepts, and the other way round.
"""

from __future__ import annotations

import re
from collections.abc import Iterable
from xml.dom import minidom
from xml.etree import ElementTree as ET
from xml.parsers.expat import ExpatError

from tetratui.core.wazuh.engine.load.messages import Notice, brief

SIZE_LIMIT = 10 * 1024 * 1024
"""Bytes of one upload."""
FILE_NAME = re.compile(r"[\w\-]+\.xml", re.ASCII)
"""The names that a rule file may have (api/validator.py)."""
_SYNTAX = "1113 XML syntax error"
_COMMENT = re.compile(r"<!--(.*?)-->", re.DOTALL)
_DASHES = "%wildcard%"
_UNESCAPED = (("&amp;", "&"), ("&lt;", "<"), ("&quot;", '"'), ("&gt;", ">"), ("&apos;", "'"))
_BACKSLASH = "&backslash;"


def api_refuses(text: bytes) -> str | None:
    """Return the API's answer to the upload of a file, or None if it accepts the file."""
    if not text:
        return "1112 Empty files are not supported"
    if len(text) > SIZE_LIMIT:
        return "the file is larger than 10 MB"
    try:
        content = text.decode("utf-8")
    except UnicodeDecodeError as error:
        return f"1911 the file is not UTF-8: byte {error.start}"
    return _refusal_on_validation(content) or _refusal_on_writing(content)


def session_refuses(notices: Iterable[Notice]) -> str | None:
    """Return the API's answer to a file that loads with these messages, or None if it accepts the file.

    After writing a file the API starts a session of the rule tester. It refuses the file for any ERROR that the session
    logs, even for one with which the manager would start.
    """
    faults = [notice for notice in notices if _is_fault(notice)]
    if not faults:
        return None
    others = f" (and {len(faults) - 1} more)" if len(faults) > 1 else ""
    return f"{_SYNTAX}, as it calls what its rule tester logs: {brief(faults[0].message)}{others}"


def _is_fault(notice: Notice) -> bool:
    return notice.level == "CRITICAL" or (notice.level == "ERROR" and notice.in_session)


def _refusal_on_validation(content: str) -> str | None:
    """Return why the first parse fails (`validate_wazuh_xml`), or None."""
    dashes_hidden = _replace_in_comments(content, "--", _DASHES)
    try:
        _parse_patched(_print_indented(f"<root>{dashes_hidden}</root>".replace("&", "&amp;")))
    except (ExpatError, ET.ParseError, ValueError) as error:
        return f"{_SYNTAX}: {error}"
    return None


def api_changes(text: bytes) -> list[str]:
    """Return the element texts before which the API writes a `'`, which then becomes part of a pattern.

    It mistakes a text that begins with `=`, `+`, `-` or `@` and contains a quote for a spreadsheet formula.
    """
    try:
        content = text.decode("utf-8")
        return [formula for formula in _formulas(content) if f">{formula}<" in content]
    except (UnicodeDecodeError, ET.ParseError):
        return []


def _formulas(content: str) -> list[str]:
    root = ET.fromstring(f"<root>{content}</root>")  # noqa: S314 - no entity can be declared inside an element
    texts = (node.text or "" for node in root.iter())
    return [text for text in texts if text.startswith(("=", "+", "-", "@")) and ("'" in text or '"' in text)]


def _refusal_on_writing(content: str) -> str | None:
    """Return why the second parse fails, when the file is written (`upload_file`), or None."""
    try:
        for formula in _formulas(content):
            # The API uses the text as a replacement template of `re.sub`, which does not allow every backslash.
            re.sub("", f">'{formula}<", "")
    except ET.ParseError as error:
        return f"{_SYNTAX} while writing: {error}"
    except (re.error, IndexError) as error:
        return f"1000 the API breaks off while writing a text that looks like a formula: {error}"
    return None


def _replace_in_comments(content: str, old: str, new: str) -> str:
    """Replace a text in comments, and wherever else the text of a comment occurs, as the API does."""
    for comment in _COMMENT.finditer(content):
        content = content.replace(comment[1], comment[1].replace(old, new))
    return content


def _print_indented(content: str) -> str:
    """Return the parsed file printed with indentation, without its first and last two lines, and unescaped."""
    tree = minidom.parseString(content)  # noqa: S318 - no entity can be declared inside an element
    lines = tree.toprettyxml(indent="  ").split("\n")[2:-2]
    printed = "\n".join(line for line in lines if line.strip()) + "\n"
    for entity, sign in _UNESCAPED:
        printed = printed.replace(entity, sign)
    return _replace_in_comments(re.sub("^  ", "", printed, flags=re.MULTILINE), _DASHES, "--")


def _parse_patched(printed: str) -> None:
    """Repair what the unescaping broke, as far as the API does, and parse the result.

    Raises:
        ParseError: the result is not XML.
    """
    data = _replace_in_comments(printed, "--", "..")
    data = data.replace("&lt;", "_custom_amp_lt_").replace("&gt;", "_custom_amp_gt_").replace("\\", _BACKSLASH)
    data = re.sub(r"<(?!/?\w+.+>|!--)", "&lt;", data)
    data = re.sub(rf"^{_BACKSLASH}<(.*[^>])$", rf"{_BACKSLASH}&lt;\\g<1>", data)
    data = data.replace(f"{_BACKSLASH}>", f"{_BACKSLASH}&gt;")
    data = re.sub("&(?!(?:amp|lt|gt|apos|quot|backslash);)", "&amp;", data)
    # The API declares one entity, for the backslash itself.
    ET.fromstring(f"<root>{data.replace(_BACKSLASH, chr(92))}</root>")  # noqa: S314 - as above
