"""The command `tetratui`: answers `--version` at once, else runs the verb and ends with its exit code."""

from __future__ import annotations

import os
import sys

from tetratui import __version__


def main() -> None:
    """Run the command line and exit."""
    args = sys.argv[1:]
    if args == ["--version"]:
        # Answered before anything heavy is imported: scripts ask it often.
        print(f"tetratui {__version__}")
        sys.exit(0)
    # Nothing here multiplies matrices: no thread a processor for it. numpy looks when it is imported.
    os.environ.setdefault("OPENBLAS_NUM_THREADS", "1")
    # Both import click, rich and orjson, which `--version` must not wait for.
    from tetratui.cli.output import guarded
    from tetratui.cli.verbs import run

    sys.exit(guarded(lambda: run(args)))
