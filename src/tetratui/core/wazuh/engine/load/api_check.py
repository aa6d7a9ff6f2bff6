"""What the manager's API refuses of a rule file before its daemon ever sees it (framework/wazuh/core/utils.py).

The API reads rule files as strict XML, twice and in odd ways: once with every `&` escaped, printed, un-escaped and
patched up again; once as it is. A file can please the daemon's reader and not this one, and the other way round.
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
"""What a rule file may be called (api/validator.py)."""
_SYNTAX = "1113 XML syntax error"
_COMMENT = re.compile(r"<!--(.*?)-->", re.DOTALL)
_DASHES = "%wildcard%"
_UNESCAPED = (("&amp;", "&"), ("&lt;", "<"), ("&quot;", '"'), ("&gt;", ">"), ("&apos;", "'"))
_BACKSLASH = "&backslash;"


def api_refuses(text: bytes) -> str | None:
    """What the API answers to the upload of this file, or None when it takes it."""
    if not text:
        return "1112 Empty files are not supported"
    if len(text) > SIZE_LIMIT:
        return "the file is larger than 10 MB"
    try:
        content = text.decode("utf-8")
    except UnicodeDecodeError as error:
        return f"1911 the file is not UTF-8: byte {error.start}"
    return _validate(content) or _write(content)


def session_refuses(notices: Iterable[Notice]) -> str | None:
    """What the API answers to a file with these messages, or None when it takes it.

    After writing a file the API opens a session of the rule tester, and refuses the file for every ERROR that the
    session logs, those included with which the manager starts.
    """
    faults = [notice for notice in notices if _is_fault(notice)]
    if not faults:
        return None
    others = f" (and {len(faults) - 1} more)" if len(faults) > 1 else ""
    return f"{_SYNTAX}, as it calls what its rule tester logs: {brief(faults[0].message)}{others}"


def _is_fault(notice: Notice) -> bool:
    return notice.level == "CRITICAL" or (notice.level == "ERROR" and notice.in_session)


def _validate(content: str) -> str | None:
    """The first look: `validate_wazuh_xml`."""
    dashes_hidden = _in_comments(content, "--", _DASHES)
    try:
        _strict_again(_printed(f"<root>{dashes_hidden}</root>".replace("&", "&amp;")))
    except (ExpatError, ET.ParseError, ValueError) as error:
        return f"{_SYNTAX}: {error}"
    return None


def api_changes(text: bytes) -> list[str]:
    """List the element texts before which the API writes a `'`, which then is part of a pattern.

    It takes what begins with `=`, `+`, `-` or `@` and holds a quote for a formula of a spreadsheet.
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


def _write(content: str) -> str | None:
    """The second look, when it is written: `upload_file`."""
    try:
        for formula in _formulas(content):
            # It is written with the text as a template, in which not every backslash is allowed.
            re.sub("", f">'{formula}<", "")
    except ET.ParseError as error:
        return f"{_SYNTAX} while writing: {error}"
    except (re.error, IndexError) as error:
        return f"1000 the API breaks off while writing a text that looks like a formula: {error}"
    return None


def _in_comments(content: str, old: str, new: str) -> str:
    """Replace in the texts of comments, and wherever else such a text stands, as the API does."""
    for comment in _COMMENT.finditer(content):
        content = content.replace(comment[1], comment[1].replace(old, new))
    return content


def _printed(content: str) -> str:
    """Print the parsed file indented, without its first and last two lines, and un-escape it whole."""
    tree = minidom.parseString(content)  # noqa: S318 - no entity can be declared inside an element
    lines = tree.toprettyxml(indent="  ").split("\n")[2:-2]
    printed = "\n".join(line for line in lines if line.strip()) + "\n"
    for entity, sign in _UNESCAPED:
        printed = printed.replace(entity, sign)
    return _in_comments(re.sub("^  ", "", printed, flags=re.MULTILINE), _DASHES, "--")


def _strict_again(printed: str) -> None:
    """Patch up what the un-escaping broke, as far as the API does, and parse it."""
    data = _in_comments(printed, "--", "..")
    data = data.replace("&lt;", "_custom_amp_lt_").replace("&gt;", "_custom_amp_gt_").replace("\\", _BACKSLASH)
    data = re.sub(r"<(?!/?\w+.+>|!--)", "&lt;", data)
    data = re.sub(rf"^{_BACKSLASH}<(.*[^>])$", rf"{_BACKSLASH}&lt;\\g<1>", data)
    data = data.replace(f"{_BACKSLASH}>", f"{_BACKSLASH}&gt;")
    data = re.sub("&(?!(?:amp|lt|gt|apos|quot|backslash);)", "&amp;", data)
    # The one entity that the API declares stands for the character itself.
    ET.fromstring(f"<root>{data.replace(_BACKSLASH, chr(92))}</root>")  # noqa: S314 - as above
