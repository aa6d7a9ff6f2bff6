"""Draw screenshots/*.svg anew from the bundled capture: every screen, in two themes, at two sizes.

`--png` draws the same as PNG beside them, with resvg_py; nothing else is needed, and no file is drawn by hand.
"""

from __future__ import annotations

import asyncio
import gzip
import os
import re
import sys
from pathlib import Path

# Read when Textual is imported: a picture of a moving screen would differ from run to run.
os.environ["TEXTUAL_ANIMATIONS"] = "none"
os.environ.pop("NO_COLOR", None)

import tetratui.core.demo
from tetratui.core.config import Config, Time
from tetratui.core.table import table_of
from tetratui.ui.app import Tetratui
from tetratui.ui.workspace import Workspace

HERE = Path(__file__).parent
CAPTURE = Path(tetratui.core.demo.__file__).with_name("capture.log.gz")
EVENTS = 6_000
AT = 1_795_461_629.0
"""The moment of the pictures: just after the last of these events."""
THEMES = ("tetra-dark", "tetra-light")
SIZES = ((80, 24), (160, 44))
SCENES: dict[str, tuple[str, ...]] = {
    "live": (),
    "detail": ("up", "up", "m", "up", "K", "enter"),
    "network": ("tab", "r"),
    "query": ("slash", *"-bin:cu parent:b"),
    "help": ("question_mark",),
    "draft": ("up", "up", "m", "d"),
    "noise": ("2",),
    "rules": ("4",),
    "review": ("up", "m", "d", "enter", "e"),
}
_COVERED = ("2", "c", "enter", *"nightly", "enter", "enter")
TOUR: dict[str, tuple[str, ...]] = {
    "tour-noise": _COVERED[:1],
    "tour-cover": _COVERED[:2],
    "tour-reason": _COVERED[:10],
    "tour-review": (*_COVERED, "e"),
    "tour-write": (*_COVERED, "e", "w"),
}
"""The steps of docs/tour.md, drawn as it is walked: at 80 by 24, in the dark."""
FONTS = (
    "/usr/share/fonts/truetype/dejavu/DejaVuSansMono.ttf",
    "/usr/share/fonts/truetype/dejavu/DejaVuSansMono-Bold.ttf",
)


async def draw(scene: str, keys: tuple[str, ...], theme: str, size: tuple[int, int]) -> Path:
    """Draw one scene; gives the file."""
    with gzip.open(CAPTURE) as packed:
        table = table_of(packed.read().split(b"\n")[:EVENTS])
    # A folder that is the same whoever draws: pictures are compared byte for byte.
    workspace = Workspace(table, config=Config(theme=theme, time=Time("utc")), out=Path("/root/tetratui-out"))
    app = Tetratui(workspace, now=lambda: AT)
    async with app.run_test(size=size) as pilot:
        await settled(app, pilot)
        for key in keys:
            await pilot.press(key)
            await settled(app, pilot)
        svg = app.export_screenshot(simplify=True, title="tetratui")
    path = HERE / f"{scene}-{size[0]}x{size[1]}-{theme.removeprefix('tetra-')}.svg"
    path.write_text(re.sub(r"terminal-\d+-", "terminal-", svg), "utf-8")
    return path


async def settled(app: Tetratui, pilot: object) -> None:
    """Wait until no worker computes and the screen shows what came of it."""
    await pilot.pause()  # type: ignore[attr-defined]
    await app.workers.wait_for_complete()
    await pilot.pause()  # type: ignore[attr-defined]


def to_png(path: Path) -> None:
    """Draw a picture as PNG, in a font that has one width."""
    import resvg_py  # only the optional target needs it

    fonts = [font for font in FONTS if Path(font).exists()]
    svg = path.read_text("utf-8").replace("Fira Code", "DejaVu Sans Mono")
    png = resvg_py.svg_to_bytes(svg_string=svg, font_files=fonts, skip_system_fonts=True)
    path.with_suffix(".png").write_bytes(bytes(png))


async def main(words: list[str]) -> None:
    """Draw all, or the scenes that are named."""
    chosen = [word for word in words if not word.startswith("-")] or [*SCENES, *TOUR]
    for scene in chosen:
        keys = {**SCENES, **TOUR}[scene]
        for theme in THEMES[:1] if scene in TOUR else THEMES:
            for size in SIZES[:1] if scene in TOUR else SIZES:
                path = await draw(scene, keys, theme, size)
                if "--png" in words:
                    to_png(path)


if __name__ == "__main__":
    asyncio.run(main(sys.argv[1:]))
