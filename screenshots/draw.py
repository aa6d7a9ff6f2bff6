"""Draw screenshots/*.svg anew from the bundled capture: every screen, in two themes, at two sizes.

`--png` draws the same as PNG beside them, with resvg_py; nothing else is needed, and no file is drawn by hand.
A test draws them too, and compares (`tests/test_screenshots.py`).
"""

from __future__ import annotations

import asyncio
import gzip
import os
import re
import sys
import tempfile
from collections.abc import Iterator, Sequence
from contextlib import suppress
from functools import cache
from pathlib import Path

# Read when Textual is imported: a picture of a moving screen would differ from run to run.
os.environ["TEXTUAL_ANIMATIONS"] = "none"

from textual.pilot import Pilot
from textual.worker import WorkerCancelled

import tetratui.core.demo
from tetratui.core.config import Config, Time
from tetratui.core.table import EventTable, build_table
from tetratui.core.workspace.workspace import Workspace
from tetratui.ui.app import Tetratui

HERE = Path(__file__).parent
CAPTURE = Path(tetratui.core.demo.__file__).with_name("capture.log.gz")
EVENTS = 6_000
AT = 1_795_461_629.0
"""The moment of the pictures: just after the last of these events."""
THEMES = ("tetra-dark", "tetra-light")
SIZES = ((80, 24), (160, 44))
SCENES: dict[str, tuple[str, ...]] = {
    "live": (),
    "newcomer": (),
    "detail": ("up up m up K enter",),
    "network": ("tab", "R"),
    "query": ("slash minus b i n colon c u space p a r e n t colon b",),
    "help": ("question_mark",),
    "palette": ("colon",),
    "life": ("L", "p", "p"),
    "unreadable": ("B",),
    "mark-all": ("tab", "M"),
    "draft": ("up up m d",),
    "noise": ("2",),
    "roots": ("2", "p"),
    "suggest": ("2", "c"),
    "rules": ("4",),
    "review": ("up m d", "enter", "e"),
    "write": ("up m d", "enter", "e", "w"),
}
"""The keys of each picture; after each group all that was set in motion is waited for."""
_SUGGESTED = ("2", "c", "enter", "r u n s space n i g h t l y", "enter", "enter", "enter", "enter")
TOUR: dict[str, tuple[str, ...]] = {
    "tour-noise": _SUGGESTED[:1],
    "tour-suggest": _SUGGESTED[:2],
    "tour-reason": _SUGGESTED[:4],
    "tour-review": (*_SUGGESTED, "e"),
    "tour-write": (*_SUGGESTED, "e", "w"),
}
"""The steps of docs/tour.md, drawn as it is walked: at 80 by 24, in the dark."""
TORN = (b'{"process_exec":{"process":{"exec_id":"c2VydmVyMDE6Mz', b"\x00\x00\x00\x00", b"Tetragon restarted")
"""Lines that are no events, for the picture of them."""
DENYLIST = (
    b'{"event_set":["PROCESS_EXEC","PROCESS_EXIT"],"binary_regex":["^/usr/bin/md5sum$"],"arguments_regex":["^/etc/"]}\n'
    b'{"binary_regex":["dpkg-query"]}\n{"namespace":[""]}\n'
)
"""A list to find fault with, for the picture of the Rules screen."""
FONTS = (
    "/usr/share/fonts/truetype/dejavu/DejaVuSansMono.ttf",
    "/usr/share/fonts/truetype/dejavu/DejaVuSansMono-Bold.ttf",
)


@cache
def table(*torn: bytes) -> EventTable:
    """Give the events of all pictures."""
    with gzip.open(CAPTURE) as packed:
        return build_table([*packed.read().split(b"\n")[:EVENTS], *torn])


async def draw(scene: str, size: tuple[int, int], themes: Sequence[str]) -> list[str]:
    """Draw one scene in each theme; gives the SVGs."""
    workspace = Workspace(
        table(*(TORN if scene == "unreadable" else ())),
        config=Config(theme=THEMES[0], time=Time("utc")),
        sidecar=Path("/srv/tetratui/drafts.json"),
        out=Path("/srv/tetratui/out"),
        new_here=scene == "newcomer",
    )
    if scene == "rules":
        workspace.bench.import_denylist(DENYLIST)
    app = Tetratui(workspace, now=lambda: AT)
    async with app.run_test(size=size) as pilot:
        await settled(app, pilot)
        for keys in {**SCENES, **TOUR}[scene]:
            await pilot.press(*keys.split())
            await settled(app, pilot)
        drawn = []
        for theme in themes:
            app.themes.chosen = theme
            app.themes.show()
            await settled(app, pilot)
            svg = app.export_screenshot(simplify=True, title="tetratui")
            drawn.append(re.sub(r"terminal-\d+-", "terminal-", svg))
    return drawn


async def settled(app: Tetratui, pilot: Pilot[None]) -> None:
    """Wait until no worker computes, nor one that it set to work, and the screen shows what came of it."""
    await pilot.pause()
    while working := [worker for worker in app.workers if not worker.is_finished]:
        # One whose place another took was cancelled: the other is waited for.
        with suppress(WorkerCancelled):
            await app.workers.wait_for_complete([worker for worker in working if worker.is_running])
        await pilot.pause()
    await pilot.pause()


def pictures(scene: str) -> Iterator[tuple[str, str]]:
    """Draw all pictures of a scene; gives the name of each file and its SVG."""
    with tempfile.TemporaryDirectory() as home:
        # Nothing may depend on who draws, and from where.
        for name in ("NO_COLOR", "SSH_CONNECTION", "TMUX"):
            os.environ.pop(name, None)
        os.environ.update(TERM="xterm-256color", HOME=home, XDG_CONFIG_HOME=home, XDG_STATE_HOME=home)
        few = 1 if scene in TOUR else None
        for size in SIZES[:few]:
            # The layout does not depend on the theme: the second one is drawn in one size.
            themes = THEMES[:few] if size == SIZES[-1] else THEMES[:1]
            for theme, svg in zip(themes, asyncio.run(draw(scene, size, themes)), strict=True):
                yield f"{scene}-{size[0]}x{size[1]}-{theme.removeprefix('tetra-')}.svg", svg


def to_png(path: Path) -> None:
    """Draw a picture as PNG, in a font that has one width."""
    import resvg_py  # only the optional target needs it

    fonts = [font for font in FONTS if Path(font).exists()]
    svg = path.read_text("utf-8").replace("Fira Code", "DejaVu Sans Mono")
    png = resvg_py.svg_to_bytes(svg_string=svg, font_files=fonts, skip_system_fonts=True)
    path.with_suffix(".png").write_bytes(bytes(png))


def main(words: list[str]) -> None:
    """Draw all, or the scenes that are named."""
    for scene in [word for word in words if not word.startswith("-")] or [*SCENES, *TOUR]:
        for name, svg in pictures(scene):
            path = HERE / name
            path.write_text(svg, "utf-8")
            if "--png" in words:
                to_png(path)


if __name__ == "__main__":
    main(sys.argv[1:])
