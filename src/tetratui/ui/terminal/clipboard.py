"""Copying out of a terminal on another machine: OSC 52, through tmux too, else a file."""

from __future__ import annotations

import asyncio
import base64
import os
import tempfile
from collections.abc import Callable, Mapping
from pathlib import Path

from textual.notifications import SeverityLevel

from tetratui.core.folders import state

MOST = 74_994
"""Bytes of text that terminals take in one OSC 52; xterm cuts at 100,000 of base64."""


async def copy(send: Callable[[str], bool], data: bytes, what: str) -> tuple[str, SeverityLevel]:
    """Copy through the terminal that `send` reaches, else into a file; gives what to say about it."""
    sequence = osc52(data)
    if sequence is not None and send(sequence):
        return f"copied {what}, {len(data):,} bytes", "information"
    try:
        path = await asyncio.to_thread(to_file, data)
    except OSError as error:
        return f"{what} could not be kept: {error}", "error"
    return f"too long for the clipboard; {what} is in {path}", "information"


def osc52(data: bytes, environment: Mapping[str, str] = os.environ) -> str | None:
    """Write the sequence that puts bytes on the operator's clipboard; None when they are too many."""
    if len(data) > MOST:
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
    """Keep a copy in a file of the operator's own (mode 0600); raises OSError."""
    folder = state() / "copied" if folder is None else folder
    folder.mkdir(mode=0o700, parents=True, exist_ok=True)
    handle, name = tempfile.mkstemp(prefix="copy-", suffix=".txt", dir=folder)
    with os.fdopen(handle, "wb") as file:
        file.write(data)
    return Path(name)
