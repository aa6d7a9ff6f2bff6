"""The command `tetratui`: answers `--version` at once, else runs the verb and ends with its exit code."""

from __future__ import annotations

import gc
import os
import sys

from tetratui import __version__

YOUNG_OBJECTS = 20_000
"""So many new objects are made before the collector looks for cycles among them."""


def main() -> None:
    """Run the command line and exit."""
    args = sys.argv[1:]
    if args == ["--version"]:
        # Answered before anything heavy is imported: scripts ask it often.
        print(f"tetratui {__version__}")
        sys.exit(0)
    # Nothing here multiplies matrices: no thread a processor for it. numpy looks when it is imported.
    os.environ.setdefault("OPENBLAS_NUM_THREADS", "1")
    # What imports and batches of events make is kept or plain: looking it through after every 700 objects is in vain.
    gc.set_threshold(YOUNG_OBJECTS)
    # Both import click, rich and orjson, which `--version` must not wait for.
    from tetratui.cli.output import guarded
    from tetratui.cli.verbs import run

    sys.exit(guarded(lambda: run(args)))
