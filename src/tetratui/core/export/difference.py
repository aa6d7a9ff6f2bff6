"""What writing a file would change, as a unified diff."""

from __future__ import annotations

import difflib
from pathlib import Path

from tetratui.core.errors import TargetError


def difference(path: Path, data: bytes) -> str:
    """Compare new content with what stands on the disk; empty when nothing changes.

    The text may hold what events said: it goes through `visible()` before a terminal.

    Raises:
        TargetError: what stands there cannot be read.
    """
    try:
        former = path.read_bytes() if path.exists() else b""
    except OSError as error:
        raise TargetError(
            f"{path} cannot be read: {error.strerror}", "run it as the file's owner or with sudo"
        ) from error
    return describe_difference(str(path), former, data)


def describe_difference(name: str, former: bytes, data: bytes) -> str:
    """Return what changes as a unified diff, empty when nothing does; it must pass `visible()` before a terminal."""
    if former == data:
        return ""
    old, new = (_lines(content) for content in (former, data))
    return "\n".join(difflib.unified_diff(old, new, f"{name} (now)", f"{name} (new)", lineterm="")) + "\n"


def _lines(content: bytes) -> list[str]:
    # Only at \n: a text may hold other characters that str.splitlines() takes for line ends.
    return content.decode("utf-8", "backslashreplace").removesuffix("\n").split("\n") if content else []
