"""`python -m benchmarks.suggest [FILE…]`: what `suggest` reaches on captures, as the table of docs/noise.md.

Each capture is suggested for as a whole, and once more from the first half of its lines, judged on the second. Without
a file: the bundled capture and those of the tests.
"""

from __future__ import annotations

import argparse
import gzip
from importlib import resources
from pathlib import Path

from tetratui.core.noise.columns import Columns
from tetratui.core.noise.matching import Matcher
from tetratui.core.table import build_table
from tetratui.core.tuning.cover.cover import Cover, suggest
from tetratui.core.tuning.tuning_context import TuningContext

BUNDLED = Path(str(resources.files("tetratui.core.demo") / "capture.log.gz"))
CAPTURES = Path(__file__).parents[1] / "tests" / "data" / "captures"
HEAD = """\
| capture | events | reached | filters | first half | filters | second half | samples hidden | most left visible |
|---|---:|---:|---:|---:|---:|---:|---:|---|"""


def main() -> None:
    """Print the table."""
    words = argparse.ArgumentParser(prog="benchmarks.suggest", description=__doc__)
    words.add_argument("files", nargs="*", type=Path, help="captures, plain or gzip")
    words.add_argument("--cover", type=float, default=0.8)
    words.add_argument("--max-scope", default="caller")
    asked = words.parse_args()
    print(HEAD)
    for file in asked.files or [BUNDLED, *sorted(CAPTURES.iterdir())]:
        print(row(file, asked.cover, asked.max_scope), flush=True)


def row(file: Path, cover: float, max_scope: str) -> str:
    """Measure one capture."""
    data = file.read_bytes()
    lines = [line for line in (gzip.decompress(data) if file.suffix == ".gz" else data).split(b"\n") if line]
    half = len(lines) // 2
    whole, found = _suggested(lines, cover, max_scope)
    _, learned = _suggested(lines[:half], cover, max_scope)
    second = Matcher(Columns.of(build_table(lines[half:])))
    judged = float(second.any(one.exclusion for one in learned.chosen).mean()) if half else 0.0
    hidden = {
        one.name for cover in (found, learned) for one in whole.shield.hidden([one.exclusion for one in cover.chosen])
    }
    left = "; ".join(f"{one.events:,} {one.reason}" for one in found.left[:2])
    return (
        f"| {file.name} | {len(whole.columns):,} | {found.share:.1%} | {len(found.chosen)} | {learned.share:.1%} "
        f"| {len(learned.chosen)} | {judged:.1%} | {len(hidden)} of {len(whole.shield.attack_samples)} | {left} |"
    )


def _suggested(lines: list[bytes], cover: float, max_scope: str) -> tuple[TuningContext, Cover]:
    context = TuningContext(build_table(lines))
    return context, suggest(context, cover, max_scope)


if __name__ == "__main__":
    main()
