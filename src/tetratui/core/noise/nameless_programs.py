"""Recognise paths under which any program may be executed: busybox runs each of its commands as `/proc/self/exe`."""

from __future__ import annotations

import re

_PATH = re.compile(r"/proc/(?:self|thread-self|[0-9]+)/(?:exe|fd/[0-9]+)(?: \(deleted\))?|/dev/fd/[0-9]+")


def names_no_program(binary: str) -> bool:
    """Return whether the path of a binary does not tell which program is executed."""
    return _PATH.fullmatch(binary) is not None
