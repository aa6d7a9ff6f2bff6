"""`tetratui demo`: the screens on the bundled real capture, replayed as if live."""

from __future__ import annotations

import shutil
import sys
import tempfile
from pathlib import Path

import rich_click as click

from tetratui.cli.completion import themes_that_begin
from tetratui.cli.output import say
from tetratui.core.config import load


@click.command("demo")
@click.option(
    "--theme", metavar="NAME", shell_complete=themes_that_begin, help="Colour theme; `tetratui themes` lists them."
)
@click.option("--low-bandwidth", is_flag=True, help="Send less: a smaller byte budget, rows without colour.")
@click.option("--quit-after", type=float, metavar="SECONDS", help="End by itself; for scripts.")
def command(theme: str | None, low_bandwidth: bool, quit_after: float | None) -> int:
    """Look at a real server's events, replayed as if they happened now, with attacks among the noise.

    Nothing of this host is read. What you export goes to a temporary folder, named at the end.
    """
    config = load()
    from tetratui.core.demo.replay import Replay  # unpacks the capture, which no other verb needs
    from tetratui.ui.run import run  # brings the screens with it

    with Replay() as replay:
        code = run(
            [replay.source],
            config,
            theme=theme,
            low_bandwidth=low_bandwidth,
            quit_after=quit_after,
            sidecar=replay.folder / "drafts.json",
            remember=False,
            out=replay.out,
        )
        _keep(replay.out)
    if quit_after is not None and not (sys.stderr.isatty() or sys.stdout.isatty()):
        say("tetratui: no terminal: the screens ran unseen")
    return code


def _keep(out: Path) -> None:
    """Save what was exported from the end of the demo, and say where it is."""
    if not out.is_dir() or not any(out.iterdir()):
        return
    kept = Path(tempfile.mkdtemp(prefix="tetratui-export-"))
    shutil.copytree(out, kept, dirs_exist_ok=True)
    say(f"what you exported is in {kept}; its README.md says what to copy where")
