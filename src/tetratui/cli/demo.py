"""`tetratui demo`: the screens on the bundled real capture, replayed as if live."""

from __future__ import annotations

import shutil
import sys
import tempfile
from pathlib import Path
from typing import TYPE_CHECKING

import rich_click as click

from tetratui.cli.completion import complete_theme
from tetratui.cli.output import say
from tetratui.core.config import load

if TYPE_CHECKING:
    from tetratui.core.demo.replay import Replay


@click.command("demo")
@click.option(
    "--theme", metavar="NAME", shell_complete=complete_theme, help="Colour theme; `tetratui themes` lists them."
)
@click.option("--low-bandwidth", is_flag=True, help="Send less: a smaller byte budget, rows without colour.")
@click.option("--kubernetes", is_flag=True, help="A cluster of three nodes instead of one server; one pod is attacked.")
@click.option("--quit-after", type=float, metavar="SECONDS", help="End by itself; for scripts.")
def command(theme: str | None, low_bandwidth: bool, kubernetes: bool, quit_after: float | None) -> int:
    """Look at a real server's events, replayed as if they happened now, with attacks among the noise.

    Nothing of this host is read. Your exports go to a temporary folder, which is named at the end.
    """
    config = load()
    from tetratui.core.demo.replay import Replay  # unpacks the capture, which no other verb needs
    from tetratui.ui.run import run  # brings the screens with it

    with _cluster_replay() if kubernetes else Replay() as replay:
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
        _keep_exports(replay.out)
    if quit_after is not None and not (sys.stderr.isatty() or sys.stdout.isatty()):
        say("tetratui: there is no terminal, so the screens were not shown")
    return code


def _cluster_replay() -> Replay:
    from tetratui.core.demo.cluster import make_cluster_events  # only who asks for the cluster pays for its events
    from tetratui.core.demo.replay import Replay

    lines, history = make_cluster_events()
    return Replay(history, lines=lines)


def _keep_exports(out: Path) -> None:
    """Copy exported files out of the demo's folder, which is deleted at its end, and print where they are."""
    if not out.is_dir() or not any(out.iterdir()):
        return
    copy = Path(tempfile.mkdtemp(prefix="tetratui-export-"))
    shutil.copytree(out, copy, dirs_exist_ok=True)
    say(f"your exported files are in {copy}; its README.md says where each goes")
