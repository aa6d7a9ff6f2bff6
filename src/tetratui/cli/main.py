"""Run the command `tetratui`: answer `--version` at once, else run the verb and exit with its code."""

from __future__ import annotations

import gc
import os
import sys

from tetratui import __version__

YOUNG_OBJECTS = 20_000
"""Number of new objects after which the garbage collector looks for cycles among them."""


def main() -> None:
    """Run the command line and exit."""
    args = sys.argv[1:]
    if args == ["--version"]:
        # Answered before anything heavy is imported: scripts ask it often.
        print(f"tetratui {__version__}")
        sys.exit(0)
    # numpy starts a thread for each processor to multiply matrices, which nothing here does; it reads this on import.
    os.environ.setdefault("OPENBLAS_NUM_THREADS", "1")
    # Our objects are long-lived or acyclic: a search for cycles after every 700 of them, the default, finds nothing.
    gc.set_threshold(YOUNG_OBJECTS)
    # Both import click, rich and orjson, which `--version` must not wait for.
    from tetratui.cli.output import run_guarded
    from tetratui.cli.verbs import run

    sys.exit(run_guarded(lambda: run(args)))
