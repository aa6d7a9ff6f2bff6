"""Copy out of a terminal on another machine: by OSC 52, through tmux too, else into a file."""

from __future__ import annotations

import asyncio
import base64
import os
import tempfile
from collections.abc import Callable, Mapping
from pathlib import Path

from textual.notifications import SeverityLevel

from tetratui.core.folders import state
from tetratui.ui.render.bars import size

LONGEST = 74_994
"""Bytes of text that terminals take in one OSC 52; xterm cuts at 100,000 of base64."""


async def copy(send: Callable[[str], bool], data: bytes, what: str) -> tuple[str, SeverityLevel]:
    """Copy through the terminal that `send` reaches, else into a file; return the notice to show."""
    sequence = osc52(data)
    if sequence is not None and send(sequence):
        return f"Copied {what} ({size(len(data))})", "information"
    try:
        path = await asyncio.to_thread(to_file, data)
    except OSError as error:
        return f"Could not copy {what} to a file: {error}", "error"
    return f"Too long for the clipboard; {what} is in {path}", "information"


def osc52(data: bytes, environment: Mapping[str, str] = os.environ) -> str | None:
    """Return the sequence that puts bytes on the operator's clipboard; None when they are too many."""
    if len(data) > LONGEST:
        return None
    sequence = f"\x1b]52;c;{base64.b64encode(data).decode()}\x07"
    if "TMUX" in environment:
        # tmux hands a wrapped sequence on as it is (`allow-passthrough`), and takes the plain one itself
        # (`set-clipboard`); which of the two is on, we cannot see.
        escaped = sequence.replace("\x1b", "\x1b\x1b")
        return f"{sequence}\x1bPtmux;{escaped}\x1b\\"
    if environment.get("TERM", "").startswith("screen"):
        return f"\x1bP{sequence}\x1b\\"
    return sequence


def to_file(data: bytes, folder: Path | None = None) -> Path:
    """Write a copy into a file that only the operator can read (mode 0600). Raise OSError."""
    folder = state() / "copied" if folder is None else folder
    folder.mkdir(mode=0o700, parents=True, exist_ok=True)
    handle, name = tempfile.mkstemp(prefix="copy-", suffix=".txt", dir=folder)
    with os.fdopen(handle, "wb") as file:
        file.write(data)
    return Path(name)
